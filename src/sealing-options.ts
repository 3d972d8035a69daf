import type { z } from "zod";
import { masterKeyRemedy, masterKeyRule, readMasterKey } from "./core/master-key-text.ts";
import { choice, type Field, field, flag, optionalText, secret, withoutDefault } from "./option-fields.ts";

/** What section `security` says of the master key and of sealing at rest. */

const sealingModes = ["auto", "on", "off"] as const;
export type SealingMode = (typeof sealingModes)[number];

const previousMasterKeys = withoutDefault.get(
  field(
    (value): readonly string[] | undefined =>
      Array.isArray(value) && value.length <= 16 && value.every((one) => typeof one === "string" && readMasterKey(one))
        ? (value as string[])
        : undefined,
    {
      description:
        "Other master keys, those of before or the one that is to come: what they have wrapped is opened, and wrapped by `masterKey` at the next start.",
      rule: `a list of at most 16 keys, each ${masterKeyRule}`,
      remedy: "Give the keys as they were given as masterKey.",
    },
  ),
) as z.ZodOptional<Field<readonly string[]>>;

export const sealingFields = {
  masterKey: secret({
    description:
      "The key above all keys at rest, 32 bytes in base64 or hexadecimal: with it, what is stored is sealed; see [sealing](../sealing.md). With `sealing: off`, a secret from which the keys of entries are derived.",
    remedy: masterKeyRemedy,
  }),
  masterKeyFile: optionalText({ description: "A file that holds `masterKey`, for secrets that are mounted." }),
  previousMasterKeys,
  sealing: choice("auto", sealingModes, {
    description:
      "Whether what is stored is sealed: `auto`, when there is a master key; `on`, and without one there is no start; `off`.",
  }),
  plainVectors: flag(false, {
    description:
      "Let the vectors of questions lie unsealed in PostgreSQL or Redis, which can search no others, though all else is sealed.",
  }),
};

interface SealingFields {
  readonly masterKey?: string | undefined;
  readonly masterKeyFile?: string | undefined;
  readonly sealing: SealingMode;
}

export interface SealingMistake {
  readonly path: keyof SealingFields;
  readonly rule: string;
  readonly remedy: string;
}

/** What does not go together. */
export function sealingMistake({ masterKey, masterKeyFile, sealing }: SealingFields): SealingMistake | undefined {
  if (masterKey !== undefined && masterKeyFile !== undefined)
    return { path: "masterKeyFile", rule: "must not be given beside masterKey", remedy: "Remove one of both." };
  if (sealing === "on" && masterKey === undefined && masterKeyFile === undefined)
    return {
      path: "sealing",
      rule: "must not be on without a master key",
      remedy: `Set REPRISE_MASTER_KEY. ${masterKeyRemedy}`,
    };
  if (sealing !== "off" && masterKey !== undefined && readMasterKey(masterKey) === undefined)
    return {
      path: "masterKey",
      rule: `must be ${masterKeyRule}`,
      remedy: `${masterKeyRemedy} A text of another kind goes with \`sealing: off\`.`,
    };
  return undefined;
}

/** As zod tells it. */
export function checkSealing(fields: SealingFields, context: z.core.$RefinementCtx): void {
  const mistake = sealingMistake(fields);
  if (mistake === undefined) return;
  const { path, rule: message, remedy } = mistake;
  context.addIssue({ code: "custom", path: [path], message, params: { remedy }, input: fields[path] });
}
