import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Leases } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { FleetFollower } from "./fleet-follower.ts";

/** A follower whose looks at the lease go like this, one after the other, on a store without a relay. */
async function followed(...looks: readonly (number | undefined | Error)[]) {
  const clock = new ManualClock();
  const left = [...looks];
  const leases: Leases = {
    name: "scripted",
    acquire: () => Promise.reject(new Error("nobody asks for it")),
    renew: () => Promise.reject(new Error("it is somebody else's")),
    release: () => Promise.reject(new Error("it is somebody else's")),
    async holder() {
      const look = left.shift();
      if (look instanceof Error) throw look;
      return look;
    },
    relay: undefined,
    close: async () => {},
  };
  const stored: OriginResponse = { status: 200, headers: {}, body: (async function* () {})() };
  const passenger = {
    ...{ key: "k", following: "whole" as const, signal: new AbortController().signal },
    ...{ stored: async () => stored, compute: () => Promise.reject(new Error("it only follows")) },
  };
  const follower = new FleetFollower({ leases, clock, holdMs: 5_000, backoffMs: 1_000 }, passenger, {
    ...{ key: "k", fence: 1 },
  });
  let result: unknown;
  const following = follower.response().then((end) => {
    result = end;
  });
  while (result === undefined) {
    clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await following;
  return { result: result === stored ? "stored" : result, unread: left.length };
}

test("one look that fails is no sign that the leader is gone, and two that do not follow each other are none", async () => {
  const away = new Error("too slow");
  expect(await followed(1, away, 1, away, 1, undefined)).toEqual({ result: "stored", unread: 0 });
});

test("after two in a row each asks for itself", async () => {
  const away = new Error("too slow");
  expect(await followed(1, away, away, undefined)).toEqual({ result: "alone", unread: 1 });
});
