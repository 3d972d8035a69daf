/** What prompts and their versions may be called, and how a call refers to one. */

export interface PromptReference {
  readonly name: string;
  /** `undefined`: the newest. */
  readonly version: string | undefined;
}

export const nameRule = "must be 1 to 64 of the characters a-z 0-9 . _ -, the first a letter or a digit";
export const versionRule = "must be 1 to 64 of the characters A-Z a-z 0-9 . _ -, the first a letter or a digit";
export const referenceRule = "must be the name of a registered prompt, or name@version";

export function isPromptName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(text);
}

export function isPromptVersion(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** `undefined` for what cannot be one. */
export function readReference(text: string): PromptReference | undefined {
  const at = text.indexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  const version = at < 0 ? undefined : text.slice(at + 1);
  if (!isPromptName(name) || (version !== undefined && !isPromptVersion(version))) return undefined;
  return { name, version };
}

export function referenceText(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name}@${version}`;
}
