import { fromPlain, serializeJson } from "../core/canonical-json.ts";
import { type Duration, durationMs } from "../core/duration.ts";
import { InvalidOptionError } from "../core/errors.ts";

/** What can be said of a function that computes vectors, and what of it belongs to the key. */

export interface EmbeddingsOptions {
  /** The model that computes the vectors. Another name is another set of vectors. */
  readonly model: string;
  /** How long each vector must be; part of the key. */
  readonly dimensions?: number;
  /** What else changes a vector, such as a task type or a prefix: any JSON value; part of the key. */
  readonly parameters?: unknown;
  readonly namespace?: string;
  /** A new version label is a new key space. */
  readonly version?: string;
  /** For whom. Vectors can be invalidated by it, and are kept apart by it where a rule says `perUser`. */
  readonly user?: string;
  readonly tags?: readonly string[];
  /** How long vectors are kept; default that of the embedding layer, which is also the longest. */
  readonly ttl?: Duration;
  /** Texts that the function is given at once, at most. Default 96. */
  readonly batchSize?: number;
}

interface Rule {
  readonly rule: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Rule = { rule: "a string", holds: (value) => typeof value === "string" };
const count: Rule = {
  rule: "a whole number above 0",
  holds: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};

const rules: Readonly<Record<keyof EmbeddingsOptions, Rule>> = {
  model: { rule: "the name of a model", holds: (value) => typeof value === "string" && value !== "" },
  dimensions: count,
  parameters: { rule: "a JSON value", holds: isJson },
  namespace: text,
  version: text,
  user: text,
  tags: {
    rule: "a list of strings",
    holds: (value) => Array.isArray(value) && value.every((tag) => typeof tag === "string"),
  },
  ttl: {
    rule: 'a duration such as "90s", "10m" or "1h"',
    holds: (value) => (typeof value === "string" || typeof value === "number") && durationMs(value) !== undefined,
  },
  batchSize: count,
};

/** @throws InvalidOptionError naming the option, its rule and the remedy. */
export function assertEmbeddingsOptions(options: EmbeddingsOptions): void {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  for (const [name, value] of [["model", options?.model] as const, ...given]) {
    const known = (rules as Readonly<Record<string, Rule | undefined>>)[name];
    if (known === undefined) {
      const remedy = `Options are ${Object.keys(rules).join(", ")}.`;
      throw new InvalidOptionError(name, { message: `${name} is not an option of cache.embeddings.`, remedy });
    }
    if (known.holds(value)) continue;
    const message = `${name} must be ${known.rule}.`;
    throw new InvalidOptionError(name, { message, remedy: `Correct ${name} in the options of cache.embeddings.` });
  }
}

/** What can change a vector beside model and text, in canonical form. */
export function parametersText({ dimensions, parameters }: EmbeddingsOptions): string {
  const members = {
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(parameters === undefined ? {} : { parameters }),
  };
  return serializeJson(fromPlain(members));
}

function isJson(value: unknown): boolean {
  try {
    fromPlain(value);
    return true;
  } catch {
    return false;
  }
}
