import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { scopeKey } from "../../src/core/generations.ts";
import { scopeOf, systemTenant } from "../../src/core/scopes.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { Gate } from "../../src/testing/gate.ts";
import { turns, until } from "./cache-harness.ts";
import { sharedMemory, startFleet } from "./fleet-harness.ts";

/**
 * A call is under way, what it depends on is taken back, and then the store is away or has forgotten it: who asks now
 * does not get what was being computed before. The node that was told remembers it, and so do those that heard of it.
 */

type Line = "whole" | "cut" | "forgetful";

const tag = scopeOf("tag", "doc", undefined);
const tagged = { headers: { "x-ai-cache-tags": "doc" } };

/** As the store is seen over this line: away, or without the one token. */
function over(store: SharedStore, line: () => Line): SharedStore {
  const away = () => Promise.reject(new StoreUnavailableError({ message: "away" }));
  const isLost = (tenant: string, key: string) =>
    line() === "forgetful" && tenant === systemTenant && key === scopeKey(tag);
  return {
    ...store,
    async get(tenant, keys) {
      if (line() === "cut") return away();
      const values = await store.get(tenant, keys);
      return values.map((value, index) => (isLost(tenant, keys[index] as string) ? undefined : value));
    },
    set: (...given) => (line() === "cut" ? away() : store.set(...given)),
    add: (...given) => (line() === "cut" ? away() : store.add(...given)),
    delete: (...given) => (line() === "cut" ? away() : store.delete(...given)),
  };
}

async function setUp() {
  const { clock, stores } = sharedMemory(2);
  let line: Line = "whole";
  const seen = stores.map((store) => over(store, () => line));
  const harness = await startFleet({ clock, stores: seen });
  const gate = new Gate();
  let order = 0;
  harness.origin.plan(() => ({ salt: String(order++), holds: [{ at: "headers", gate }] }));
  const breakLine = (kind: Line): void => {
    line = kind;
  };
  return { ...harness, gate, breakLine };
}

describe.each(["cut", "forgetful"] as const)("a call under way when the line is %s after a purge", (kind) => {
  it.each([
    ["by the node that was told", 0],
    ["by the one that heard of it", 1],
  ])("is joined no more %s, nor stored (N3, N5, I3)", async (_, place) => {
    const { nodes, origin, gate, breakLine, passing } = await setUp();
    const told = nodes[0];
    const asked = nodes[place] as (typeof nodes)[number];
    const before = asked.read({}, tagged);
    await origin.waitForCalls(1);
    await told.cache.invalidate({ tags: ["doc"] });
    await turns();
    breakLine(kind);
    await passing(1_100);
    const after = asked.read({}, tagged);
    await until(() => origin.callCount === 2, "it is asked for anew");
    breakLine("forgetful");
    gate.release();
    const [older, newer] = await Promise.all([before, after]);
    expect(newer.outcome).toBe("MISS");
    expect(newer.text).not.toBe(older.text);
    expect(asked.eventsOf("flight-join")).toEqual([]);
    expect(older).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
  });
});
