import { expect, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import { PartWatch, troubleMs } from "./part-watch.ts";

test("a part fails from its first fault until a while after its last", () => {
  const clock = new ManualClock(1_000);
  const watch = new PartWatch(clock);
  const fault = () => watch.hear({ type: "bus-fault", bus: "redis", operation: "publish" });
  expect(watch.of("bus")).toEqual({ state: "ok", since: undefined, faults: 0 });
  fault();
  clock.advance(troubleMs);
  fault();
  expect(watch.of("bus")).toEqual({ state: "failing", since: 1_000, faults: 2 });
  expect(watch.of("leases")).toMatchObject({ state: "ok" });
  clock.advance(troubleMs + 1);
  expect(watch.of("bus")).toEqual({ state: "ok", since: 1_000 + troubleMs, faults: 2 });
  fault();
  expect(watch.of("bus")).toEqual({ state: "failing", since: 1_000 + 2 * troubleMs + 1, faults: 3 });
});
