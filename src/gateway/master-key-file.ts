import { readFileSync } from "node:fs";
import { masterKeyBytes, masterKeyRemedy, masterKeyRule, readMasterKey } from "../core/master-key-text.ts";
import type { OptionMistake, Settings } from "../options.ts";

type Security = Settings["security"];

export type MasterKeyReading =
  | { readonly ok: true; readonly security: Security }
  | { readonly ok: false; readonly mistake: OptionMistake };

/** Whether it can be shown as what it should be: somebody may have given the key itself, or some other secret. */
export function isLikelyPath(text: string): boolean {
  if (readMasterKey(text) !== undefined || /\s/.test(text)) return false;
  if (/^\.{0,2}\//.test(text) || !/^[A-Za-z0-9+/_=-]{20,}$/.test(text)) return true;
  return !/^[0-9a-f]+$/i.test(text) && ![/[A-Z]/, /[a-z]/, /[0-9]/].every((kind) => kind.test(text));
}

/** The options as they are with the key that `masterKeyFile` names: as text, or as bare bytes. */
export function withMasterKeyFile(security: Security): MasterKeyReading {
  const { masterKeyFile: path, sealing } = security;
  if (path === undefined) return { ok: true, security };
  const mistake = (rule: string, remedy: string) =>
    ({ ok: false, mistake: { path: "security.masterKeyFile", value: path, rule, remedy } }) as const;
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return mistake(`cannot be read (${code})`, "Check the path and its permissions.");
  }
  const text = content.toString("utf8").trim();
  const key = readMasterKey(text) ?? (content.length === masterKeyBytes ? content : undefined);
  if (key !== undefined) return { ok: true, security: { ...security, masterKey: key.toString("base64") } };
  if (sealing === "off" && text.length >= 16) return { ok: true, security: { ...security, masterKey: text } };
  return mistake(`must be a file with ${masterKeyRule}`, masterKeyRemedy);
}
