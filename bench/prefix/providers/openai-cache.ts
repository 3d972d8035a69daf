import { createHash } from "node:crypto";
import {
  isPlainObject,
  KeptPrefixes,
  type Position,
  positionsOf,
  type RefusedCall,
  type TakenCall,
  tokenLength,
} from "./prompt-positions.ts";

/**
 * OpenAI's two caches of prompts as its documentation describes them (developers.openai.com/api/docs/guides/prompt-caching),
 * for chat completions. They stand in for the provider, which cannot run here.
 *
 * Since GPT-5.6: writes are paid for; at most four are made, one of them at the latest message unless the mode is
 * `explicit`; a prefix is found only where a breakpoint of this request stands, and under the same key. Whether breakpoints
 * that earlier requests of a conversation had by themselves count as well is not said clearly: it can be either.
 * Before: nothing is marked and writing is free; calls go to the machine that a hash of the prompt's first 256 tokens and of
 * the key names, and on to others when it has had 15 in a minute; each machine knows the prompts that it had.
 */

const leastTokens = 1_024;
const mostWrites = 4;
const mostMatched = 80;
const half = 30 * 60_000;
const prices = { read: 0.1, write: 1.25 } as const;

export class OpenAiMarkedCache {
  readonly #kept = new KeptPrefixes();
  readonly #findsEarlierTurns: boolean;

  constructor({ findsEarlierTurns = false }: { readonly findsEarlierTurns?: boolean } = {}) {
    this.#findsEarlierTurns = findsEarlierTurns;
  }

  take(body: Readonly<Record<string, unknown>>, now: number): TakenCall | RefusedCall {
    const options = body["prompt_cache_options"];
    const isExplicit = isPlainObject(options) && options["mode"] === "explicit";
    const positions = openAiPositions(body);
    const explicit = positions.flatMap(({ mark }, at) => (mark === undefined ? [] : [at]));
    const marks = isExplicit ? explicit : [...new Set([...explicit, positions.length - 1])];
    const isLong = (at: number): boolean => (positions[at] as Position).tokens >= leastTokens;
    const name = (at: number): string => `${body["prompt_cache_key"] ?? ""} ${(positions[at] as Position).digest}`;
    const matched = this.#findsEarlierTurns && !isExplicit ? [...positions.keys()] : marks;
    const read = matched.slice(-mostMatched).findLast((at) => this.#kept.has(name(at), now));
    const writes = marks.slice(-mostWrites).filter((at) => isLong(at) && !this.#kept.has(name(at), now));
    const tokensAt = (at: number | undefined): number => (at === undefined ? 0 : (positions[at] as Position).tokens);
    const readTokens = tokensAt(read);
    const written = Math.max(0, tokensAt(writes.at(-1)) - readTokens);
    const all = tokensAt(positions.length - 1);
    for (const at of read === undefined ? marks : [...marks, read]) this.#kept.renew(name(at), now);
    return {
      usage: {
        prompt_tokens: all,
        completion_tokens: 0,
        prompt_tokens_details: { cached_tokens: readTokens, cache_write_tokens: written },
      },
      billed: all - readTokens - written + prices.read * readTokens + prices.write * written,
      begin: (at) => {
        for (const write of writes) this.#kept.keep(name(write), half, at);
      },
    };
  }
}

const machineTakes = 15;
const machines = 64;
const grid = 128;
const automaticLifetimeMs = 5 * 60_000;
/** Of GPT-5.5 and before: half of the price. */
const automaticRead = 0.5;

export class OpenAiAutomaticCache {
  readonly #kept = new KeptPrefixes();
  readonly #calls: number[][] = Array.from({ length: machines }, () => []);

  take(body: Readonly<Record<string, unknown>>, now: number): TakenCall {
    const text = JSON.stringify(partsOf(body));
    const machine = this.#machineFor(`${text.slice(0, 256 * tokenLength)} ${body["prompt_cache_key"] ?? ""}`, now);
    const all = Math.ceil(text.length / tokenLength);
    const names: string[] = [];
    let digest = String(machine);
    for (let end = grid; end <= all; end += grid) {
      const block = text.slice((end - grid) * tokenLength, end * tokenLength);
      digest = createHash("sha256").update(digest).update(block).digest("base64url");
      names.push(digest);
    }
    const found = names.findLastIndex((name) => this.#kept.has(name, now));
    const read = (found + 1) * grid >= leastTokens ? (found + 1) * grid : 0;
    return {
      usage: { prompt_tokens: all, completion_tokens: 0, prompt_tokens_details: { cached_tokens: read } },
      billed: all - read + automaticRead * read,
      begin: (at) => {
        for (const name of names) this.#kept.keep(name, automaticLifetimeMs, at);
      },
    };
  }

  #machineFor(name: string, now: number): number {
    const first = createHash("sha256").update(name).digest().readUInt32BE(0) % machines;
    for (let step = 0; step < machines; step++) {
      const machine = (first + step) % machines;
      const calls = (this.#calls[machine] as number[]).filter((at) => now - at < 60_000);
      this.#calls[machine] = calls;
      if (calls.length >= machineTakes && step < machines - 1) continue;
      calls.push(now);
      return machine;
    }
    return first;
  }
}

export function openAiPositions(body: Readonly<Record<string, unknown>>): readonly Position[] {
  return positionsOf(partsOf(body), "prompt_cache_breakpoint");
}

/** The tools, and then each part of each message; a text that stands for itself is one part. */
function partsOf({ tools, messages }: Readonly<Record<string, unknown>>): unknown[] {
  const turns = messages as readonly Readonly<Record<string, unknown>>[];
  return [
    [tools ?? []],
    ...turns.flatMap(({ content, ...rest }) => {
      const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
      return (Array.isArray(parts) && parts.length > 0 ? parts : [null]).map((part: unknown, index) => [
        index === 0 ? rest : null,
        part,
      ]);
    }),
  ];
}
