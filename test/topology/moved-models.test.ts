import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { memory } from "../../src/stores/memory.ts";
import { Gate } from "../../src/testing/gate.ts";
import { type Harness, setUp } from "./cache-harness.ts";

/** An alias that moves to another snapshot (U8). */

const saying = (content: string) => ({ messages: [{ role: "user", content }] });
const snapshots = ["scripted-small-2026-01-01", "scripted-small-2026-06-01"] as const;
const policy = { invalidateOnModelChange: true } as const;

/** One prompt answered by the first snapshot, then another by the second. */
async function moved({ clock, origin, read }: Harness): Promise<void> {
  origin.plan({ model: snapshots[0] });
  expect((await read(saying("one"))).outcome).toBe("MISS");
  expect((await read(saying("one"))).outcome).toBe("HIT");
  clock.advance(10);
  origin.plan({ model: snapshots[1] });
  expect((await read(saying("two"))).outcome).toBe("MISS");
}

describe("when another snapshot answers (U8)", () => {
  it.each([false, true])("what the old one answered is not served any more (stream: %s)", async (stream) => {
    const harness = await setUp({ policy });
    await moved(harness);
    const again = await harness.read({ ...saying("one"), stream });
    expect(again).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect((await harness.read({ ...saying("one"), stream })).outcome).toBe("HIT");
    expect((await harness.read(saying("two"))).outcome).toBe("HIT");
  });

  it("it is served without the option", async () => {
    const harness = await setUp();
    await moved(harness);
    expect((await harness.read(saying("one"))).outcome).toBe("HIT");
  });

  it("it is not served by another process that shares the store, once that looks again", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const [one, other] = [await setUp({ clock, store, policy }), await setUp({ clock, store, policy })];
    one.origin.plan({ model: snapshots[0] });
    const ask = (harness: Harness, content: string) =>
      harness.cache.fetch(`${one.origin.url}/chat/completions`, {
        method: "POST",
        headers: { authorization: "Bearer one", "content-type": "application/json" },
        body: JSON.stringify({ model: "scripted-small", ...saying(content) }),
      });
    const outcomeOf = async (harness: Harness, content: string) =>
      (await ask(harness, content)).headers.get("x-ai-cache-status");
    expect(await outcomeOf(one, "one")).toBe("MISS");
    expect(await outcomeOf(other, "one")).toBe("HIT");
    one.origin.plan({ model: snapshots[1] });
    expect(await outcomeOf(one, "two")).toBe("MISS");
    clock.advance(1_001);
    expect(await outcomeOf(other, "one")).toBe("MISS");
  });

  it("a slow answer of the old one does not bring it back", async () => {
    const harness = await setUp({ policy });
    const { clock, origin, read } = harness;
    const gate = new Gate();
    origin.plan({ model: snapshots[0], holds: [{ at: "headers", gate }] });
    const slow = read(saying("slow"));
    await gate.reached();
    clock.advance(10);
    await moved({ ...harness, read: (body) => read({ ...body, temperature: 0.5 }) });
    gate.release();
    expect(await slow).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect((await read({ ...saying("two"), temperature: 0.5 })).outcome).toBe("HIT");
    expect((await read(saying("slow"))).outcome).toBe("MISS");
  });

  it("another model, and another tenant, are not concerned", async () => {
    const harness = await setUp({ policy: { ...policy, anyModel: true } });
    const { origin, read } = harness;
    origin.plan({ model: snapshots[0] });
    await read({ ...saying("one"), model: "scripted-large" });
    await read(saying("one"), { headers: { authorization: "Bearer two" } });
    await moved(harness);
    expect((await read({ ...saying("one"), model: "scripted-large" })).outcome).toBe("HIT");
    expect((await read(saying("one"), { headers: { authorization: "Bearer two" } })).outcome).toBe("HIT");
  });

  it("the loss of the mark kills, too", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const marks: [string, string][] = [];
    const { set } = store;
    store.set = (tenant, key, ...rest) => {
      if (key.startsWith("m:")) marks.push([tenant, key]);
      return set.call(store, tenant, key, ...rest);
    };
    const { read } = await setUp({ clock, store, policy });
    await read();
    expect(marks).toHaveLength(1);
    store.delete(...(marks[0] as [string, string]));
    clock.advance(1_001);
    expect((await read()).outcome).toBe("MISS");
    expect((await read()).outcome).toBe("HIT");
  });
});
