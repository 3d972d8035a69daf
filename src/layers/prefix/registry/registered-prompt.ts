import { systemTenant } from "../../../core/scopes.ts";

/** One version of a system prompt, which never changes; and how it is written into a store. */

export interface PromptVersion {
  /** Whose it is; `undefined`: everybody's. */
  readonly tenant: string | undefined;
  readonly name: string;
  readonly version: string;
  /** Grows from version to version of a name: the newest has the largest. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** It was taken back: its text is gone, and its version is never given to another one. */
  readonly deletedAt: number | undefined;
}

export interface RegisteredPrompt extends PromptVersion {
  readonly text: string;
}

/** What stands under the key of a version: its text, or that there is none any more. */
export interface PromptContent {
  readonly text: string | undefined;
  readonly sequence: number;
  readonly createdAt: number;
}

const format = 1;

/** Under which tenant of the store it is kept. */
export function holderOf(tenant: string | undefined): string {
  return tenant ?? systemTenant;
}

export function contentKey(name: string, version: string): string {
  return `prompt/${name}@${version}`;
}

export function encodeContent({ text, sequence, createdAt }: PromptContent): Uint8Array {
  return Buffer.from(JSON.stringify({ format, text, sequence, createdAt }), "utf8");
}

/** `undefined` for what is none. */
export function decodeContent(bytes: Uint8Array | undefined): PromptContent | undefined {
  const { text, sequence, createdAt } = fieldsOf(bytes);
  if (!isNumber(sequence) || !isNumber(createdAt)) return undefined;
  if (text !== undefined && typeof text !== "string") return undefined;
  return { text, sequence, createdAt };
}

export function encodeVersion(version: PromptVersion): Uint8Array {
  return Buffer.from(JSON.stringify({ format, ...version }), "utf8");
}

export function decodeVersion(bytes: Uint8Array | undefined): PromptVersion | undefined {
  const { tenant, name, version, sequence, createdAt, deletedAt } = fieldsOf(bytes);
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  if (!isNumber(sequence) || !isNumber(createdAt)) return undefined;
  if (tenant !== undefined && typeof tenant !== "string") return undefined;
  return { tenant, name, version, sequence, createdAt, deletedAt: isNumber(deletedAt) ? deletedAt : undefined };
}

function fieldsOf(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const fields = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
    return fields["format"] === format ? fields : {};
  } catch {
    return {};
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(Math.trunc(value));
}
