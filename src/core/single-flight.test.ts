import { describe, expect, it } from "vitest";
import { ManualClock } from "./clock.ts";
import { SingleFlight } from "./single-flight.ts";

const setUp = (backoffMs = 250) => {
  const clock = new ManualClock();
  return { clock, flights: new SingleFlight<{ readonly name: string }, string>(clock, backoffMs) };
};

describe("SingleFlight", () => {
  it("finds the flight of a key until it is released", () => {
    const { flights } = setUp();
    const flight = { name: "first" };
    expect(flights.current("k")).toBeUndefined();
    flights.begin("k", flight);
    expect(flights.current("k")).toBe(flight);
    expect(flights.current("other")).toBeUndefined();
    flights.release("k", flight);
    expect(flights.current("k")).toBeUndefined();
    expect(flights.size).toBe(0);
  });

  it("releases by identity: a late release leaves the successor in the air", () => {
    const { flights } = setUp();
    const [first, second] = [{ name: "first" }, { name: "second" }];
    flights.begin("k", first);
    flights.begin("k", second);
    flights.release("k", first);
    expect(flights.current("k")).toBe(second);
  });

  it("lets a failure stand for the back-off, counted from when it is shared (S22)", () => {
    const { clock, flights } = setUp();
    clock.advance(10_000);
    flights.share("k", "429");
    clock.advance(249);
    expect(flights.failure("k")).toBe("429");
    expect(flights.failure("other")).toBeUndefined();
    clock.advance(1);
    expect(flights.failure("k")).toBeUndefined();
  });

  it("counts anew when the key fails again", () => {
    const { clock, flights } = setUp();
    flights.share("k", "first");
    clock.advance(200);
    flights.share("k", "second");
    clock.advance(200);
    expect(flights.failure("k")).toBe("second");
    clock.advance(50);
    expect(flights.failure("k")).toBeUndefined();
  });

  it("shares nothing without a back-off", () => {
    const { flights } = setUp(0);
    flights.share("k", "failed");
    expect(flights.failure("k")).toBeUndefined();
  });

  it("keeps the latest failures within a bound, and forgets what no longer stands", () => {
    const { clock, flights } = setUp();
    for (let index = 0; index < 1_500; index++) flights.share(`k${index}`, `failure ${index}`);
    expect(flights.failure("k0")).toBeUndefined();
    expect(flights.failure("k499")).toBeUndefined();
    expect(flights.failure("k500")).toBe("failure 500");
    expect(flights.failure("k1499")).toBe("failure 1499");
    clock.advance(250);
    flights.share("last", "failure");
    expect(flights.standing).toBe(1);
  });
});
