import type { PromptBook } from "./prompt-book.ts";
import type { PromptVersion, RegisteredPrompt } from "./registered-prompt.ts";

/**
 * Which registered prompt a call begins with that refers to none: prompts are kept by their first characters, and of
 * those that begin as the call does the longest is meant that the call has in full. Of equal texts the newest counts, and
 * before it one of the tenant's own.
 */

const firstCharacters = 32;

export class PromptMatcher {
  readonly #byStart = new Map<string, RegisteredPrompt[]>();

  constructor({ live }: Pick<PromptBook, "live">) {
    for (const prompt of live) {
      const start = prompt.text.slice(0, firstCharacters);
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), prompt]);
    }
    for (const prompts of this.#byStart.values()) prompts.sort(better);
  }

  get isEmpty(): boolean {
    return this.#byStart.size === 0;
  }

  /** The name of the prompt; see `promptId`. `system`: how the system prompt of the call begins. */
  match(tenant: string, system: string): string | undefined {
    const found = this.#byStart.get(system.slice(0, firstCharacters))?.find(
      (prompt) =>
        (prompt.tenant === undefined || prompt.tenant === tenant) &&
        // What is shorter than a start says too little to be the beginning of something else.
        (prompt.text.length < firstCharacters ? system === prompt.text : system.startsWith(prompt.text)),
    );
    return found && promptId(found);
  }
}

/** By which name calls are counted. */
export function promptId({ tenant, name, version }: Pick<PromptVersion, "tenant" | "name" | "version">): string {
  return `${tenant === undefined ? "" : `${tenant}/`}${name}@${version}`;
}

function better(one: RegisteredPrompt, other: RegisteredPrompt): number {
  const isOwn = Number(other.tenant !== undefined) - Number(one.tenant !== undefined);
  return (
    other.text.length - one.text.length || isOwn || other.createdAt - one.createdAt || other.sequence - one.sequence
  );
}
