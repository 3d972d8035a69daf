import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import type { Store } from "../core/store.ts";
import { memory } from "../stores/memory.ts";
import { Account, type AccountTaking } from "./account.ts";
import { type Amounts, amounts, nothing } from "./quantities.ts";
import { SharedCounts } from "./shared-counts.ts";

/**
 * Processes over one store whose every operation takes effect, and comes back, when chance says so. Whatever the order,
 * what was given together never exceeds the limit. A process that is killed stops in the middle of whatever it does.
 */

const nodes = 3;

/** An operation of the store that has been asked for. */
interface Pending {
  readonly node: number;
  /** First it takes effect, then it comes back. */
  step(): boolean;
}

function world(limits: Limits) {
  const clock = new ManualClock(Date.UTC(2026, 4, 20, 12));
  const shared = memory({ clock });
  const pending: Pending[] = [];
  const killed = new Set<number>();
  const slow = <T>(node: number, effect: () => T): Promise<T> =>
    new Promise((resolve) => {
      let result: { readonly value: T } | undefined;
      const step = (): boolean => {
        if (result !== undefined) {
          resolve(result.value);
          return true;
        }
        result = { value: effect() };
        return false;
      };
      pending.push({ node, step });
    });
  const accounts = Array.from({ length: nodes }, (_, node) => {
    const store = {
      get: (...given: Parameters<Store["get"]>) => slow(node, () => shared.get(...given)),
      add: (...given: Parameters<Store["add"]>) => slow(node, () => shared.add(...given)),
      set: (...given: Parameters<Store["set"]>) => slow(node, () => shared.set(...given)),
    } as Pick<Store, "get" | "add" | "set">;
    const counts = new SharedCounts({ store, clock, node: `node-${node}`, deadlineMs: 250 });
    return new Account("key:a", limits, { counts, clock, syncMs: 1_000, deadlineMs: 250, onBehind: () => {} });
  });
  return { accounts, pending, killed };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 16; turn++) await undefined;
}

type Action = readonly ["take" | "sync" | "end" | "kill", number];

/** Plays `actions`; between them chance lets operations of the store go on. Gives what was out at most at any time. */
async function mostGiven(limits: Limits, wanted: Amounts, actions: readonly Action[], chances: readonly number[]) {
  const { accounts, pending, killed } = world(limits);
  const given: { readonly node: number; readonly charge: Extract<AccountTaking, { ok: true }>["charge"] }[] = [];
  let out = 0;
  let most = 0;
  let step = 0;
  const next = (below: number): number => (chances[step++ % chances.length] as number) % below;
  const goOn = async (): Promise<void> => {
    const index = next(pending.length);
    const operation = pending[index] as Pending;
    if (killed.has(operation.node) || operation.step()) pending.splice(index, 1);
    await settled();
  };
  for (const [what, node] of actions) {
    const account = accounts[node] as Account;
    if (killed.has(node)) continue;
    if (what === "kill") killed.add(node);
    if (what === "sync") void account.sync();
    if (what === "take")
      void Promise.resolve(account.take(wanted)).then((taking) => {
        if (!taking.ok || killed.has(node)) return;
        given.push({ node, charge: taking.charge });
        out++;
        most = Math.max(most, out);
      });
    if (what === "end" && given.length > 0 && limits.concurrent !== undefined) {
      const [ended] = given.splice(next(given.length), 1);
      if (ended !== undefined && !killed.has(ended.node)) {
        ended.charge.settle(nothing());
        out--;
      }
    }
    await settled();
    for (let times = next(4); times > 0 && pending.length > 0; times--) await goOn();
  }
  while (pending.length > 0) await goOn();
  return { most, accounts };
}

const node = fc.nat(nodes - 1);
const actions = (...names: Action[0][]) =>
  fc.array(fc.tuple(fc.constantFrom("take" as const, "take" as const, ...names), node), {
    minLength: 4,
    maxLength: 14,
  });
const chances = fc.array(fc.nat(1_000), { minLength: 8, maxLength: 40 });

describe("processes that take at once", () => {
  it("never give more requests together than the limit, in 4,000 interleavings, killed in the middle or not", async () => {
    const property = fc.asyncProperty(fc.nat(7), actions("sync", "kill"), chances, async (limit, played, luck) => {
      const { most } = await mostGiven({ requestsPerMinute: limit }, amounts({ requests: 1n }), played, luck);
      expect(most).toBeLessThanOrEqual(limit);
    });
    await fc.assert(property, { numRuns: 4_000 });
  });

  it("never have more calls under way together than the limit, in 3,000 interleavings", async () => {
    const property = fc.asyncProperty(fc.nat(5), actions("sync", "end"), chances, async (limit, played, luck) => {
      const { most } = await mostGiven({ concurrent: limit }, amounts({ concurrent: 1n }), played, luck);
      expect(most).toBeLessThanOrEqual(limit);
    });
    await fc.assert(property, { numRuns: 3_000 });
  });

  it("never spend more than day and month allow, in 3,000 interleavings", async () => {
    const money = fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.integer({ min: 1, max: 300 }));
    const property = fc.asyncProperty(money, actions("sync", "kill"), chances, async (sums, played, luck) => {
      const [perDay, perMonth, price] = sums;
      const limits = { usdPerDay: BigInt(perDay), usdPerMonth: BigInt(perMonth) };
      const { most } = await mostGiven(limits, amounts({ picodollars: BigInt(price) }), played, luck);
      expect(most * price).toBeLessThanOrEqual(Math.min(perDay, perMonth));
    });
    await fc.assert(property, { numRuns: 3_000 });
  });

  it("give all of it when they ask one after the other", async () => {
    const property = fc.asyncProperty(
      fc.nat(9),
      fc.array(node, { minLength: 40, maxLength: 40 }),
      async (limit, asked) => {
        const takes = asked.flatMap((one): Action[] => [
          ["take", one],
          ...[0, 1, 2].map((all): Action => ["sync", all]),
        ]);
        const { most } = await mostGiven({ requestsPerMinute: limit }, amounts({ requests: 1n }), takes, [3]);
        expect(most).toBe(limit);
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });
});
