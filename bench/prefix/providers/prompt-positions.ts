import { createHash } from "node:crypto";

/** What the emulated caches of providers see of a prompt: its positions in order, each named with all before it. */

export interface Position {
  /** Of everything up to its end. */
  readonly digest: string;
  /** Up to its end. */
  readonly tokens: number;
  /** Its mark, as it stands in the request. */
  readonly mark: unknown;
  readonly value: unknown;
}

/** Emulated models have a tokenizer of their own: so many characters are one token. */
export const tokenLength = 4;

/** `values`: the positions with whatever belongs to them; `markName`: the member that is a mark and not part of the prompt. */
export function positionsOf(values: readonly unknown[], markName: string): readonly Position[] {
  let digest = "";
  let length = 0;
  return values.map((value) => {
    const text = JSON.stringify(value, (name, member: unknown) =>
      name === markName ? undefined : isPlainObject(member) ? sortedByName(member) : member,
    );
    digest = createHash("sha256").update(digest).update(text).digest("base64url");
    length += text.length;
    const block = Array.isArray(value) ? value.at(-1) : value;
    const mark = isPlainObject(block) ? block[markName] : undefined;
    return { digest, tokens: Math.ceil(length / tokenLength), mark: mark ?? undefined, value: block };
  });
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortedByName(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What a provider keeps, by the name of the prefix. */
export class KeptPrefixes {
  readonly #kept = new Map<string, { expiresAt: number; readonly lifetimeMs: number }>();

  /** Finding it does not renew it. */
  has(digest: string, now: number): boolean {
    const found = this.#kept.get(digest);
    return found !== undefined && now <= found.expiresAt;
  }

  renew(digest: string, now: number): void {
    const found = this.#kept.get(digest);
    if (found !== undefined && now <= found.expiresAt) found.expiresAt = now + found.lifetimeMs;
  }

  keep(digest: string, lifetimeMs: number, now: number): void {
    this.#kept.set(digest, { expiresAt: now + lifetimeMs, lifetimeMs });
  }
}

/** A call that an emulated provider has taken. */
export interface TakenCall {
  /** As in the body of the answer. */
  readonly usage: Readonly<Record<string, unknown>>;
  /** In tokens of input at its price. */
  readonly billed: number;
  /** The answer begins: from now on others can read what it wrote. */
  begin(now: number): void;
}

export interface RefusedCall {
  readonly refusal: string;
}
