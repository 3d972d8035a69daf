import { z } from "zod";
import { defined } from "./core/defined.ts";
import { durationMs } from "./core/duration.ts";
import { InvalidOptionError } from "./core/errors.ts";
import { field, withoutDefault } from "./option-fields.ts";

/** What an operator may say of the caches of prompts that providers have, where that is not what they publish. */

const optional = <T>(parse: (value: unknown) => T | undefined, rule: string, description: string) =>
  withoutDefault.get(field(parse, { description, rule })) as z.ZodOptional<z.ZodType<T>>;

const whole = (least: number, description: string) =>
  optional(
    (value) => (Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : undefined),
    `a whole number from ${least} on`,
    description,
  );

const factor = (description: string) =>
  optional(
    (value) => (typeof value === "number" && value >= 0 && value <= 1_000 ? value : undefined),
    "a number from 0 to 1000",
    description,
  );

const lifetime = (description: string) =>
  optional(
    (value) => (value === 0 || typeof value === "string" ? durationMs(value) : undefined),
    'a duration with its unit, such as "5m" or "1h"',
    description,
  );

const cacheRuleSchema = z.strictObject({
  leastTokens: whole(1, "Tokens of the shortest prompt that is kept."),
  mostMarks: whole(0, "Marks that one call may carry."),
  lookBack: whole(1, "Positions that a mark looks back for what was kept, itself counted."),
  lifetime: lifetime("What is kept is forgotten when it was not read for so long."),
  write: factor("Price of writing a token, as a part of that of an input token."),
  read: factor("Price of reading one, likewise."),
  longLifetime: lifetime("The longer lifetime that may be asked for; 0s: none."),
  longWrite: factor("Price of writing for the longer lifetime, likewise."),
  storage: factor("Price of keeping a token for an hour (Gemini's cached contents), likewise."),
});

export type CacheRuleInput = z.input<typeof cacheRuleSchema>;

export const cacheRulesSchema = z.record(z.string(), cacheRuleSchema).prefault({} as never);

/** The same of what a program says. Throws for what cannot be. */
export function ownRulesFrom(given: Readonly<Record<string, CacheRuleInput>>) {
  const read = cacheRulesSchema.safeParse(given);
  if (read.success) return ownRulesOf({ leastTokens: {}, rules: read.data });
  const [first] = read.error.issues;
  const path = ["rules", ...(first?.path ?? [])].join(".");
  const message = `${path} ${first?.message ?? "must be rules by pattern of the model"}.`;
  throw new InvalidOptionError(path, { message, remedy: "See docs/prefix-breakpoints.md, rules of providers." });
}

type CacheRuleSettings = Readonly<Record<string, z.infer<typeof cacheRuleSchema>>>;

/** What the layers take: milliseconds, and one list in which what comes first decides. */
export function ownRulesOf(given: {
  readonly leastTokens: Readonly<Record<string, number>>;
  readonly rules: CacheRuleSettings;
}) {
  const least = Object.entries(given.leastTokens).map(([models, leastTokens]) => [models, { leastTokens }] as const);
  const rules = Object.entries(given.rules).map(([models, { lifetime: lifetimeMs, longLifetime, ...rest }]) => {
    return [models, defined({ ...rest, lifetimeMs, longLifetimeMs: longLifetime })] as const;
  });
  return [...least, ...rules];
}
