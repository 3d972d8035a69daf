import type { OriginPlan } from "../../src/testing/scripted-plan.ts";

/** A scripted origin that caches prompts as engines do: it remembers blocks of characters and tells how much it had. */
export class EngineCache {
  readonly #blocks = new Set<string>();
  /** Characters of prompts, and how many of them it had. */
  evaluated = 0;
  cached = 0;
  readonly salts: unknown[] = [];
  /** False: the usage says nothing of the cache. */
  tells = true;

  readonly plan: OriginPlan = (call) => {
    const { messages, cache_salt } = (call.json ?? {}) as { messages?: unknown; cache_salt?: unknown };
    if (messages === undefined) return undefined;
    this.salts.push(cache_salt);
    const prompt = `${cache_salt ?? ""}${JSON.stringify(messages)}`;
    const names = Array.from({ length: Math.floor(prompt.length / blockLength) }, (_, index) =>
      prompt.slice(0, (index + 1) * blockLength),
    );
    const missing = names.findIndex((name) => !this.#blocks.has(name));
    const cached = (missing === -1 ? names.length : missing) * blockLength;
    for (const name of names) this.#blocks.add(name);
    this.cached += cached;
    this.evaluated += prompt.length - cached;
    const details = this.tells ? { prompt_tokens_details: { cached_tokens: cached } } : {};
    return {
      usage: { prompt_tokens: prompt.length, completion_tokens: 5, total_tokens: prompt.length + 5, ...details },
    };
  };

  restart(): void {
    this.#blocks.clear();
  }
}

const blockLength = 64;
