import type { Cache } from "../../../src/cache.ts";
import type { PlannedReply } from "../../../src/testing/scripted-plan.ts";

/** What the matrix has to know of a client: how it reaches the cache, and how it asks. */

/** What a call makes use of, beside a plain text. */
export type Feature = "text" | "tools" | "structured" | "reasoning" | "vision";

export type Form = "whole" | "streamed";

/** `integration` is middleware or a cache of this package, with the SDK straight at its API. */
export type Route = "gateway" | "fetch" | "integration";

export interface Connection {
  /** Without a path. */
  readonly url: string;
  /** What the client is given as its `fetch`; nothing where only the URL differs. */
  readonly options: { readonly fetch?: typeof globalThis.fetch };
  /** For the integrations, which are used in its place. */
  readonly cache?: Cache;
}

export interface Question {
  readonly feature: Feature;
  readonly form: Form;
  /** Another text for every test. */
  readonly text: string;
}

export interface MatrixClient {
  /** Its name on the registry; the version is that of the installed package. */
  readonly name: string;
  /** What is called. */
  readonly capability: string;
  readonly routes: readonly Route[];
  readonly forms: readonly Form[];
  readonly features: readonly Feature[];
  /** False where the client itself asks something else in each form, so that they cannot share an answer. */
  readonly formsShare?: false;
  /** What an answer that reasons has in it. Default: the words of the thought. */
  readonly thought?: string;
  ask(connection: Connection, question: Question): Promise<Answer>;
}

export interface Answer {
  /** Everything that an application can read, part by part; the same from the cache. */
  readonly all: unknown;
  /** What it comes to: the same in every form. */
  readonly essence: unknown;
}

/** A picture, in base64. It need not be a valid one: nobody but the scripted origin sees it. */
export const picture = "iVBORw0KGgo=";

export const weather = {
  name: "weather",
  description: "The weather in a city",
  schema: {
    type: "object" as const,
    properties: { city: { type: "string" as const } },
    required: ["city"],
    additionalProperties: false,
  },
};

/** The shape of the answer that a scripted model gives to whoever asks for JSON. */
export const verdict = {
  name: "verdict",
  schema: {
    type: "object" as const,
    properties: { answer: { type: "string" as const } },
    required: ["answer"],
    additionalProperties: false,
  },
};

/** The argument of the planned call; an answer with it has called the tool. */
export const city = "Πειραιάς";

/** The first word of the planned thought; a question does not have it. */
export const thought = "Perhaps";

export const plans: Readonly<Record<Feature, PlannedReply>> = {
  text: {},
  tools: { content: "I look.", toolCalls: [{ name: weather.name, arguments: JSON.stringify({ city }) }] },
  structured: {},
  reasoning: { reasoning: `${thought}\n🤔 it is so.` },
  vision: {},
};

/** As JSON has it, without the members of these names. */
export function without(names: ReadonlySet<string>, value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, member: unknown) => (names.has(name) ? undefined : member));
}

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
