import {
  isPlainObject,
  KeptPrefixes,
  type Position,
  positionsOf,
  type RefusedCall,
  type TakenCall,
} from "./prompt-positions.ts";

/**
 * Anthropic's cache of prompts as its documentation describes it (platform.claude.com/docs, "Prompt caching"): tools, system
 * and messages in this order; nothing is written but at marks; a mark looks for earlier writes at 20 positions, itself
 * among them; what is shorter than the model's minimum is silently not kept; what was written can be read once the answer
 * has begun; lifetimes of five minutes and an hour, renewed by use. It stands in for the provider, which cannot run here.
 */

const mostMarks = 4;
const lookBack = 20;
const lifetimes: Readonly<Record<string, number>> = { "5m": 5 * 60_000, "1h": 3_600_000 };
const prices = { read: 0.1, "5m": 1.25, "1h": 2 } as const;

interface Marked {
  readonly at: number;
  readonly ttl: "5m" | "1h";
}

export class AnthropicCache {
  readonly #leastTokens: number;
  readonly #kept = new KeptPrefixes();

  constructor(leastTokens: number) {
    this.#leastTokens = leastTokens;
  }

  take(body: Readonly<Record<string, unknown>>, now: number): TakenCall | RefusedCall {
    const positions = anthropicPositions(body);
    const marks = marksOf(body, positions);
    if (typeof marks === "string") return { refusal: marks };
    const tokensAt = (at: number): number => positions[at]?.tokens ?? 0;
    const found = marks.flatMap(({ at }) => this.#foundAt(positions, at, now) ?? []);
    const read = found.length === 0 ? undefined : Math.max(...found);
    const kept = marks.filter(({ at }) => tokensAt(at) >= this.#leastTokens);
    const upTo = (ttl: "5m" | "1h"): number =>
      Math.max(0, ...kept.filter((one) => one.ttl === ttl).map(({ at }) => tokensAt(at)));
    const readTokens = read === undefined ? 0 : tokensAt(read);
    const hour = Math.max(0, upTo("1h") - readTokens);
    const fiveMinutes = Math.max(0, upTo("5m") - readTokens - hour);
    const fresh = tokensAt(positions.length - 1) - readTokens - hour - fiveMinutes;
    if (read !== undefined) this.#kept.renew((positions[read] as Position).digest, now);
    for (const { at } of kept) this.#kept.renew((positions[at] as Position).digest, now);
    return {
      usage: {
        input_tokens: fresh,
        cache_read_input_tokens: readTokens,
        cache_creation_input_tokens: hour + fiveMinutes,
        cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: hour },
        output_tokens: 0,
      },
      billed: fresh + prices.read * readTokens + prices["5m"] * fiveMinutes + prices["1h"] * hour,
      begin: (at) => {
        for (const mark of kept)
          if (!this.#kept.has((positions[mark.at] as Position).digest, at))
            this.#kept.keep((positions[mark.at] as Position).digest, lifetimes[mark.ttl] as number, at);
      },
    };
  }

  #foundAt(positions: readonly Position[], mark: number, now: number): number | undefined {
    for (let at = mark; at > mark - lookBack && at >= 0; at--)
      if (this.#kept.has((positions[at] as Position).digest, now)) return at;
    return undefined;
  }
}

export function anthropicPositions(body: Readonly<Record<string, unknown>>): readonly Position[] {
  return positionsOf(blocksOf(body), "cache_control");
}

/** A text that stands for itself is one block. What is kept of messages depends on some settings. */
function blocksOf({ tools, system, messages, tool_choice, thinking }: Readonly<Record<string, unknown>>): unknown[] {
  const turns = messages as readonly { readonly role: string; readonly content: unknown }[];
  return [
    ...blocksIn(tools),
    ...blocksIn(system),
    ...turns.flatMap(({ role, content }, index) =>
      blocksIn(content).map((block) => [index === 0 ? { tool_choice, thinking } : null, role, block]),
    ),
  ];
}

function blocksIn(value: unknown): readonly unknown[] {
  if (typeof value === "string") return [{ type: "text", text: value }];
  return Array.isArray(value) ? value : [];
}

/** What is wrong with them, where something is. */
function marksOf(body: Readonly<Record<string, unknown>>, positions: readonly Position[]): readonly Marked[] | string {
  const marks: Marked[] = [];
  for (const [at, { mark, value }] of positions.entries()) {
    if (mark === undefined) continue;
    if (isPlainObject(value) && (value["type"] === "thinking" || value["text"] === ""))
      return "cache_control cannot be set for thinking or empty text blocks";
    marks.push({ at, ttl: ttlOf(mark) });
  }
  const automatic = body["cache_control"] ?? undefined;
  if (automatic !== undefined) {
    const last = positions.length - 1;
    const own = marks.find(({ at }) => at === last);
    if (own !== undefined && own.ttl !== ttlOf(automatic)) return "cache_control of the last block has another ttl";
    if (own === undefined) marks.push({ at: last, ttl: ttlOf(automatic) });
  }
  if (marks.length > mostMarks) return `A maximum of ${mostMarks} blocks with cache_control may be provided`;
  const firstShort = marks.findIndex(({ ttl }) => ttl === "5m");
  if (firstShort >= 0 && marks.slice(firstShort).some(({ ttl }) => ttl === "1h"))
    return "cache_control with ttl 1h must not come after ttl 5m";
  return marks;
}

function ttlOf(mark: unknown): "5m" | "1h" {
  return isPlainObject(mark) && mark["ttl"] === "1h" ? "1h" : "5m";
}
