import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { AttemptLimit } from "./attempt-limit.ts";

test("ten wrong ones in a minute are answered, further ones are to wait for the end of it", () => {
  const clock = new ManualClock();
  const wrong = new AttemptLimit(clock, 10);
  for (let index = 0; index < 10; index++) expect(wrong.count("a")).toBeUndefined();
  clock.advance(20_000);
  expect([wrong.count("a"), wrong.count("b")]).toEqual([40_000, undefined]);
  clock.advance(40_000);
  expect(wrong.count("a")).toBeUndefined();
});

test("a flood of addresses forgets the earliest, and one of them begins anew", () => {
  const wrong = new AttemptLimit(new ManualClock(), 10);
  for (let index = 0; index < 11; index++) wrong.count("a");
  for (let index = 0; index < 9_999; index++) wrong.count(`b${index}`);
  expect(wrong.count("a")).toBe(60_000);
  wrong.count("one more");
  expect(wrong.count("a")).toBeUndefined();
});

test("beyond the bound nothing is looked at until the minute is over, but of those who were right within the hour", () => {
  const clock = new ManualClock();
  const wrong = new AttemptLimit(clock, 1);
  wrong.trust("known");
  for (const address of ["known", "guessing"]) {
    wrong.count(address);
    expect(wrong.waitOf(address)).toBeUndefined();
    wrong.count(address);
  }
  expect([wrong.waitOf("known"), wrong.waitOf("guessing")]).toEqual([undefined, 60_000]);
  clock.advance(60_000);
  expect(wrong.waitOf("guessing")).toBeUndefined();
  clock.advance(3_600_000);
  for (let times = 0; times < 2; times++) wrong.count("known");
  expect(wrong.waitOf("known")).toBe(60_000);
});

test("addresses of one IPv6 network are one, those of IPv4 are not, in whatever form", () => {
  const wrong = new AttemptLimit(new ManualClock(), 1);
  wrong.count("2001:db8:1:2::7");
  expect(wrong.count("2001:db8:1:2:ffff:1:2:3")).toBe(60_000);
  expect([wrong.waitOf("2001:db8:1:2::"), wrong.waitOf("2001:db8:1:3::7")]).toEqual([60_000, undefined]);
  for (const address of ["2001:db8::1", "2001:db8:0:1::1", "::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.3", "::1"])
    expect([address, wrong.count(address)]).toEqual([address, undefined]);
  expect([wrong.count("::ffff:192.0.2.1"), wrong.count("2001:db8:0:0:5::")]).toEqual([60_000, 60_000]);
});
