import { expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { FailedLogins } from "./failed-logins.ts";

it("logs the first of an address, and then one a minute that says how many there were", () => {
  const clock = new ManualClock();
  clock.advance(1);
  const logins = new FailedLogins(clock);
  expect(logins.count("10.0.0.1")).toEqual({ attempts: 1, others: 0 });
  for (let times = 0; times < 5; times += 1) expect(logins.count("10.0.0.1")).toBeUndefined();
  expect(logins.count("10.0.0.2")).toEqual({ attempts: 1, others: 0 });
  clock.advance(60_000);
  expect(logins.count("10.0.0.1")).toEqual({ attempts: 6, others: 0 });
});

it("logs thirty a minute of all addresses together, and then how many were left out", () => {
  const clock = new ManualClock();
  clock.advance(1);
  const logins = new FailedLogins(clock);
  const logged = Array.from({ length: 100 }, (_, index) => logins.count(`10.0.1.${index}`));
  expect(logged.filter((one) => one !== undefined).length).toBe(30);
  clock.advance(60_000);
  expect(logins.count("10.0.2.1")).toEqual({ attempts: 1, others: 70 });
});
