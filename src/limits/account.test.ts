import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import type { Store } from "../core/store.ts";
import { memory } from "../stores/memory.ts";
import { Account, type AccountTaking } from "./account.ts";
import { amounts, tokenAmounts } from "./quantities.ts";
import { SharedCounts } from "./shared-counts.ts";

const noon = Date.UTC(2026, 4, 20, 12);
const oneRequest = amounts({ requests: 1n });
const syncMs = 1_000;
const deadlineMs = 250;

/** Processes that share one store. */
function fleet(limits: Limits, clock = new ManualClock(noon)) {
  const shared = memory({ clock });
  const state = { isAway: false, isSlow: false };
  const late = (): Promise<void> => new Promise((resolve) => void clock.after(2 * deadlineMs, () => resolve()));
  const answer = <T>(value: () => T): Promise<Awaited<T>> =>
    state.isAway
      ? Promise.reject(new Error("away"))
      : (state.isSlow ? late() : Promise.resolve()).then(value as () => Awaited<T>);
  const store: Pick<Store, "get" | "add" | "set"> = {
    get: (...given) => answer(() => shared.get(...given)),
    add: (...given) => answer(() => shared.add(...given)),
    set: (...given) => answer(() => shared.set(...given)),
  };
  let started = 0;
  const node = () => {
    const counts = new SharedCounts({ store, clock, node: `node-${started++}`, deadlineMs });
    return new Account("key:a", limits, { counts, clock, syncMs, deadlineMs, onBehind: () => {} });
  };
  return { clock, node, state };
}

async function taken(account: Account, times: number, wanted = oneRequest): Promise<number> {
  let given = 0;
  for (let index = 0; index < times; index++) if ((await account.take(wanted)).ok) given++;
  return given;
}

function refusal(taking: AccountTaking) {
  if (taking.ok) throw new Error("it was taken");
  return taking.refusal;
}

describe("an account", () => {
  it("gives what its limit allows, and says when it begins anew", async () => {
    const { clock, node } = fleet({ requestsPerMinute: 5 });
    const account = node();
    clock.advance(20_000);
    expect(await taken(account, 7)).toBe(5);
    expect(refusal(await account.take(oneRequest))).toEqual({
      limit: "requestsPerMinute",
      code: "rate_limit_exceeded",
      message: "The limit of 5 requests a minute is reached; it begins anew at 2026-05-20T12:01:00Z.",
      retryAfterMs: 40_000,
    });
    clock.advance(40_000);
    expect(await taken(account, 7)).toBe(5);
  });

  it("asks the store for some of its calls only", async () => {
    const { node } = fleet({ requestsPerMinute: 1_000 });
    const account = node();
    let waits = 0;
    for (let index = 0; index < 900; index++) {
      const taking = account.take(oneRequest);
      if (taking instanceof Promise) waits++;
      expect((await taking).ok).toBe(true);
    }
    expect(waits).toBeLessThan(25);
  });

  it("gives together with others not one more, and all of it when what is unused went back", async () => {
    const { clock, node } = fleet({ requestsPerMinute: 60 });
    const nodes = [node(), node(), node()];
    let given = 0;
    for (const account of nodes) given += await taken(account, 5);
    for (const account of nodes) await account.sync();
    clock.advance(syncMs);
    for (const account of nodes) given += await taken(account, 60);
    for (const account of nodes) await account.sync();
    clock.advance(syncMs);
    for (const account of nodes) given += await taken(account, 60);
    expect(given).toBe(60);
  });

  it("keeps what was counted over a restart, also of a process that was killed", async () => {
    const { clock, node } = fleet({ requestsPerMinute: 10, usdPerMonth: 1_000n });
    const killed = node();
    expect(await taken(killed, 6, amounts({ requests: 1n, picodollars: 100n }))).toBe(6);
    clock.advance(5_000);
    const after = await taken(node(), 10, amounts({ requests: 1n, picodollars: 100n }));
    // What it had claimed and not used is lost with it.
    expect(6 + after).toBeLessThanOrEqual(10);
    expect(6 + after).toBeGreaterThanOrEqual(8);
  });

  it("takes what a call cost in place of what was expected", async () => {
    const { node } = fleet({ tokensPerDay: 1_000, usdPerDay: 500n });
    const account = node();
    const taking = await account.take(tokenAmounts(900, 400));
    expect(refusal(await account.take(tokenAmounts(200, 0))).limit).toBe("tokensPerDay");
    if (taking.ok) taking.charge.settle(tokenAmounts(100, 450));
    if (taking.ok) taking.charge.settle(tokenAmounts(1_000, 1_000));
    expect(account.known().map(({ used }) => used)).toEqual([100n, 450n]);
    expect(refusal(await account.take(tokenAmounts(200, 100)))).toMatchObject({
      limit: "usdPerDay",
      code: "insufficient_quota",
      message: "The limit of 0.0000000005 US dollars a day is reached; it begins anew at 2026-05-21T00:00:00Z.",
    });
    expect((await account.take(tokenAmounts(900, 50))).ok).toBe(true);
  });

  it("counts what a day cost to that day, although the call ended on the next one", async () => {
    const { clock, node } = fleet({ usdPerDay: 1_000n, usdPerMonth: 1_500n });
    const account = node();
    const taking = await account.take(tokenAmounts(1, 600));
    clock.advance(12 * 3_600_000);
    expect((await account.take(tokenAmounts(1, 900))).ok).toBe(true);
    if (taking.ok) taking.charge.settle(tokenAmounts(1, 700));
    await account.sync();
    expect((await account.standing()).map(({ name, used }) => [name, used])).toEqual([
      ["usdPerDay", 900n],
      ["usdPerMonth", 1_500n],
    ]);
    clock.advance(300_000);
    await account.sync();
    const month = refusal(await account.take(tokenAmounts(1, 1)));
    expect(month).toMatchObject({ limit: "usdPerMonth", code: "insufficient_quota" });
    expect(month.message).toContain("2026-06-01T00:00:00Z");
    expect((await node().standing()).at(-1)?.used).toBe(1_600n);
  });

  it("counts calls under way, and forgets those of a process that fell silent", async () => {
    const oneCall = amounts({ concurrent: 1n });
    const { clock, node } = fleet({ concurrent: 3 });
    const [one, other] = [node(), node()];
    const first = await one.take(oneCall);
    await one.sync();
    expect(await taken(other, 3, oneCall)).toBe(2);
    await other.sync();
    expect(refusal(await one.take(oneCall))).toMatchObject({ limit: "concurrent", retryAfterMs: 1_000 });
    if (first.ok) first.charge.settle(amounts({}));
    expect((await one.take(oneCall)).ok).toBe(true);
    for (let second = 0; second < 8; second++) {
      clock.advance(1_000);
      await one.sync();
    }
    expect(await taken(one, 3, oneCall)).toBe(2);
  });

  it("counts calls that are under way at others when a day begins", async () => {
    const oneCall = amounts({ concurrent: 1n });
    const { clock, node } = fleet({ concurrent: 3 }, new ManualClock(noon + 12 * 3_600_000 - 500));
    const [one, other] = [node(), node()];
    const calls = [await one.take(oneCall), await one.take(oneCall), await one.take(oneCall)];
    for (const account of [one, other]) await account.sync();
    clock.advance(1_000);
    expect(await taken(other, 2, oneCall)).toBe(0);
    for (const account of [one, other]) await account.sync();
    expect(await taken(other, 2, oneCall)).toBe(0);
    for (const call of calls) if (call.ok) call.charge.settle(amounts({}));
    for (const account of [one, other]) await account.sync();
    expect(await taken(other, 4, oneCall)).toBe(3);
  });

  it("gives nothing where the limit is 0, and says so of a call that alone is too much", async () => {
    const { node } = fleet({ requestsPerMinute: 0 });
    expect(refusal(await node().take(oneRequest)).retryAfterMs).toBe(60_000);
    const large = refusal(await fleet({ tokensPerMinute: 100 }).node().take(tokenAmounts(101, 0)));
    expect(large.retryAfterMs).toBeUndefined();
    expect(large.message).toContain("This call alone");
  });

  it("says whether anything is left without taking of it", async () => {
    const { node } = fleet({ tokensPerMinute: 100, concurrent: 0 });
    const account = node();
    expect(await account.usedUp()).toBeUndefined();
    account.add(tokenAmounts(100, 0));
    expect(await account.usedUp()).toMatchObject({ limit: "tokensPerMinute" });
    account.limits = { tokensPerMinute: 200 };
    expect(await account.usedUp()).toBeUndefined();
  });
});

describe("an account whose store is away", () => {
  it("goes on with what it knew of the others, and tells them afterwards", async () => {
    const { clock, node, state } = fleet({ requestsPerMinute: 20 });
    const [one, other] = [node(), node()];
    expect(await taken(one, 5)).toBe(5);
    expect(await taken(other, 5)).toBe(5);
    for (const account of [one, other]) await account.sync();
    for (const account of [one, other]) await account.sync();
    state.isAway = true;
    // Each may take all that was left when the store went: 10.
    expect(await taken(one, 20)).toBe(10);
    expect(await taken(other, 20)).toBe(10);
    state.isAway = false;
    clock.advance(syncMs);
    for (const account of [one, other]) await account.sync();
    for (const account of [one, other]) await account.sync();
    expect(one.known()[0]?.used).toBe(30n);
    expect(await taken(other, 1)).toBe(0);
    clock.advance(60_000 - syncMs);
    expect(await taken(one, 30)).toBe(20);
  });

  it("bounds calls under way by what was left for as long as others are remembered, and then for each by itself", async () => {
    const oneCall = amounts({ concurrent: 1n });
    const { clock, node, state } = fleet({ concurrent: 6 });
    const [one, other] = [node(), node()];
    expect([await taken(one, 2, oneCall), await taken(other, 2, oneCall)]).toEqual([2, 2]);
    for (const account of [one, other, one]) await account.sync();
    state.isAway = true;
    // What was left, once for each: 2.
    expect([await taken(one, 9, oneCall), await taken(other, 9, oneCall)]).toEqual([2, 2]);
    clock.advance(6_000);
    // Nobody knows whether the other still is: the whole limit for each.
    expect([await taken(one, 9, oneCall), await taken(other, 9, oneCall)]).toEqual([2, 2]);
    state.isAway = false;
    clock.advance(syncMs);
    for (const account of [one, other, one]) await account.sync();
    expect([await taken(one, 1, oneCall), await taken(other, 1, oneCall)]).toEqual([0, 0]);
    expect(one.known()[0]?.used).toBe(12n);
  });

  it("takes a store that answers late for one that is away: the limit counts once for each that has heard of nobody", async () => {
    const oneCall = amounts({ concurrent: 1n });
    const { clock, node, state } = fleet({ concurrent: 3 });
    state.isSlow = true;
    const takings = [node(), node()].flatMap((account) => Array.from({ length: 5 }, () => account.take(oneCall)));
    clock.advance(deadlineMs);
    const given = (await Promise.all(takings)).filter(({ ok }) => ok);
    expect(given).toHaveLength(6);
  });

  it("counts from the first call on, also where it never saw the store", async () => {
    const { clock, node, state } = fleet({ requestsPerMinute: 4 });
    state.isAway = true;
    const account = node();
    expect(await taken(account, 6)).toBe(4);
    state.isAway = false;
    clock.advance(syncMs);
    await account.sync();
    expect(await taken(node(), 6)).toBe(0);
  });
});
