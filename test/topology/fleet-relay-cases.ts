import { expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { eventsOf, isIntact, readResponse, until } from "./cache-harness.ts";
import { ending, type FleetOf, stored } from "./fleet-harness.ts";

/** What nodes do over a store with a relay: those who wait get what the leader gets, as it comes. */

const stream = { stream: true };

export function relayCases(fleetOf: FleetOf): void {
  it("hand a stream on as it comes, from the beginning also to whoever joins half-way (S3)", async () => {
    const { origin, nodes } = await fleetOf();
    const gate = new Gate();
    origin.plan({ words: 40, holds: [{ at: 20, gate }] });
    const leader = await nodes[0].ask(stream);
    await gate.reached();
    const follower = await nodes[1].ask(stream);
    const reader = (follower.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    while (eventsOf(text).length < 20) text += Buffer.from((await reader.read()).value ?? []).toString("utf8");
    gate.release();
    for (let step = await reader.read(); !step.done; step = await reader.read())
      text += Buffer.from(step.value).toString("utf8");
    expect(text).toBe((await readResponse(leader)).raw);
    expect(origin.callCount).toBe(1);
  });

  it("go on for the other when the caller of the one leaves (S2)", async () => {
    const { origin, nodes, passing } = await fleetOf();
    const gate = new Gate();
    origin.plan({ words: 40, holds: [{ at: 20, gate }] });
    const leaving = new AbortController();
    const leader = nodes[0].ask(stream, { signal: leaving.signal }).then(readResponse);
    await gate.reached();
    const follower = nodes[1].ask(stream).then(readResponse);
    await until(() => nodes[1].eventsOf("origin-start").length === 0);
    await passing(300);
    leaving.abort();
    await leader;
    await passing(1_500);
    gate.release();
    const reading = await follower;
    expect(isIntact(reading)).toBe(true);
    expect(reading.outcome).toBe("COALESCED");
    expect(origin.callCount).toBe(1);
  });

  it("share a failure, and ask once (S22)", async () => {
    const { origin, nodes } = await fleetOf();
    const gate = new Gate();
    origin.plan({ status: 429, headers: { "retry-after": "1" }, holds: [{ at: "headers", gate }] });
    const all = Array.from({ length: 100 }, (_, index) => nodes[index % 2 === 0 ? 0 : 1].read());
    await gate.reached();
    await until(() => nodes.every((node) => node.eventsOf("flight-join").length === 49));
    gate.release();
    const readings = await Promise.all(all);
    expect(readings.map(({ status }) => status)).toEqual(Array(100).fill(429));
    expect(readings.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
    expect(origin.callCount).toBe(1);
  });

  it.concurrent("break off a stream whose leader is gone, store nothing of it, and the next one leads (T4)", async ({
    expect,
    onTestFinished,
  }) => {
    const { origin, nodes, passing } = await fleetOf(2, {}, onTestFinished);
    const gate = new Gate();
    origin.plan([{ words: 40, holds: [{ at: 20, gate }] }, {}]);
    const dying = nodes[0].ask(stream).then(readResponse);
    await gate.reached();
    const follower = readResponse(await nodes[1].ask(stream));
    nodes[0].cutOff();
    const reading = await ending(follower, passing);
    expect(isIntact(reading)).toBe(false);
    expect(reading.raw).toContain("origin_truncated");
    expect(nodes[1].eventsOf("entry-write")).toEqual([]);
    const next = await nodes[1].read(stream);
    expect(next.outcome).toBe("MISS");
    expect(isIntact(next)).toBe(true);
    gate.release();
    await ending(dying, passing);
  });

  it.concurrent("answer those of a broken stream who wait for JSON by another call of one of them (T4)", async ({
    expect,
    onTestFinished,
  }) => {
    const { origin, nodes, passing } = await fleetOf(2, {}, onTestFinished);
    const gate = new Gate();
    origin.plan([{ words: 40, holds: [{ at: 20, gate }] }, {}]);
    const dying = nodes[0].ask(stream).then(readResponse);
    await gate.reached();
    const begun = readResponse(await nodes[1].ask(stream));
    const waiting = Array.from({ length: 3 }, () => nodes[1].read());
    await until(() => nodes[1].eventsOf("flight-join").length === 3);
    nodes[0].cutOff();
    const readings = await ending(Promise.all(waiting), passing);
    expect(readings.map((reading) => [reading.status, isIntact(reading)])).toEqual(Array(3).fill([200, true]));
    expect(readings.map(({ outcome }) => outcome).sort()).toEqual(["COALESCED", "COALESCED", "MISS"]);
    expect((await ending(begun, passing)).raw).toContain("origin_truncated");
    expect(origin.callCount).toBe(2);
    await stored(nodes[1]);
    expect((await nodes[1].read()).outcome).toBe("HIT");
    gate.release();
    await ending(dying, passing);
  });
}
