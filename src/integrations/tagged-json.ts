import { isPlain } from "../library/plain-value.ts";

/**
 * Values of SDKs as JSON and back. Dates, URLs and bytes become objects under a mark of our own, and an object that
 * happens to carry the mark is wrapped, so that nothing a model says can pass for one. Members that are `undefined` are
 * left out. What else JSON has no form for stays as it is, and is then not kept.
 */

const mark = "$reprise";
/** Deeper is left alone: it is a circle, or close to one. */
const greatestDepth = 500;

export function toTagged(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > greatestDepth) return value;
  if (Array.isArray(value)) return value.map((element) => toTagged(element, depth + 1));
  if (value instanceof Date) return { [mark]: "date", value: value.getTime() };
  if (value instanceof URL) return { [mark]: "url", value: value.href };
  if (value instanceof Uint8Array) return { [mark]: "bytes", value: Buffer.from(value).toString("base64") };
  if (!isPlain(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, toTagged(member, depth + 1)] as const],
  );
  const copy = Object.fromEntries(members);
  return Object.hasOwn(copy, mark) ? { [mark]: "object", value: copy } : copy;
}

/** The opposite of `toTagged`; always a copy. */
export function fromTagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTagged);
  if (!isPlain(value)) return value;
  const members = value as Readonly<Record<string, unknown>>;
  const inner = members["value"];
  switch (Object.hasOwn(members, mark) ? members[mark] : undefined) {
    case undefined:
      return copyOf(members);
    case "date":
      return new Date(inner as number);
    case "url":
      return new URL(inner as string);
    case "bytes":
      return new Uint8Array(Buffer.from(inner as string, "base64"));
    default:
      return copyOf(inner as Readonly<Record<string, unknown>>);
  }
}

function copyOf(members: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, fromTagged(member)]));
}
