import { describe, expect, it, onTestFinished } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, turns, until } from "./cache-harness.ts";
import { entryCases } from "./fleet-entry-cases.ts";
import { type Ending, ending, type FleetHarness, type Shared, startFleet, stored } from "./fleet-harness.ts";
import { relayCases } from "./fleet-relay-cases.ts";

/**
 * What several nodes over one store do together, whatever the store is. `share` makes what `count` nodes share. Where a
 * leader is gone its lease must end first, which over a real server takes ten seconds: these tests wait side by side.
 */

const stream = { stream: true };

export interface FleetLimits {
  /** What the store does not have; then it is checked what happens instead. */
  readonly lacks?: readonly ("relay" | "bus")[];
}

export function describeFleet(
  name: string,
  share: (count: number, whenOver: Ending) => Promise<Shared> | Shared,
  { lacks = [] }: FleetLimits = {},
): void {
  const fleetOf = async (count = 2, options: CacheOptions = {}, whenOver = onTestFinished): Promise<FleetHarness> =>
    startFleet(await share(count, whenOver), options, whenOver);

  describe(`two nodes over ${name}`, () => {
    it.each([
      ["in one piece", {}, "headers"],
      ["as streams", stream, 3],
    ] as const)("ask the origin once for 1,000 identical calls (%s) (N1, I5)", async (_, body, at) => {
      const { origin, nodes, passing } = await fleetOf();
      const gate = new Gate();
      origin.plan({ holds: [{ at, gate }] });
      const all = Array.from({ length: 1_000 }, (_, index) => nodes[index % 2 === 0 ? 0 : 1].read(body));
      await gate.reached();
      await until(() => nodes.every((node) => node.eventsOf("flight-join").length === 499));
      gate.release();
      const readings = await ending(Promise.all(all), passing);
      // Where it was more, what the nodes had to say of it.
      const faults = nodes.map((node) =>
        (["fleet-role", "lease-fault", "store-fault"] as const).flatMap(node.eventsOf),
      );
      expect([origin.callCount, ...(origin.callCount === 1 ? [] : faults)]).toEqual([1]);
      expect(new Set(readings.map(({ raw }) => raw)).size).toBe(1);
      expect(readings.every(isIntact)).toBe(true);
      const outcomes = readings.map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "MISS")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "COALESCED")).toHaveLength(999);
      const origins = nodes.map((node) => node.eventsOf("origin-start").length).sort();
      expect(origins).toEqual([0, 1]);
      await until(() => nodes.some((node) => node.eventsOf("entry-write").length === 1));
      expect(nodes.map((node) => node.eventsOf("entry-write").length).sort()).toEqual([0, 1]);
      for (const node of nodes) expect((await node.read(body)).outcome).toBe("HIT");
    });

    it.each([
      ["a stream", stream, {}, 3],
      ["in one piece", {}, stream, "headers"],
    ] as const)("give each form of an answer that came as %s (S16)", async (_, first, second, at) => {
      const { origin, nodes, passing } = await fleetOf();
      const gate = new Gate();
      origin.plan({ holds: [{ at, gate }] });
      const leader = nodes[0].read(first);
      await gate.reached();
      const follower = nodes[1].read(second);
      await turns();
      gate.release();
      const [one, other] = [await leader, await ending(follower, passing)];
      expect(isIntact(other)).toBe(true);
      expect(other.text).toBe(one.text);
      expect([one.outcome, other.outcome]).toEqual(["MISS", "COALESCED"]);
      expect(origin.callCount).toBe(1);
    });

    if (lacks.includes("relay")) entryCases(fleetOf);
    else relayCases(fleetOf);

    it.concurrent("take over when the leader is gone before it said anything (T4)", async ({
      expect,
      onTestFinished,
    }) => {
      const { origin, nodes, passing } = await fleetOf(2, {}, onTestFinished);
      const gate = new Gate();
      origin.plan([{ holds: [{ at: "headers", gate }] }, {}]);
      const dying = nodes[0].read();
      await gate.reached();
      const follower = nodes[1].read();
      await passing(300);
      nodes[0].cutOff();
      const reading = await ending(follower, passing);
      expect(isIntact(reading)).toBe(true);
      expect(reading.outcome).toBe("MISS");
      expect(origin.callCount).toBe(2);
      gate.release();
      await ending(dying, passing);
      await stored(nodes[1]);
      expect((await nodes[1].read()).outcome).toBe("HIT");
    });

    it.each([
      ["another tenant", { authorization: "Bearer two" }],
      ["other tags", { "x-ai-cache-tags": "doc:1" }],
      ["another ttl", { "x-ai-cache-ttl": "60" }],
      ["a wish for a new answer", { "cache-control": "no-cache" }],
      ["a wish that nothing is kept", { "cache-control": "no-store" }],
    ])("do not join across %s (N2, N7, N8)", async (_, headers) => {
      const { origin, nodes } = await fleetOf();
      const gate = new Gate();
      origin.plan({ holds: [{ at: "headers", gate }] });
      const one = nodes[0].read();
      await gate.reached();
      const other = nodes[1].read({}, { headers });
      await gate.reached(2);
      gate.release();
      for (const reading of [await one, await other]) expect(isIntact(reading)).toBe(true);
      expect(origin.callCount).toBe(2);
    });

    it("do not join what was begun before an invalidation (N3, I3)", async () => {
      const { origin, nodes, passing } = await fleetOf();
      await nodes[0].read({ temperature: 0.5 });
      await nodes[1].read({ temperature: 0.5 });
      const gate = new Gate();
      origin.generation = 1;
      origin.plan({ holds: [{ at: "headers", gate }] });
      const early = nodes[0].read();
      await gate.reached();
      await nodes[1].cache.invalidate({ all: true });
      origin.generation = 2;
      origin.plan({});
      const late = await nodes[1].read();
      expect(late.text).toContain("generation-2");
      gate.release();
      expect((await early).text).toContain("generation-1");
      await passing(1_100);
      for (const node of nodes) expect((await node.read()).text).toContain("generation-2");
    });

    it("refresh a stale answer once (T9, R4)", async () => {
      const policy = { ttl: "2s", staleWhileRevalidate: "1h" };
      const { origin, nodes, passing } = await fleetOf(2, { policy });
      for (const node of nodes) await node.read();
      await passing(2_100);
      const gate = new Gate();
      origin.plan({ holds: [{ at: "headers", gate }] });
      const calls = origin.callCount;
      const stale = await Promise.all(Array.from({ length: 50 }, (_, index) => nodes[index % 2 === 0 ? 0 : 1].read()));
      expect(stale.every(({ outcome }) => outcome === "STALE")).toBe(true);
      await gate.reached();
      await passing(300);
      gate.release();
      const writes = () => nodes.flatMap((node) => node.eventsOf("entry-write")).length;
      await until(() => writes() === 2 || origin.callCount > calls + 1);
      expect(origin.callCount).toBe(calls + 1);
    });
  });

  describe(`an invalidation on one node over ${name}`, () => {
    const other = lacks.includes("bus") ? "when it looks at its copy again" : "by the bus";
    it(`is seen at once on it, and ${other} on the other (I3)`, async () => {
      const { origin, nodes, passing } = await fleetOf();
      const tags = { headers: { "x-ai-cache-tags": "doc:42" } };
      origin.generation = 1;
      await nodes[0].read({}, tags);
      for (const node of nodes) expect((await node.read()).outcome).toBe("HIT");
      origin.generation = 2;
      await nodes[0].cache.invalidate({ tags: ["doc:42"] });
      const here = await nodes[0].read({}, tags);
      expect(here).toMatchObject({ outcome: "MISS" });
      expect(here.text).toContain("generation-2");
      if (lacks.includes("bus")) await passing(1_100);
      // Long before its copy in memory is looked at again, where time stands still for that.
      for (let tries = 0; !(await nodes[1].read()).text.includes("generation-2"); tries++) {
        if (tries > 5_000) throw new Error("the other node does not hear of it");
      }
    });

    it("of an entry by its key removes it everywhere, and no other (N3)", async () => {
      const { nodes, passing } = await fleetOf();
      const first = await nodes[0].read();
      await nodes[0].read({ temperature: 0.5 });
      for (const node of nodes) expect((await node.read()).outcome).toBe("HIT");
      const key = first.headers.get("x-ai-cache-entry") as string;
      expect(await nodes[1].cache.invalidate({ keys: [key] })).toEqual({ scopes: 0, entries: 1 });
      expect((await nodes[1].read({ temperature: 0.5 })).outcome).toBe("HIT");
      await passing(1_100);
      expect((await nodes[0].read()).outcome).toBe("MISS");
      expect((await nodes[0].read({ temperature: 0.5 })).outcome).toBe("HIT");
    });
  });
}
