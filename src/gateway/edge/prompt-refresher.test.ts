import { describe, expect, it, onTestFinished } from "vitest";
import type { Answer } from "../../core/answer.ts";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import type { Lease, Leases } from "../../core/lease.ts";
import type { AnswerHead } from "../../layers/edge/published-answer.ts";
import { openAiChat } from "../../protocols/openai-chat.ts";
import { memory } from "../../stores/memory.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import type { Answers } from "./answers.ts";
import { PromptRefresher } from "./prompt-refresher.ts";

const hourMs = 3_600_000;
const prompt = { path: "/v1/chat/completions", body: { model: "m" }, headers: { "x-api-key": "k" }, everyMs: hourMs };

/** As many processes as are wanted, over one store, with leases if those are given. */
async function setUp(leases?: Leases) {
  const clock = new ManualClock();
  const store = memory({ clock });
  const announced: string[] = [];
  const announce = async (keys: readonly string[]) => void announced.push(...keys);
  const registry = new AnswerRegistry({
    store,
    truth: store,
    secret: fingerprintKey(Buffer.alloc(32, 1)),
    clock,
    random: systemRandom,
    announce,
  });
  const asked: string[][] = [];
  const origin: { answer: () => Promise<Answer> } = { answer: async () => stored };
  await registry.setHead({
    ...{ slug: "news", state: "live", current: 1, latest: 1, changedAt: clock.now() },
    ...{ prompt, refreshedAt: clock.now(), failed: undefined },
  });
  const published: string[] = [];
  const answers = {
    renew: async (head: AnswerHead, entry: string) => {
      published.push(entry);
      const now = clock.now();
      const renewed = { latest: 2, current: 2, changedAt: now, refreshedAt: now, failed: undefined };
      await registry.amend({ ...head, ...renewed });
    },
  } as unknown as Answers;
  const reported: string[] = [];
  const refresher = () => {
    const one = new PromptRefresher({
      core: {
        handle(call) {
          asked.push([...call.rawHeaders]);
          return origin.answer();
        },
      },
      targetOf: (path) =>
        path === prompt.path ? { protocol: openAiChat, endpoint: path, originFor: () => ({}) as never } : undefined,
      ...{ registry, leases, clock, answers: () => answers, report: (_, reason) => reported.push(reason) },
    });
    one.start();
    onTestFinished(() => one.close());
    return one;
  };
  return { clock, registry, origin, asked, published, reported, announced, refresher };
}

const body = Buffer.from("{}");
const stored: Answer = {
  ...{ status: 200, headers: {}, body },
  outcome: { kind: "refresh", stored: { state: "stored", entry: "t:slot" } },
};
const refused: Answer = {
  ...{ status: 200, headers: {}, body },
  outcome: { kind: "refresh", stored: { state: "refused", reason: "finish_length" } },
};

/** A lease that one of all has. */
function oneLease(): Leases {
  let holder: Lease | undefined;
  let fence = 0;
  return {
    ...{ name: "one", relay: undefined, close: async () => {} },
    acquire: async (key) => {
      if (holder !== undefined) return { won: false, fence };
      holder = { key, fence: ++fence };
      return { won: true, lease: holder };
    },
    renew: async () => true,
    release: async () => {
      holder = undefined;
    },
    holder: async () => holder?.fence,
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

describe("a prompt that is kept fresh", () => {
  it("is asked again when its time has come, past the cache, and not before", async () => {
    const { clock, asked, published, refresher } = await setUp();
    refresher();
    await pass(clock, hourMs - 1);
    await pass(clock, 0);
    expect(asked).toEqual([]);
    await pass(clock, 5_000);
    expect(asked).toEqual([["x-api-key", "k", "content-type", "application/json", "cache-control", "no-cache"]]);
    expect(published).toEqual(["t:slot"]);
    await pass(clock, hourMs - 1);
    await pass(clock, 0);
    expect(asked).toHaveLength(1);
    await pass(clock, 5_000);
    expect(asked).toHaveLength(2);
  });

  it("T1: is asked again though it was answered, and failed, by a process whose clock was a day ahead", async () => {
    const { clock, asked, registry, refresher } = await setUp();
    const head = (await registry.head("news")) as AnswerHead;
    const ahead = clock.now() + 24 * hourMs;
    for (const failed of [undefined, { at: ahead, reason: "away" }]) {
      await registry.amend({ ...head, refreshedAt: ahead, failed });
      await refresher().refresh("news");
    }
    expect(asked).toHaveLength(2);
  });

  it("is asked by one of all processes, also when they find it due at the same time", async () => {
    const { clock, asked, published, refresher } = await setUp(oneLease());
    const fleet = Array.from({ length: 5 }, refresher);
    clock.advance(hourMs);
    await Promise.all(fleet.flatMap((one) => [one.refresh("news"), one.refresh("news")]));
    await settled();
    expect([asked.length, published.length]).toEqual([1, 1]);
  });

  it("goes on being what it was while it cannot be asked, and is tried again after a while", async () => {
    const { clock, origin, registry, asked, published, reported, refresher } = await setUp();
    origin.answer = async () => refused;
    refresher();
    await pass(clock, hourMs);
    await pass(clock, 5_000);
    expect(await registry.head("news")).toMatchObject({
      current: 1,
      failed: { reason: expect.stringContaining("finish_length") },
    });
    for (let passed = 0; passed < 25_000; passed += 5_000) await pass(clock, 5_000);
    expect([asked.length, published.length, reported.length]).toEqual([1, 0, 1]);
    origin.answer = async () => stored;
    await pass(clock, 5_000);
    expect([asked.length, published.length]).toEqual([2, 1]);
    expect((await registry.head("news"))?.failed).toBeUndefined();
  });

  it("stays withdrawn when it was withdrawn while it was asked", async () => {
    const { clock, origin, registry, published, refresher } = await setUp();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    origin.answer = () => promise;
    const one = refresher();
    clock.advance(hourMs);
    const refreshing = one.refresh("news");
    await settled();
    const head = (await registry.head("news")) as AnswerHead;
    await registry.setHead({ ...head, state: "withdrawn", current: undefined, changedAt: head.changedAt + 1 });
    resolve(stored);
    await refreshing;
    expect([published, (await registry.head("news"))?.state]).toEqual([[], "withdrawn"]);
  });

  it("needs a path of chat, credentials that are there, and an answer that can be stored", async () => {
    const { origin, refresher } = await setUp();
    const one = refresher();
    await expect(one.ask({ ...prompt, path: "/v1/models" }, [])).rejects.toMatchObject({ path: "prompt.path" });
    const headers = { authorization: `Bearer \${REPRISE_NO_SUCH_NAME}` };
    await expect(one.ask({ ...prompt, headers }, [])).rejects.toMatchObject({ path: "prompt.headers" });
    origin.answer = async () => ({ ...refused, status: 401, outcome: { kind: "error", code: "x" } });
    await expect(one.ask(prompt, [])).rejects.toThrow(/status 401/);
  });
});
