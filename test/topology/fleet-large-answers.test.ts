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

it("so does one whose node follows a stream of more than 64 MB, which no store keeps for others", async () => {
  const { origin, nodes, passing } = await startFleet(sharedMemory(2));
  const gate = new Gate();
  const content = Array.from({ length: 66 }, () => "x".repeat(1024 * 1024)).join(" ");
  origin.plan([{ content, holds: [{ at: 2, gate }] }, {}]);
  const leader = nodes[0].ask({ stream: true });
  await gate.reached();
  const followers = Array.from({ length: 2 }, () => nodes[1].read());
  const begun = readResponse(await nodes[1].ask({ stream: true }));
  gate.release();
  const drained = leader.then((response) => response.text());
  const readings = await ending(Promise.all(followers), passing);
  expect(readings.map((reading) => [reading.status, isIntact(reading)])).toEqual(Array(2).fill([200, true]));
  expect(isIntact(await begun)).toBe(false);
  expect((await drained).length).toBeGreaterThan(content.length);
  expect(origin.callCount).toBe(2);
});
