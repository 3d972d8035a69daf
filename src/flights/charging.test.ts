import { expect, onTestFinished, test } from "vitest";
import { chatRequest } from "../../test/contract/chat-request.ts";
import type { Charge, Taking } from "../core/allowance.ts";
import type { Answer } from "../core/answer.ts";
import { ManualClock } from "../core/clock.ts";
import type { SharedStore } from "../core/shared-store.ts";
import { assembleCore } from "../core-assembly.ts";
import { readSettings } from "../options.ts";
import { memory } from "../stores/memory.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";

/** What calls take of their callers' allowances on the main path. */

const reply = {
  id: "c",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

async function setting(storeOf?: (clock: ManualClock) => SharedStore) {
  const reading = readSettings({ layers: { exact: { ttl: "1m", staleWhileRevalidate: "1h" } } });
  if (!reading.ok) throw new Error("settings");
  const clock = new ManualClock();
  const store = storeOf?.(clock);
  const core = await assembleCore({ settings: reading.settings, clock, ...(store && { store }) });
  onTestFinished(() => core.close());
  const messages = [{ role: "user", content: "Hi" }];
  const { request, state } = chatRequest({ messages, max_tokens: 9 }, JSON.stringify(reply));
  const settled: Parameters<Charge["settle"]>[0][] = [];
  const charge: Charge = { settle: (taken) => settled.push(taken) };
  const ask = async (take?: () => Taking | Promise<Taking>): Promise<Answer> =>
    core.handle(request, { onAbandon: () => {}, ...(take && { allowance: { take } }) });
  const given = (): Taking => ({ ok: true, charge });
  const refused = (): Taking => ({
    ok: false,
    refusal: { limit: "usdPerDay", code: "insufficient_quota", message: "It is used up.", retryAfterMs: 61_500 },
  });
  return { clock, core, ask, given, refused, settled, state };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("a call that goes to the origin is charged what its answer says, and a hit nothing", async () => {
  const { core, ask, given, settled, state } = await setting();
  expect((await ask(given)).outcome.kind).toBe("miss");
  await core.flush();
  expect(settled).toMatchObject([{ usage: { inputTokens: 3, outputTokens: 2 }, model: "m", isWhole: true }, "unasked"]);
  settled.length = 0;
  expect((await ask(given)).outcome.kind).toBe("hit");
  expect([settled, state.asked]).toEqual([[], 1]);
});

test("what an answer took is charged though it takes long to learn whether it may be stored", async () => {
  const renewing = Promise.withResolvers<boolean>();
  const { clock, core, ask, given, settled } = await setting((clock) => {
    const leases = new MemoryLeases(clock);
    const slow = { renew: () => renewing.promise, acquire: leases.acquire.bind(leases), release: async () => {} };
    return Object.assign(memory({ clock }), { leases: Object.assign(leases, slow) });
  });
  const answering = ask(given);
  await turns();
  // So long an answer waits to be told that it is stored.
  clock.advance(25);
  expect((await answering).outcome).toMatchObject({ kind: "miss", stored: { state: "pending" } });
  await turns();
  renewing.resolve(true);
  await core.flush();
  expect(settled[0]).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 }, isWhole: true });
});

test("a call whose caller may take no more is told so, asks nobody, and leaves nothing behind", async () => {
  const { core, ask, given, refused, state } = await setting();
  const answer = await ask(refused);
  expect([answer.status, answer.headers["retry-after"], answer.outcome]).toEqual([
    429,
    "62",
    { kind: "error", code: "insufficient_quota" },
  ]);
  expect(state.asked).toBe(0);
  await core.flush();
  expect((await ask(given)).outcome.kind).toBe("miss");
});

test("a stale answer is given, and renewed only where the caller's limits allow it", async () => {
  const { clock, core, ask, given, refused, settled, state } = await setting();
  await ask();
  await core.flush();
  clock.advance(90_000);
  expect((await ask(refused)).outcome).toMatchObject({ kind: "stale", why: "swr" });
  await turns();
  expect(state.asked).toBe(1);
  expect((await ask(given)).outcome.kind).toBe("stale");
  await turns();
  await core.flush();
  expect(state.asked).toBe(2);
  expect(settled[0]).toMatchObject({ usage: { inputTokens: 3 } });
  expect((await ask()).outcome.kind).toBe("hit");
});

test("whoever finds another one in the air when it has its allowance joins it, and gives the allowance back", async () => {
  const { ask, given, settled, state } = await setting();
  const allowances = [Promise.withResolvers<Taking>(), Promise.withResolvers<Taking>()] as const;
  const [one, other] = allowances.map((allowance) => ask(() => allowance.promise));
  await turns();
  expect(state.asked).toBe(0);
  for (const allowance of allowances) allowance.resolve(given());
  const kinds = (await Promise.all([one, other])).map((answer) => answer?.outcome.kind);
  expect(kinds.sort()).toEqual(["coalesced", "miss"]);
  expect(state.asked).toBe(1);
  expect(settled.filter((taken) => taken === "unasked").length).toBeGreaterThanOrEqual(1);
  expect(settled.filter((taken) => typeof taken === "object")).toHaveLength(1);
});
