import { z } from "zod";
import { readReference, referenceRule } from "./layers/prefix/registry/prompt-name.ts";
import { field, optionalText } from "./option-fields.ts";

/** Which registered prompts are warmed up, by the name of the upstream. Nothing is, unless it is named: calls cost money. */

const model = field((value) => (typeof value === "string" && value.length > 0 ? value : undefined), {
  description: "The model that registered prompts are warmed up for, on the upstream of this name.",
  rule: "a text that is not empty",
});

const references = field(
  (value) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > 1_000) return undefined;
    const given = value.filter((one): one is string => typeof one === "string" && readReference(one) !== undefined);
    return given.length === value.length ? given : undefined;
  },
  {
    description:
      "Which: names, of which the newest version is meant, or `name@version`. Each replica of a pool is sent a call for one token when it takes calls, at the start and when it is back, and when there is a new version; another upstream once. See [prompts](../prompts.md#warm-up).",
    rule: `a list, each of which ${referenceRule}`,
  },
);

export const warmSchema = z
  .record(
    z.string(),
    z.strictObject({
      model,
      prompts: references,
      apiKey: optionalText({ description: "With which these calls are made, where the upstream wants one." }),
    }),
  )
  .prefault({} as never);

export type WarmSettings = z.output<typeof warmSchema>;
