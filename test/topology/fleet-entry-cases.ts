import { expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, readResponse, turns, until } from "./cache-harness.ts";
import { ending, type FleetOf, stored } from "./fleet-harness.ts";

/** What nodes do over a store without a relay: those who wait read the entry, or take over when there is none. */

const stream = { stream: true };

export function entryCases(fleetOf: FleetOf): void {
  it("hand a stream on when it is stored, whole to whoever joined half-way", async () => {
    const { origin, nodes, passing } = await fleetOf();
    const gate = new Gate();
    origin.plan({ words: 40, holds: [{ at: 20, gate }] });
    const leader = nodes[0].ask(stream).then(readResponse);
    await gate.reached();
    let hasBegun = false;
    const follower = nodes[1].ask(stream).then((response) => {
      hasBegun = true;
      return readResponse(response);
    });
    await passing(300);
    expect(hasBegun).toBe(false);
    gate.release();
    const [one, other] = [await leader, await ending(follower, passing)];
    expect(other.raw).toBe(one.raw);
    expect([one.outcome, other.outcome]).toEqual(["MISS", "COALESCED"]);
    expect(origin.callCount).toBe(1);
  });

  it("take over when the caller of the leader leaves, who cannot know that others wait (S2)", async () => {
    const { origin, nodes, passing } = await fleetOf();
    const gate = new Gate();
    origin.plan([{ words: 40, holds: [{ at: 20, gate }] }, {}]);
    const leaving = new AbortController();
    const leader = nodes[0].ask(stream, { signal: leaving.signal }).then(readResponse);
    await gate.reached();
    const follower = nodes[1].ask(stream).then(readResponse);
    await passing(300);
    leaving.abort();
    await leader;
    const reading = await ending(follower, passing);
    gate.release();
    expect(isIntact(reading)).toBe(true);
    expect(reading.outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
    await stored(nodes[1]);
    expect((await nodes[1].read(stream)).outcome).toBe("HIT");
  });

  it("ask once each when the origin fails, the second when the first has waited (S22)", async () => {
    const { origin, nodes, passing } = await fleetOf();
    const gate = new Gate();
    origin.plan({ status: 429, headers: { "retry-after": "1" }, holds: [{ at: "headers", gate }] });
    const all = Array.from({ length: 100 }, (_, index) => nodes[index % 2 === 0 ? 0 : 1].read());
    await gate.reached();
    await until(() => nodes.every((node) => node.eventsOf("flight-join").length === 49));
    await passing(300);
    expect(origin.callCount).toBe(1);
    gate.release();
    const readings = await ending(Promise.all(all), passing);
    expect(readings.map(({ status }) => status)).toEqual(Array(100).fill(429));
    expect(readings.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
    expect(origin.callCount).toBe(2);
    expect(nodes.map((node) => node.eventsOf("origin-start").length)).toEqual([1, 1]);
  });

  it.concurrent("take over a stream whose leader is gone, since nothing of it was handed on (T4)", async ({
    expect,
    onTestFinished,
  }) => {
    const { origin, nodes, passing } = await fleetOf(2, {}, onTestFinished);
    const gate = new Gate();
    origin.plan([{ words: 40, holds: [{ at: 20, gate }] }, {}]);
    const dying = nodes[0].ask(stream).then(readResponse);
    await gate.reached();
    const follower = nodes[1].ask(stream).then(readResponse);
    await passing(300);
    nodes[0].cutOff();
    const reading = await ending(follower, passing);
    expect(isIntact(reading)).toBe(true);
    expect(reading.outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
    gate.release();
    await ending(dying, passing);
    await turns();
    expect(nodes[0].eventsOf("entry-write")).toEqual([]);
    await stored(nodes[1]);
    expect((await nodes[1].read(stream)).outcome).toBe("HIT");
  });
}
