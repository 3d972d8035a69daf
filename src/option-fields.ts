import { z } from "zod";
import { isTag, mostTags, tagsRule } from "./core/directives.ts";
import { durationMs } from "./core/duration.ts";

/** The kinds of values that options have: how each is read, and the rule that a mistake is told by. */

export interface OptionMeta {
  readonly description: string;
  /** What a valid value looks like; completes the sentence "must be …". */
  readonly rule: string;
  readonly default?: unknown;
  readonly remedy?: string;
}

type Parse<T> = (value: unknown) => T | undefined;

/** The same fields as a rule has them: what a rule does not say, it does not set. */
export const withoutDefault = new WeakMap<z.ZodType, z.ZodType>();

/** What of a value is wrong: where in it, and the rule that it breaks there. */
export interface Fault {
  readonly at: readonly (string | number)[];
  /** Completes the sentence "must be …". */
  readonly rule: string;
}

/** A field whose value `parse` accepts or turns down; `faultsOf` says which parts it is for, where the whole would not tell. */
export function field<T>(parse: Parse<T>, meta: OptionMeta, faultsOf?: (value: unknown) => readonly Fault[]) {
  const schema = z.unknown().transform((value, context): T => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    const params = { remedy: meta.remedy };
    for (const { at, rule } of faultsOf?.(value) ?? [{ at: [], rule: meta.rule }])
      context.addIssue({ code: "custom", message: `must be ${rule}`, input: value, params, path: [...at] });
    return z.NEVER;
  });
  const whole = ("default" in meta ? schema.prefault(meta.default) : schema).meta({ ...meta }) as unknown as Field<T>;
  withoutDefault.set(whole, schema.optional().meta({ ...meta }) as unknown as Field<T | undefined>);
  return whole;
}

// biome-ignore lint/suspicious/noExplicitAny: the input of a field is whatever a person wrote
export type Field<T> = z.ZodType<T, any>;

type Described = Omit<OptionMeta, "rule" | "default">;

export const duration = (byDefault: string, described: Described) =>
  // A bare number would be taken for seconds by half of its readers.
  field((value) => (value === 0 || typeof value === "string" ? durationMs(value) : undefined), {
    ...described,
    default: byDefault,
    rule: 'a duration with its unit, such as "250ms", "90s", "10m", "1h" or "7d"',
  });

const bytesUnits: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

export const bytes = (byDefault: string, described: Described) =>
  field(
    (value) => {
      if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? value : undefined;
      const [, amount, unit] =
        /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(typeof value === "string" ? value.trim() : "") ?? [];
      const size = Math.floor(Number(amount) * (bytesUnits[(unit ?? "").toLowerCase()] as number));
      return Number.isSafeInteger(size) && size > 0 ? size : undefined;
    },
    { ...described, default: byDefault, rule: 'a size such as 65536, "512kb", "10mb" or "2gb"' },
  );

export const flag = (byDefault: boolean, described: Described) =>
  field(
    (value) => (typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : undefined),
    {
      ...described,
      default: byDefault,
      rule: "true or false",
    },
  );

export const integer = (byDefault: number, minimum: number, maximum: number, described: Described) =>
  field(
    (value) => {
      const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
      return Number.isInteger(number) && (number as number) >= minimum && (number as number) <= maximum
        ? (number as number)
        : undefined;
    },
    { ...described, default: byDefault, rule: `an integer from ${minimum} to ${maximum}` },
  );

/** A number of processes, or `auto` for as many as the machine works on at once. */
export const workerCount = (described: Described) =>
  field<number | "auto">(
    (value) => {
      if (value === "auto") return value;
      const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
      return Number.isInteger(number) && (number as number) >= 1 && (number as number) <= 256
        ? (number as number)
        : undefined;
    },
    { ...described, default: 1, rule: "an integer from 1 to 256, or auto for one for each processor" },
  );

export const choice = <const T extends string>(byDefault: T, choices: readonly T[], described: Described) =>
  field((value) => choices.find((one) => one === value), {
    ...described,
    default: byDefault,
    rule: `one of ${choices.join(", ")}`,
  });

/** Some of `choices`, or `all` for every one of them. */
export const several = <const T extends string>(choices: readonly T[], described: Described) =>
  field(
    (value) => {
      if (value === "all") return choices;
      if (!Array.isArray(value)) return undefined;
      if (value.includes("all")) return value.length === 1 ? choices : undefined;
      return value.every((one) => choices.includes(one)) ? choices.filter((one) => value.includes(one)) : undefined;
    },
    { ...described, default: [], rule: `a list of ${choices.join(", ")}, or all` },
  );

export const text = (byDefault: string, described: Described) =>
  field((value) => (typeof value === "string" && value.length > 0 ? value : undefined), {
    ...described,
    default: byDefault,
    rule: "a text that is not empty",
  });

export const optionalText = (described: Described) =>
  withoutDefault.get(
    field((value) => (typeof value === "string" && value.length > 0 ? value : undefined), {
      ...described,
      rule: "a text that is not empty",
    }),
  ) as z.ZodOptional<Field<string>>;

export const optionalTags = (described: Described) =>
  withoutDefault.get(
    field((value) => (Array.isArray(value) && value.every(isTag) && value.length <= mostTags ? value : undefined), {
      ...described,
      rule: `${tagsRule}, and ${mostTags} of them at most`,
    }),
  ) as z.ZodOptional<Field<readonly string[]>>;

export const usdPerMillion = (description: string) =>
  field(
    (value) =>
      typeof value === "number" && value >= 0 && value <= 100_000 && Number.isInteger(Number((value * 1e6).toFixed(3)))
        ? value
        : undefined,
    { description, rule: "a number of US dollars from 0 to 100000 with at most six decimals" },
  );

export const optionalUsd = (description: string) =>
  withoutDefault.get(usdPerMillion(description)) as z.ZodOptional<Field<number>>;

export const secret = (described: Described) =>
  withoutDefault.get(
    field((value) => (typeof value === "string" && value.length >= 16 ? value : undefined), {
      ...described,
      rule: "a text of at least 16 characters",
    }),
  ) as z.ZodOptional<Field<string>>;

/** RFC 6750 section 2.1 says which characters can be sent. */
export const bearerToken = (described: Described) =>
  withoutDefault.get(
    field((value) => (typeof value === "string" && /^[A-Za-z0-9._~+/-]{16,}=*$/.test(value) ? value : undefined), {
      ...described,
      rule: "a text of at least 16 of the characters A-Z a-z 0-9 . _ ~ + / -",
    }),
  ) as z.ZodOptional<Field<string>>;

export const baseUrl = field(
  (value) => {
    // What a parser of URLs would tidy up is not what was meant, or is not to be seen at a glance.
    if (typeof value !== "string" || !/^https?:\/\/[!-[\]-~]+$/i.test(value) || !URL.canParse(value)) return undefined;
    const { protocol, username, password, hash, search, hostname } = new URL(value);
    if (/^[\d.]+$/.test(hostname) && !value.slice(protocol.length + 2).startsWith(hostname)) return undefined;
    const plain = username === "" && password === "" && hash === "" && search === "";
    return plain && (protocol === "http:" || protocol === "https:") ? value.replace(/\/+$/, "") : undefined;
  },
  {
    description: "Base URL as SDKs take it, such as `https://api.openai.com/v1`.",
    rule: "an http or https URL without user, query or fragment",
    remedy:
      'Give the base URL your SDK would use, such as "https://api.openai.com/v1"; credentials come with each request.',
  },
);
