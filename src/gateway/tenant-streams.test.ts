import { expect, test } from "vitest";
import { TenantStreams } from "./tenant-streams.ts";

test("a tenant has as many streams as it may, and others are not held up by it", () => {
  const streams = new TenantStreams(() => 2);
  const leave = streams.enter("a");
  streams.assertRoom("a");
  // Nobody is asked who he is while everybody has room.
  expect(streams.areTight).toBe(false);
  streams.enter("a");
  expect(streams.areTight).toBe(true);
  expect(() => streams.assertRoom("a")).toThrow("There are 2 streams open");
  expect(() => streams.enter("a")).toThrow(expect.objectContaining({ status: 429, fields: { "retry-after": "1" } }));
  streams.assertRoom("b");
  streams.enter("b")();
  leave();
  expect(streams.areTight).toBe(false);
  streams.assertRoom("a");
  streams.enter("a");
  expect(() => streams.assertRoom("a")).toThrow();
});

test("a bound that is lowered holds for what begins from then on", () => {
  let most = 3;
  const streams = new TenantStreams(() => most);
  const leaving = [streams.enter("a"), streams.enter("a")];
  most = 1;
  expect(() => streams.enter("a")).toThrow();
  for (const leave of leaving) leave();
  streams.enter("a");
});
