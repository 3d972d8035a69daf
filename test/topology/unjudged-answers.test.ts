import { afterEach, describe, expect, it, vi } from "vitest";
import type * as PersonalAnswer from "../../src/flights/personal-answer.ts";
import { isIntact, setUp } from "./cache-harness.ts";

/** What goes wrong while an answer is judged is a fault of the cache, and no call fails by it. */

const fault = vi.hoisted(() => ({ isOn: false }));

vi.mock("../../src/flights/personal-answer.ts", async (original: () => Promise<typeof PersonalAnswer>) => {
  const real = await original();
  const heldFor: typeof real.heldFor = (...given) => {
    if (fault.isOn) throw new RangeError("Maximum call stack size exceeded");
    return real.heldFor(...given);
  };
  return { ...real, heldFor };
});

afterEach(() => {
  fault.isOn = false;
});

describe("an answer that cannot be judged", () => {
  it.each([
    ["in one piece", {}],
    ["as a stream", { stream: true }],
  ])("%s, reaches who asked, is not kept, and is no end of others", async (_, form) => {
    const { origin, read, eventsOf: events } = await setUp();
    fault.isOn = true;
    const reading = await read(form);
    expect(reading).toMatchObject({ status: 200, outcome: "MISS" });
    expect(isIntact(reading)).toBe(true);
    expect(events("entry-refuse").map(({ reason }) => reason)).toEqual(["store_unavailable"]);
    fault.isOn = false;
    expect(await read(form)).toMatchObject({ status: 200, outcome: "MISS" });
    expect(await read(form)).toMatchObject({ status: 200, outcome: "HIT" });
    expect(origin.callCount).toBe(2);
  });
});
