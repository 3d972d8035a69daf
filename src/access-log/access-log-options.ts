import { z } from "zod";
import { bytes, choice, field, integer, text } from "../option-fields.ts";

const logContents = ["redacted", "masked", "full"] as const;
export type LogContent = (typeof logContents)[number];

/** The options of the access log: section `telemetry.accessLog`. Without the section there is none. */
export const accessLogSchema = z
  .strictObject({
    path: text("access.jsonl", {
      description: "The file, in the data folder where its path is relative. Processes that serve together share it.",
    }),
    sample: field((value) => (typeof value === "number" && value > 0 && value <= 1 ? value : undefined), {
      description: "The share of all different requests that are logged, each of them with all its repeats.",
      default: 1,
      rule: "a number above 0, at most 1",
    }),
    content: choice("redacted", logContents, {
      description:
        "`redacted`: a token in place of each text, the same for equal texts; `masked`: what was said, with tokens in place of personal data; `full`: what was said.",
    }),
    maxBytes: bytes("256mb", { description: "A file of this size is put aside, and a new one begun." }),
    keep: integer(8, 0, 10_000, { description: "How many files that were put aside are kept." }),
  })
  .optional();
