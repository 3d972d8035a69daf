import type { Clock, Random } from "../../../core/clock.ts";
import { withDeadline } from "../../../core/deadline.ts";
import { StoreUnavailableError } from "../../../core/errors.ts";
import { systemTenant } from "../../../core/scopes.ts";
import type { MaybePromise, Store } from "../../../core/store.ts";
import {
  contentKey,
  decodeContent,
  decodeVersion,
  encodeContent,
  encodeVersion,
  holderOf,
  type PromptContent,
  type PromptVersion,
  type RegisteredPrompt,
} from "./registered-prompt.ts";

/**
 * Registered prompts in the store, for all who share it. Stores cannot list what they hold, nor change two values at once,
 * so: the text of a version stands under its name, where `add` gives the name to one text alone, whoever else wants it;
 * and each version takes the next of numbered places, by `add` as well, which are read in order until some are all free.
 * A place is never given back. A random token, the edition, is replaced after each change: who finds the one that he
 * knows has nothing to read. Nothing of it expires, and all of it goes last where a store has to make room.
 */

export const editionKey = "prompts/edition";
/** Versions in all, those that were taken back included. */
export const mostVersions = 4_096;

const firstPage = 32;
const mostAtOnce = 256;
/** A call may wait for what is read. */
const deadlinesMs = { read: 1_000, write: 2_000 };
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;

export interface ShelfStore extends Pick<Store, "get" | "set" | "add"> {
  /** Of a store that gathers writes: when it resolves they are where other processes see them. */
  flush?(): Promise<void>;
}

export interface ShelfParts {
  readonly store: ShelfStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** Rejects with `StoreUnavailableError` where the store does not answer in time, or fails. */
export class PromptShelf {
  readonly #parts: ShelfParts;
  /** Places that were taken when they were last read. */
  #taken = 0;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  /** Empty where nothing was ever registered, or the store has lost it. */
  async edition(): Promise<string> {
    const [token] = await this.#ask((store) => store.get(systemTenant, [editionKey]));
    return token === undefined ? "" : Buffer.from(token).toString("base64url");
  }

  /** All versions in the order in which they came, the texts where there are some. `known` are not read again. */
  async all(known: (version: PromptVersion) => RegisteredPrompt | undefined): Promise<readonly PromptVersion[]> {
    // One that found its place lost may have taken another, and then have two.
    const versions = new Map<string, PromptVersion>();
    let taken = 0;
    for (let from = 0, size = firstPage; from < mostVersions; from += size, size = Math.min(size * 2, mostAtOnce)) {
      const places = Array.from({ length: Math.min(size, mostVersions - from) }, (_, index) => from + index);
      const found = await this.#ask((store) => store.get(systemTenant, places.map(placeKey)));
      const last = found.findLastIndex((value) => value !== undefined);
      if (last < 0) break;
      taken = from + last + 1;
      for (const listed of found.flatMap((value) => decodeVersion(value) ?? []))
        versions.set(`${listed.tenant ?? ""}\n${contentKey(listed.name, listed.version)}`, listed);
    }
    this.#taken = taken;
    return this.#withTexts([...versions.values()], known);
  }

  /** Takes the name of the version for this text; returns what has it now. */
  async take({ tenant, name, version, ...content }: RegisteredPrompt): Promise<PromptContent> {
    const bytes = encodeContent(content);
    const there = await this.#ask(
      (store) => store.add(holderOf(tenant), contentKey(name, version), bytes, forGood),
      "write",
    );
    const taken = decodeContent(there);
    if (taken === undefined) throw away(`what stands under ${name}@${version} is damaged`);
    return taken;
  }

  /** Whether there was a place for it. */
  async list(version: PromptVersion): Promise<boolean> {
    const own = encodeVersion(version);
    for (let place = this.#taken; place < mostVersions; place++) {
      const there = await this.#ask((store) => store.add(systemTenant, placeKey(place), own, forGood), "write");
      const listed = decodeVersion(there);
      this.#taken = place + 1;
      if (listed !== undefined && isSame(listed, version)) return true;
    }
    return false;
  }

  /** Takes the text away, and the name of the version for good. */
  async takeBack(version: PromptVersion): Promise<void> {
    const { tenant, name, version: label, sequence, createdAt } = version;
    const gone = encodeContent({ text: undefined, sequence, createdAt });
    await this.#write(holderOf(tenant), contentKey(name, label), gone);
    for (let place = 0; place < this.#taken; place += mostAtOnce) {
      const places = Array.from({ length: Math.min(mostAtOnce, this.#taken - place) }, (_, index) => place + index);
      const found = await this.#ask((store) => store.get(systemTenant, places.map(placeKey)));
      for (const [index, value] of found.entries()) {
        const listed = decodeVersion(value);
        if (listed !== undefined && isSame(listed, version))
          await this.#write(systemTenant, placeKey(place + index), encodeVersion(version));
      }
    }
  }

  /** A new edition, which all who look find. Returns it. */
  async renew(): Promise<string> {
    const token = this.#parts.random.bytes(12);
    await this.#write(systemTenant, editionKey, token);
    const { flush } = this.#parts.store;
    if (flush !== undefined) await this.#ask((store) => flush.call(store), "write");
    return Buffer.from(token).toString("base64url");
  }

  /** What a store has lost that began anew, as far as it is known here. Nothing that is there is written over. */
  async restore(versions: readonly (PromptVersion | RegisteredPrompt)[]): Promise<void> {
    this.#taken = 0;
    for (const version of versions) {
      const { tenant, name, version: label, sequence, createdAt, deletedAt } = version;
      // Its text was not there when it was last looked for.
      if (deletedAt === undefined && textOf(version) === undefined) continue;
      const content = encodeContent({ text: textOf(version), sequence, createdAt });
      await this.#ask((store) => store.add(holderOf(tenant), contentKey(name, label), content, forGood), "write");
      await this.list(withoutText(version));
    }
  }

  async #withTexts(
    versions: readonly PromptVersion[],
    known: (version: PromptVersion) => RegisteredPrompt | undefined,
  ): Promise<readonly PromptVersion[]> {
    const whole = new Map<PromptVersion, RegisteredPrompt>();
    const byHolder = new Map<string, PromptVersion[]>();
    for (const version of versions.filter(({ deletedAt }) => deletedAt === undefined)) {
      const there = known(version);
      const holder = holderOf(version.tenant);
      if (there !== undefined) whole.set(version, there);
      else byHolder.set(holder, [...(byHolder.get(holder) ?? []), version]);
    }
    for (const [holder, wanted] of byHolder) {
      for (let from = 0; from < wanted.length; from += mostAtOnce) {
        const page = wanted.slice(from, from + mostAtOnce);
        const keys = page.map(({ name, version }) => contentKey(name, version));
        const found = await this.#ask((store) => store.get(holder, keys));
        for (const [index, version] of page.entries()) {
          const text = decodeContent(found[index])?.text;
          if (text !== undefined) whole.set(version, { ...version, text });
        }
      }
    }
    // One without a text was taken back a moment ago, or is lost: it is told of no more than that it was there.
    return versions.map((version) => whole.get(version) ?? version);
  }

  async #write(tenant: string, key: string, value: Uint8Array): Promise<void> {
    const result = await this.#ask((store) => store.set(tenant, key, value, forGood), "write");
    if (result !== "stored") throw away(`it ${result === "declined" ? "takes no value of this size" : "is behind"}`);
  }

  async #ask<T>(action: (store: ShelfStore) => MaybePromise<T>, kind: "read" | "write" = "read"): Promise<T> {
    const { clock, store } = this.#parts;
    const deadlineMs = deadlinesMs[kind];
    try {
      const late = () => Promise.reject(away(`it did not answer within ${deadlineMs} ms`));
      return await withDeadline(action(store), deadlineMs, clock, late);
    } catch (error) {
      throw error instanceof StoreUnavailableError ? error : away("it failed", error);
    }
  }
}

function textOf(version: PromptVersion | RegisteredPrompt): string | undefined {
  return "text" in version ? version.text : undefined;
}

function withoutText({ tenant, name, version, sequence, createdAt, deletedAt }: PromptVersion): PromptVersion {
  return { tenant, name, version, sequence, createdAt, deletedAt };
}

function isSame(one: PromptVersion, other: PromptVersion): boolean {
  return one.tenant === other.tenant && one.name === other.name && one.version === other.version;
}

function placeKey(place: number): string {
  return `prompts/${place}`;
}

function away(why: string, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError({ message: `the store of the prompts cannot be used: ${why}`, cause });
}
