import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import type { RefusedCall, TakenCall } from "../../bench/prefix/providers/prompt-positions.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { createCachePoints } from "../../src/library/cache-points.ts";
import type { ConverseRequest } from "../../src/protocols/bedrock-converse-points.ts";

/** Cache points for Amazon Bedrock, under an emulated cache: Claude's behind the shapes of the Converse API. */

type Block = Readonly<Record<string, unknown>>;
const minute = 60_000;
const modelId = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const rules = "A rule of the house. ".repeat(400);
const tools = [{ toolSpec: { name: "look", inputSchema: { json: { type: "object" } } } }];
const user = (...texts: readonly string[]) => ({ role: "user", content: texts.map((text) => ({ text })) });
const model = (text: string) => ({ role: "assistant", content: [{ text }] });

class Bedrock {
  readonly #cache = new AnthropicCache(1_024);
  billed = 0;

  converse(request: ConverseRequest, now: number) {
    const taken = this.#taken(request, now);
    if ("refusal" in taken) throw new Error(taken.refusal);
    taken.begin(now);
    this.billed += taken.billed;
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = taken.usage as Record<
      string,
      number
    >;
    return {
      ...{ inputTokens: input_tokens, outputTokens: 3 },
      ...{ cacheReadInputTokens: cache_read_input_tokens, cacheWriteInputTokens: cache_creation_input_tokens },
    };
  }

  #taken({ toolConfig, system, messages }: ConverseRequest, now: number): TakenCall | RefusedCall {
    const body = {
      ...{ tools: marked(toolConfig?.tools ?? []), system: marked(system ?? []) },
      messages: (messages ?? []).map(({ role, content }) => ({ role, content: marked(content ?? []) })),
    };
    return this.#cache.take(body, now);
  }
}

/** A cache point marks what stands before it. */
function marked(blocks: readonly Block[]): readonly Block[] {
  return blocks.flatMap((block, index) => {
    if ("cachePoint" in block) return [];
    const point = blocks[index + 1]?.["cachePoint"] as { readonly ttl?: string } | undefined;
    const ttl = point?.ttl === undefined ? {} : { ttl: point.ttl };
    return [point === undefined ? block : { ...block, cache_control: { type: "ephemeral", ...ttl } }];
  });
}

function setUp() {
  const clock = new ManualClock();
  const [bedrock, plain] = [new Bedrock(), new Bedrock()];
  const points = createCachePoints({ clock });
  const ask = (request: ConverseRequest, tenant = "a"): ConverseRequest => {
    const marked = points.mark({ modelId, ...request }, { tenant });
    marked.answered(bedrock.converse(marked.request, clock.now()));
    plain.converse(request, clock.now());
    return marked.request;
  };
  return { clock, ask, share: () => bedrock.billed / plain.billed };
}

const pointsIn = (request: ConverseRequest): number => JSON.stringify(request).split('"cachePoint"').length - 1;

describe("cache points for Amazon Bedrock", () => {
  test("what requests begin with alike is kept from the second on, at an eighth of the price", () => {
    const { ask, clock, share } = setUp();
    let last: ConverseRequest = {};
    for (let turn = 0; turn < 60; turn++) {
      last = ask({ toolConfig: { tools }, system: [{ text: rules }], messages: [user(`${turn}?`)] });
      clock.advance(minute);
    }
    expect(last.system).toEqual([{ text: rules }, { cachePoint: { type: "default" } }]);
    expect(share()).toBeLessThan(0.16);
  });

  test("for an hour where it comes every twenty minutes; a model of before knows five minutes only", () => {
    const { ask, clock, share } = setUp();
    for (let turn = 0; turn < 30; turn++) {
      ask({ system: [{ text: rules }], messages: [user(`${turn}?`)] });
      clock.advance(20 * minute);
    }
    const system = ask({ system: [{ text: rules }], messages: [user("?")] }).system;
    expect(system?.[1]).toEqual({ cachePoint: { type: "default", ttl: "1h" } });
    expect(share()).toBeLessThan(0.25);
    const old = createCachePoints({ clock });
    for (let turn = 0; turn < 6; turn++) {
      const modelIdOfOld = "anthropic.claude-3-5-sonnet-20241022-v2:0";
      const { request, answered } = old.mark({
        modelId: modelIdOfOld,
        system: [{ text: rules }],
        messages: [user("?")],
      });
      expect(JSON.stringify(request)).not.toContain("1h");
      answered({ inputTokens: 2_100 });
      clock.advance(20 * minute);
    }
  });

  test("never more than four, never first, and taking them away gives the request as it was", () => {
    const block = fc.oneof(
      fc.constantFrom(rules, "short", "").map((text): Block => ({ text })),
      fc.constant<Block>({ reasoningContent: { reasoningText: { text: "Hm." } } }),
      fc.constant<Block>({ toolResult: { toolUseId: "t", content: [{ text: rules }] } }),
    );
    const message = fc.record({
      role: fc.constantFrom("user", "assistant"),
      content: fc.array(block, { maxLength: 4 }),
    });
    const calls = fc.array(fc.record({ messages: fc.array(message, { maxLength: 8 }), gap: fc.nat(30 * minute) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(calls, (asked) => {
        const { ask, clock } = setUp();
        for (const { messages, gap } of asked) {
          const request = { modelId, toolConfig: { tools }, system: [{ text: rules }], messages };
          const sent = ask(request);
          expect(pointsIn(sent)).toBeLessThanOrEqual(4);
          const without = JSON.parse(JSON.stringify(sent), (_, value: unknown) =>
            Array.isArray(value) ? value.filter((one: Block) => !("cachePoint" in Object(one))) : value,
          );
          expect(without).toEqual(request);
          clock.advance(gap);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a request with points of its own comes back as it is", () => {
    const { ask } = setUp();
    const own = { modelId, system: [{ text: rules }, { cachePoint: { type: "default" } }], messages: [user("?")] };
    for (let turn = 0; turn < 3; turn++) expect(ask(own)).toEqual(own);
  });

  test("one tenant's requests say nothing of another's", () => {
    const { ask } = setUp();
    const request = { system: [{ text: rules }], messages: [user("?"), model("So."), user("?")].slice(0, 1) };
    ask(request, "a");
    expect(pointsIn(ask(request, "b"))).toBe(0);
    expect(pointsIn(ask(request, "a"))).toBeGreaterThan(0);
  });

  test("Nova keeps no tools and no answers; models of others keep nothing", () => {
    const points = createCachePoints({ clock: new ManualClock() });
    const long = { toolConfig: { tools: [{ toolSpec: { name: rules } }] }, system: [{ text: rules }] };
    const messages = [user(rules), model("So."), { role: "user", content: [{ image: { format: "png" } }] }];
    const nova = { modelId: "amazon.nova-pro-v1:0", ...long, messages };
    const sent = [0, 1, 2].map(() => points.mark(nova).request).at(-1);
    expect(sent?.toolConfig).toEqual(nova.toolConfig);
    expect(sent?.messages?.at(-1)).toEqual(messages.at(-1));
    expect(pointsIn(sent ?? {})).toBeGreaterThan(0);
    const other = { modelId: "meta.llama3-70b-instruct-v1:0", ...long, messages };
    for (let turn = 0; turn < 3; turn++) expect(points.mark(other).request).toBe(other);
  });

  test("bodies of InvokeModel are marked as Anthropic's are, without a model in them", () => {
    const clock = new ManualClock();
    const [cache, points] = [new AnthropicCache(1_024), createCachePoints({ clock })];
    let [billed, plain] = [0, 0];
    for (let turn = 0; turn < 40; turn++) {
      const own = { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, system: rules };
      const body = { ...own, messages: [{ role: "user", content: `${turn}?` }] };
      const { request, answered } = points.markMessages(modelId, body);
      expect(request).toMatchObject({ anthropic_version: "bedrock-2023-05-31", max_tokens: 9 });
      expect(request).not.toHaveProperty("model");
      const [taken, unmarked] = [cache.take(request, clock.now()), new AnthropicCache(1_024).take(body, 0)];
      if ("refusal" in taken || "refusal" in unmarked) throw new Error("it was refused");
      taken.begin(clock.now());
      answered(taken.usage);
      billed += taken.billed;
      plain += unmarked.billed;
      clock.advance(minute);
    }
    expect(billed / plain).toBeLessThan(0.2);
    const wrong = { messages: "no" };
    expect(points.markMessages(modelId, wrong).request).toBe(wrong);
  });

  test("rules that cannot be are refused by name", () => {
    expect(() => createCachePoints({ rules: { "*": { read: -1 } } })).toThrow(/rules\.\*\.read must be a number/);
  });
});
