import { expect, it } from "vitest";
import { until } from "./cache-harness.ts";
import { sharedMemory, startFleet } from "./fleet-harness.ts";

/** What is stale on several nodes is computed once, also by a node whose copy in memory does not know it yet. */

it("a node that has a stale copy and refreshes it finds what another one has computed meanwhile", async () => {
  const policy = { ttl: "10s", staleWhileRevalidate: "1h" };
  const { origin, nodes, passing } = await startFleet(sharedMemory(2), { policy });
  const [one, other] = nodes;
  await one.read();
  await passing(9_700);
  expect((await other.read()).outcome).toBe("HIT");
  // Copies are looked at again after 750 ms at the earliest.
  await passing(400);
  expect((await one.read()).outcome).toBe("STALE");
  await until(() => one.eventsOf("fleet-role").length === 2 && origin.callCount === 2);
  // The lease is given back when the answer is stored.
  for (let turn = 0; turn < 3; turn++) await passing(100);
  expect((await other.read()).outcome).toBe("STALE");
  await until(() => other.eventsOf("fleet-role").length === 1);
  expect(other.eventsOf("fleet-role").map(({ role }) => role)).toEqual(["follower"]);
  await passing(100);
  expect((await other.read()).outcome).toBe("HIT");
  expect(origin.callCount).toBe(2);
});
