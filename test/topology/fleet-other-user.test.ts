import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { until } from "./cache-harness.ts";
import { sharedMemory, startFleet } from "./fleet-harness.ts";

/** Calls of two users of one tenant, on two nodes, that have one key. What one user's answer lives by the other does not know. */

async function twoUsers() {
  const { clock, stores } = sharedMemory(2);
  const harness = await startFleet({ clock, stores });
  const [one, other] = harness.nodes;
  const gate = new Gate();
  harness.origin.plan([{ holds: [{ at: "headers", gate }] }, {}]);
  const ofAnn = one.read({}, { headers: { "x-ai-user": "ann" } });
  await gate.reached();
  return { ...harness, one, other, gate, ofAnn };
}

describe("a call of another user on another node", () => {
  it("joins one that is under way (I5)", async () => {
    const { gate, ofAnn, origin, other } = await twoUsers();
    const ofBob = other.read({}, { headers: { "x-ai-user": "bob" } });
    await until(() => other.eventsOf("lookup-end").length > 0);
    gate.release();
    expect([(await ofAnn).outcome, (await ofBob).outcome]).toEqual(["MISS", "COALESCED"]);
    expect(origin.callCount).toBe(1);
  });

  it("is not answered by what was begun before the other user was taken back (I3)", async () => {
    const { gate, ofAnn, origin, other } = await twoUsers();
    await other.cache.invalidate({ user: "ann" });
    const ofBob = other.read({}, { headers: { "x-ai-user": "bob" } });
    await until(() => other.eventsOf("lookup-end").length > 0);
    gate.release();
    expect([(await ofAnn).outcome, (await ofBob).outcome]).toEqual(["MISS", "MISS"]);
    expect(origin.callCount).toBe(2);
  });
});
