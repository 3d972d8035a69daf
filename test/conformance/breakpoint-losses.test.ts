import { describe, expect, it } from "vitest";
import { PlannedMarker, play, unmarked } from "../../bench/prefix/planner-run.ts";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import { OpenAiMarkedCache } from "../../bench/prefix/providers/openai-cache.ts";
import { messagesBody } from "../../bench/prefix/wire-bodies.ts";
import { anthropicMessages } from "../../src/protocols/anthropic-messages.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";

/**
 * Calls for which a provider's cache is of no use: marking them must cost next to nothing. And calls for which it is:
 * what is marked must be worth it. Billed input under the emulated caches, as a share of what it costs unmarked.
 */

const minute = 60_000;
type Turn = { readonly role: string; readonly content: string };

interface Asked {
  readonly atMs: number;
  readonly messages: readonly Turn[];
}

const long = (name: string): string => `${name} is a rule of the house. `.repeat(300);
const system = (name: string): Turn => ({ role: "system", content: long(name) });
const user = (content: string): Turn => ({ role: "user", content });
const model = (content: string): Turn => ({ role: "assistant", content });

function many(count: number, one: (index: number) => Asked): readonly Asked[] {
  return Array.from({ length: count }, (_, index) => one(index));
}

function timed(calls: readonly Asked[], bodyOf: (messages: readonly Turn[]) => object) {
  return calls.map(({ atMs, messages }, index) => ({
    call: { index, messages, answer: model("So.") },
    body: bodyOf(messages) as Readonly<Record<string, unknown>>,
    startMs: atMs,
    beginMs: atMs + 500,
    endMs: atMs + 900,
  }));
}

/** Of what it costs without marks, with Anthropic and five minutes. */
function shareOf(calls: readonly Asked[]): number {
  const bodies = timed(calls, (messages) => messagesBody("claude-sonnet-4-5", messages, []));
  const [marked, plain] = [new PlannedMarker(anthropicMessages), unmarked].map(
    (marker) => play(bodies, new AnthropicCache(1_024), marker).billed,
  ) as [number, number];
  return marked / plain;
}

describe("where a cache is of no use, marking costs next to nothing", () => {
  it.each<[string, (index: number) => Asked]>([
    [
      "prompts that have nothing in common",
      (index) => ({ atMs: index * 1_000, messages: [system(`${index}`), user("How?")] }),
    ],
    [
      "a system prompt that begins with the time",
      (index) => ({ atMs: index * 1_000, messages: [system(`12:00:${index}`), user(`How, ${index}?`)] }),
    ],
    [
      "one system prompt, asked with every six minutes",
      (index) => ({ atMs: index * 6 * minute, messages: [system("It"), user(`How, ${index}?`)] }),
    ],
    [
      "whole conversations that are judged once each",
      (index) => ({
        atMs: index * minute,
        messages: [user(long(`${index}`)), model("So."), user("And?"), model("Thus."), user("Is that right?")],
      }),
    ],
    [
      "conversations that are gone on with after ten minutes",
      (index) => ({
        atMs: index * 10 * minute,
        messages: [
          system("It"),
          ...many(index % 20, () => ({ atMs: 0, messages: [] })).flatMap((_, turn) => [
            user(`How, ${turn}?`),
            model("So."),
          ]),
          user(`How, ${index % 20}?`),
        ],
      }),
    ],
  ])("%s", (_, one) => {
    expect(shareOf(many(400, one))).toBeLessThan(1.01);
  });
});

describe("where it is, what is marked is worth it", () => {
  it.each<[string, number, (index: number) => Asked]>([
    [
      "one system prompt with another question every minute",
      0.13,
      (index) => ({ atMs: index * minute, messages: [system("It"), user(`${index}?`)] }),
    ],
    [
      "one document with ten questions, and then the next",
      0.35,
      (index) => ({
        atMs: index * 20_000,
        messages: [
          user(`${long(`Document ${Math.floor(index / 10)}`)}`),
          model("I have read it."),
          user(`${index % 10}?`),
        ],
      }),
    ],
    [
      "one system prompt, asked with every twenty minutes: kept for an hour",
      0.16,
      (index) => ({ atMs: index * 20 * minute, messages: [system("It"), user(`${index}?`)] }),
    ],
    [
      "one system prompt every half hour, and behind it a conversation of four turns in a minute",
      0.3,
      (index) => ({
        atMs: Math.floor(index / 4) * 30 * minute + (index % 4) * 15_000,
        messages: [
          system("It"),
          ...many(index % 4, () => ({ atMs: 0, messages: [] })).flatMap((_, turn) => [
            user(`${Math.floor(index / 4)}: ${"How? ".repeat(200)} ${turn}`),
            model("So."),
          ]),
          user(`${Math.floor(index / 4)}: ${"How? ".repeat(200)} ${index % 4}`),
        ],
      }),
    ],
    [
      "two kinds of calls in turn, of which one comes once each",
      0.65,
      (index) => ({
        atMs: index * 5_000,
        messages: index % 2 === 0 ? [system("It"), user(`${index}?`)] : [system(`Alone ${index}`), user("How?")],
      }),
    ],
  ])("%s", (_, most, one) => {
    expect(shareOf(many(400, one))).toBeLessThan(most);
  });

  it("where writes are paid for anyway, a changing question no longer makes the whole prompt be written", () => {
    const calls = many(100, (index) => ({ atMs: index * minute, messages: [system("It"), user(`${index}?`)] }));
    const bodies = timed(calls, (messages) => ({ model: "gpt-5.6", messages }));
    const [marked, plain] = [new PlannedMarker(openAiChat), unmarked].map(
      (marker) => play(bodies, new OpenAiMarkedCache(), marker).billed,
    ) as [number, number];
    expect(marked / plain).toBeLessThan(0.15);
  });
});
