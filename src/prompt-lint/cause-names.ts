import type { LapseCause } from "../layers/prefix/lint/cache-lapse.ts";
import type { FoundCause } from "../layers/prefix/lint/lint-result.ts";

/** What causes are called where people read of them. */
export const causeNames: Readonly<Record<FoundCause | LapseCause, string>> = {
  date: "date or time",
  id: "id or hash",
  number: "number or counter",
  whitespace: "whitespace",
  "key-order": "order of keys",
  order: "order of a list",
  "tool-order": "order of tools",
  "tool-set": "tools come and go",
  "user-data": "user's data",
  template: "changed template",
  history: "history cut",
  redacted: "not told (redacted)",
  lapsed: "cache lapsed",
  "below-minimum": "below the minimum",
  "look-back": "look-back missed",
  unmarked: "not marked",
  elsewhere: "not where it was",
};
