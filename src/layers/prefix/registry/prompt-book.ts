import { nearNames } from "./near-names.ts";
import type { PromptReference } from "./prompt-name.ts";
import type { PromptVersion, RegisteredPrompt } from "./registered-prompt.ts";

/** What is known of registered prompts at one time: which text a reference means, and to whom. */

export type Found =
  | { readonly kind: "found"; readonly prompt: RegisteredPrompt }
  /** It was there, and was taken back. */
  | { readonly kind: "deleted" }
  | {
      readonly kind: "unknown";
      /** Names, or versions of the name where that is known, that may have been meant. */
      readonly near: readonly string[];
    };

const shownVersions = 5;

export class PromptBook {
  /** All, in the order in which they came. */
  readonly versions: readonly PromptVersion[];
  readonly edition: string;
  readonly #names = new Map<string, readonly PromptVersion[]>();

  constructor(versions: readonly PromptVersion[], edition: string) {
    this.edition = edition;
    this.versions = versions;
    for (const version of [...versions].sort(inSequence)) {
      const key = keyOf(version.tenant, version.name);
      this.#names.set(key, [...(this.#names.get(key) ?? []), version]);
    }
  }

  /** Those with a text. */
  get live(): readonly RegisteredPrompt[] {
    return this.versions.filter(isLive);
  }

  /** The oldest first. */
  of(tenant: string | undefined, name: string): readonly PromptVersion[] {
    return this.#names.get(keyOf(tenant, name)) ?? [];
  }

  newest(tenant: string | undefined, name: string): RegisteredPrompt | undefined {
    return this.of(tenant, name).findLast(isLive);
  }

  /** The newest of each name. */
  get newestOfAll(): readonly RegisteredPrompt[] {
    return [...this.#names.values()].flatMap((versions) => versions.findLast(isLive) ?? []);
  }

  /** What somebody of `tenant` means by it: a prompt of the tenant's own stands before one that is everybody's. */
  find(tenant: string | undefined, { name, version }: PromptReference): Found {
    const own = tenant === undefined ? [] : this.of(tenant, name);
    const all = [...this.of(undefined, name), ...own];
    // A version that was named is one text for good: one's own is not replaced by everybody's when it is deleted.
    const named = own.some((one) => one.version === version) ? own : all;
    const meant = version === undefined ? all : named.filter((one) => one.version === version);
    const prompt = meant.findLast(isLive);
    if (prompt !== undefined) return { kind: "found", prompt };
    if (meant.length > 0) return { kind: "deleted" };
    if (all.length > 0) {
      const known = all.filter(isLive).map((one) => one.version);
      return {
        kind: "unknown",
        near: known
          .slice(-shownVersions)
          .reverse()
          .map((one) => `${name}@${one}`),
      };
    }
    return { kind: "unknown", near: nearNames(name, this.#namesFor(tenant)) };
  }

  /** Names of others are told to nobody. */
  #namesFor(tenant: string | undefined): readonly string[] {
    return this.live.filter((one) => one.tenant === undefined || one.tenant === tenant).map(({ name }) => name);
  }
}

export function isLive(version: PromptVersion): version is RegisteredPrompt {
  return version.deletedAt === undefined && "text" in version;
}

function inSequence(one: PromptVersion, other: PromptVersion): number {
  return one.sequence - other.sequence || (one.version < other.version ? -1 : 1);
}

function keyOf(tenant: string | undefined, name: string): string {
  return `${tenant === undefined ? "" : `${tenant}\n`}${name}`;
}
