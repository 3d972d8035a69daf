import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { memory } from "../stores/memory.ts";
import { Readiness } from "./readiness.ts";

function setUp() {
  const clock = new ManualClock(1_000_000);
  const is = { there: true, closed: true };
  const store = Object.assign(memory({ clock }), { name: "far" });
  const { getEntries } = store;
  store.getEntries = (...given) => {
    if (!is.there) throw new StoreUnavailableError({ message: "away" });
    return getEntries.apply(store, given);
  };
  const far = {
    store,
    available: () => is.closed,
    breaker: () => (is.closed ? "closed" : "open") as "closed" | "open",
  };
  const near = { store: memory({ clock }), available: () => true, breaker: () => "closed" as const };
  return { clock, is, readiness: new Readiness([near, far], clock) };
}

test("says which stores are not there, and since when, for as long as they are not", async () => {
  const { clock, is, readiness } = setUp();
  expect(await readiness.unavailable()).toEqual([]);
  const since = clock.now();
  is.there = false;
  expect(await readiness.unavailable()).toEqual([{ name: "far", since }]);
  clock.advance(60_000);
  expect(await readiness.unavailable()).toEqual([{ name: "far", since }]);
  is.there = true;
  expect(await readiness.unavailable()).toEqual([]);
  is.there = false;
  expect(await readiness.unavailable()).toEqual([{ name: "far", since: since + 60_000 }]);
});

test("knows it from the circuit breaker when nobody has asked", async () => {
  const { clock, is, readiness } = setUp();
  const since = clock.now();
  is.closed = false;
  readiness.noticed();
  clock.advance(30_000);
  readiness.noticed();
  expect(await readiness.unavailable()).toEqual([{ name: "far", since }]);
  is.closed = true;
  readiness.noticed();
  clock.advance(30_000);
  is.closed = false;
  readiness.noticed();
  expect(await readiness.unavailable()).toEqual([{ name: "far", since: since + 60_000 }]);
});
