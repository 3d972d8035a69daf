import { z } from "zod";
import { InvalidOptionError } from "../../core/errors.ts";

/**
 * What the path or the query of a request says, by its schema. Parameters are texts; their schemas make of them what
 * the route wants.
 *
 * @throws InvalidOptionError naming the first parameter that breaks its rule.
 */
export function readParameters<Schema extends z.ZodObject>(schema: Schema, given: unknown): z.output<Schema> {
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  const issue = reading.error.issues[0] as z.core.$ZodIssue;
  if (issue.code !== "unrecognized_keys") throw wrong(issue.path.map(String).join("."), issue.message);
  const known = Object.keys(schema.shape).join(", ");
  throw wrong(String(issue.keys[0]), `is not a parameter of this request; there are ${known}`);
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, { message: `${path} ${rule}.`, rule });
}

/** A whole number from `least` to `most`, as a parameter writes it. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string(rule)
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((number) => number >= least && number <= most, rule)
    .meta({ type: "integer", minimum: least, maximum: most, pattern: undefined });
}
