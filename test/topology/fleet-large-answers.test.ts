import { expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, readResponse } from "./cache-harness.ts";
import { ending, sharedMemory, startFleet } from "./fleet-harness.ts";

/** What is too large to keep cannot be put together for others either; they ask for themselves. */

it("a caller who wants JSON, and whose node follows a stream that is too large, gets an answer of its own", async () => {
  const policy = { maxEntryBytes: "2kb" };
  const { origin, nodes, passing } = await startFleet(sharedMemory(2), { policy });
  const gate = new Gate();
  origin.plan([{ words: 400, holds: [{ at: 2, gate }] }, { words: 400 }]);
  const leader = nodes[0].ask({ stream: true }).then(readResponse);
  await gate.reached();
  const follower = nodes[1].ask().then(readResponse);
  await passing(300);
  gate.release();
  const [one, other] = [await ending(leader, passing), await ending(follower, passing)];
  expect([one.status, other.status]).toEqual([200, 200]);
  expect([isIntact(one), isIntact(other)]).toEqual([true, true]);
  expect(origin.callCount).toBe(2);
});
