import { describe, expect, it } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import { OpenAiAutomaticCache, OpenAiMarkedCache } from "../../bench/prefix/providers/openai-cache.ts";
import type { RefusedCall, TakenCall } from "../../bench/prefix/providers/prompt-positions.ts";

/** The emulated caches keep the rules that the providers document: what is measured against them is worth no more than they are. */

const minute = 60_000;
const mark = { cache_control: { type: "ephemeral" } };
const hour = { cache_control: { type: "ephemeral", ttl: "1h" } };
const long = "A rule of the house. ".repeat(400);

type Body = Readonly<Record<string, unknown>>;
interface Provider {
  take(body: Body, now: number): TakenCall | RefusedCall;
}

/** Asks, and has the answer begin at once; what was read and written in tokens. */
function asked(provider: Provider, body: Body, now: number): { read: number; written: number; billed: number } {
  const taken = provider.take(body, now);
  if ("refusal" in taken) throw new Error(taken.refusal);
  taken.begin(now);
  const { usage, billed } = taken;
  const details = (usage["prompt_tokens_details"] ?? {}) as Readonly<Record<string, number>>;
  const read = (usage["cache_read_input_tokens"] ?? details["cached_tokens"]) as number;
  return {
    read,
    written: (usage["cache_creation_input_tokens"] ?? details["cache_write_tokens"] ?? 0) as number,
    billed,
  };
}

function text(words: string, more: object = {}) {
  return { type: "text", text: words, ...more };
}

function message(system: unknown, ...content: readonly unknown[]): Body {
  return { system, messages: [{ role: "user", content }] };
}

describe("Anthropic's, emulated", () => {
  it("keeps nothing without a mark, and what is marked for five minutes, longer where it is used", () => {
    const provider = new AnthropicCache(1_024);
    asked(provider, message(long, text("How?")), 0);
    expect(asked(provider, message(long, text("How?")), 1).read).toBe(0);
    const marked = message([text(long, mark)], text("How?"));
    const first = asked(provider, marked, 2);
    expect(first.written).toBeGreaterThan(2_000);
    expect(asked(provider, marked, 4 * minute)).toMatchObject({ read: first.written, written: 0 });
    expect(asked(provider, marked, 8 * minute).read).toBe(first.written);
    expect(asked(provider, marked, 14 * minute).read).toBe(0);
  });

  it("bills what it read at a tenth and what it wrote at five quarters, or twice for an hour", () => {
    const provider = new AnthropicCache(1_024);
    const body = (kind: object) => message([text(long, kind)], text("How?"));
    const first = asked(provider, body(mark), 0);
    const rest = first.billed - 1.25 * first.written;
    expect(asked(provider, body(mark), 1).billed).toBeCloseTo(0.1 * first.written + rest, 6);
    expect(asked(new AnthropicCache(1_024), body(hour), 0).billed).toBeCloseTo(2 * first.written + rest, 6);
    expect(asked(provider, body(hour), 1).billed).toBeCloseTo(0.1 * first.written + rest, 6);
  });

  it("looks for what was kept at twenty positions, and no further", () => {
    const more = (count: number) => Array.from({ length: count }, (_, index) => text(`part ${index}`));
    for (const [count, isFound] of [
      [18, true],
      [19, false],
    ] as const) {
      const provider = new AnthropicCache(1_024);
      const { written } = asked(provider, message(long, text("first", mark)), 0);
      expect(asked(provider, message(long, text("first"), ...more(count), text("last", mark)), 1).read).toBe(
        isFound ? written : 0,
      );
    }
  });

  it("lets nobody read what it writes before the answer has begun", () => {
    const provider = new AnthropicCache(1_024);
    const marked = message([text(long, mark)], text("How?"));
    const slow = provider.take(marked, 0) as TakenCall;
    expect(asked(provider, marked, 1).read).toBe(0);
    slow.begin(2);
    expect(asked(provider, marked, 3).read).toBeGreaterThan(0);
  });

  it("keeps nothing that is too short, silently", () => {
    const provider = new AnthropicCache(4_096);
    const marked = message([text(long, mark)], text("How?"));
    expect(asked(provider, marked, 0).written).toBe(0);
    expect(asked(provider, marked, 1).read).toBe(0);
  });

  it("marks the last block where it is told to mark by itself", () => {
    const provider = new AnthropicCache(1_024);
    const all = { ...message(long, text("How?")), ...mark };
    expect(asked(provider, all, 0).written).toBeGreaterThan(0);
    expect(asked(provider, { ...message(long, text("Why?")), ...mark }, 1).read).toBe(0);
    expect(asked(provider, all, 2).written).toBe(0);
  });

  it.each([
    ["five marks", message(long, ...Array.from({ length: 5 }, (_, index) => text(`${index}`, mark)))],
    [
      "four marks and one by itself",
      { ...message(long, ...["a", "b", "c", "d"].map((one) => text(one, mark)), text("e")), ...mark },
    ],
    ["an hour behind five minutes", message([text(long, mark)], text("How?", hour))],
    ["a mark on an empty text", message(long, text("", mark))],
    ["a last block of another ttl than by itself", { ...message(long, text("How?", hour)), ...mark }],
  ])("refuses %s", (_, body) => {
    expect(new AnthropicCache(1_024).take(body, 0)).toHaveProperty("refusal");
  });
});

describe("OpenAI's since GPT-5.6, emulated", () => {
  const breakpoint = { prompt_cache_breakpoint: { mode: "explicit" } };
  const chat = (question: string, system: object = {}, more: object = {}): Body => ({
    messages: [
      { role: "system", content: [text(long, system)] },
      { role: "user", content: question },
    ],
    ...more,
  });

  it("by itself writes to the end of every prompt and finds nothing when that is another", () => {
    const provider = new OpenAiMarkedCache();
    expect(asked(provider, chat("How?"), 0).written).toBeGreaterThan(2_000);
    const other = asked(provider, chat("Why?"), 1);
    expect(other).toMatchObject({ read: 0 });
    expect(other.written).toBeGreaterThan(2_000);
  });

  it("by itself finds the earlier turns of a conversation, if that is how it is", () => {
    const turns = (...contents: readonly string[]) => ({
      messages: contents.map((content) => ({ role: "user", content })),
    });
    for (const findsEarlierTurns of [false, true]) {
      const provider = new OpenAiMarkedCache({ findsEarlierTurns });
      const { written } = asked(provider, turns(long), 0);
      expect(asked(provider, turns(long, "And?"), 1).read).toBe(findsEarlierTurns ? written : 0);
    }
  });

  it("reads at a breakpoint what was kept there, under the same key and for half an hour", () => {
    const explicit = (key: string) => ({ prompt_cache_options: { mode: "explicit" }, prompt_cache_key: key });
    const provider = new OpenAiMarkedCache();
    const { written } = asked(provider, chat("How?", breakpoint, explicit("a")), 0);
    expect(asked(provider, chat("Why?", breakpoint, explicit("a")), 29 * minute)).toMatchObject({
      read: written,
      written: 0,
    });
    expect(asked(provider, chat("Why?", breakpoint, explicit("b")), 29 * minute).read).toBe(0);
    expect(asked(provider, chat("Why?", {}, explicit("a")), 29 * minute)).toMatchObject({ read: 0, written: 0 });
    expect(asked(provider, chat("Why?", breakpoint, explicit("a")), 60 * minute).read).toBe(0);
  });
});

describe("OpenAI's before, emulated", () => {
  const chat = (question: string, key?: string): Body => ({
    messages: [
      { role: "system", content: long },
      { role: "user", content: question },
    ],
    ...(key === undefined ? {} : { prompt_cache_key: key }),
  });

  it("reads what it had in steps of 128 tokens, and has written it for nothing", () => {
    const provider = new OpenAiAutomaticCache();
    expect(asked(provider, chat("How?"), 0).read).toBe(0);
    const { read } = asked(provider, chat("Why?"), 1);
    expect(read).toBeGreaterThan(1_900);
    expect(read % 128).toBe(0);
  });

  it("sends more than fifteen a minute elsewhere, where nothing is known", () => {
    const provider = new OpenAiAutomaticCache();
    const reads = Array.from({ length: 17 }, (_, call) => asked(provider, chat(`${call}?`), call).read);
    expect(reads.map((read) => read > 0)).toEqual([false, ...Array(14).fill(true), false, true]);
  });
});
