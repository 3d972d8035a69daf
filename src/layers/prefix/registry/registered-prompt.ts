import { systemTenant } from "../../../core/scopes.ts";
import { readRecord, writeRecord } from "../../../core/written-record.ts";

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
  return writeRecord(format, { text, sequence, createdAt });
}

/** `undefined` for what is none. */
export function decodeContent(bytes: Uint8Array | undefined): PromptContent | undefined {
  const { text, sequence, createdAt } = readRecord(format, bytes);
  if (!isNumber(sequence) || !isNumber(createdAt)) return undefined;
  if (text !== undefined && typeof text !== "string") return undefined;
  return { text, sequence, createdAt };
}

export function encodeVersion(version: PromptVersion): Uint8Array {
  return writeRecord(format, version);
}

export function decodeVersion(bytes: Uint8Array | undefined): PromptVersion | undefined {
  const { tenant, name, version, sequence, createdAt, deletedAt } = readRecord(format, bytes);
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  if (!isNumber(sequence) || !isNumber(createdAt)) return undefined;
  if (tenant !== undefined && typeof tenant !== "string") return undefined;
  return { tenant, name, version, sequence, createdAt, deletedAt: isNumber(deletedAt) ? deletedAt : undefined };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(Math.trunc(value));
}
