import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import type { Store } from "../../src/core/store.ts";
import { memory } from "../../src/stores/memory.ts";
import { turns } from "./cache-harness.ts";
import { type Embedded, expectVectors, setUpEmbeddings } from "./embedding-harness.ts";

/** Vectors in a store behind a network that is slower than a call waits for it. */

async function behindNetwork() {
  const clock = new ManualClock();
  const network = { delayMs: 0 };
  const inner = memory({ clock });
  const later = <T>(call: () => T): Promise<Awaited<T>> =>
    new Promise((resolve) => {
      if (network.delayMs === 0) resolve(call() as Awaited<T>);
      else clock.after(network.delayMs, () => resolve(call() as Awaited<T>));
    });
  const store: Store = {
    name: "slow",
    get: (tenant, keys) => later(() => inner.get(tenant, keys)),
    set: (...given) => later(() => inner.set(...given)),
    add: (...given) => later(() => inner.add(...given)),
    delete: (tenant, key) => later(() => inner.delete(tenant, key)),
    stats: () => inner.stats(),
    close: () => inner.close(),
  };
  const harness = await setUpEmbeddings({ clock, store });
  /** Whatever was on its way arrives. */
  const arrived = async (): Promise<void> => {
    for (let passed = 0; passed < 20; passed++) {
      clock.advance(500);
      await turns(5);
    }
    network.delayMs = 0;
  };
  onTestFinished(arrived);
  /** Time passes by the millisecond; tells how much until the origin was asked, if it was, and until the answer. */
  const timed = async (inputs: readonly string[]) => {
    const [before, calls] = [clock.monotonic(), harness.asked.length];
    let embedded: Embedded | undefined;
    let askedAfterMs: number | undefined;
    void harness.embed(inputs).then((got) => {
      embedded = got;
    });
    for (let turn = 1; embedded === undefined; turn++) {
      await turns(1);
      if (harness.asked.length > calls) askedAfterMs ??= clock.monotonic() - before;
      if (turn % 50 === 0) clock.advance(1);
    }
    return { embedded, askedAfterMs };
  };
  return { ...harness, arrived, clock, network, timed };
}

const slowly = { type: "store-fault", operation: "lookup", kind: "timeout" };

describe("a store of vectors that is slow", () => {
  it.each([26, 40, 300])("by %d ms is a miss when the budget of the look-up is spent (R4)", async (delayMs) => {
    const { events, network, timed } = await behindNetwork();
    network.delayMs = delayMs;
    const { embedded, askedAfterMs } = await timed(["a", "b"]);
    expect([embedded.status, embedded.outcome, embedded.reason]).toEqual([200, "MISS", "store_unavailable"]);
    expectVectors(embedded, ["a", "b"]);
    // One budget for the look-up, and one for the generations that the vectors are to live by.
    expect(askedAfterMs).toBeLessThanOrEqual(2 * 25 + 5);
    expect(events).toContainEqual(expect.objectContaining(slowly));
  });

  it("leaves to memory what memory has, and only the rest is asked for (R4)", async () => {
    const { clock, embed, inputs, network, timed } = await behindNetwork();
    await embed(["a", "b"]);
    clock.advance(1_001);
    network.delayMs = 40;
    expect((await timed(["a", "b"])).embedded.outcome).toBe("HIT");
    const { embedded } = await timed(["a", "c"]);
    expect(embedded.counts).toBe("total=2, cached=1, asked=1");
    expectVectors(embedded, ["a", "c"]);
    expect(inputs()).toEqual([["a", "b"], ["c"]]);
  });

  it("is used again when it is fast again (R4)", async () => {
    const { arrived, clock, embed, inputs, network, timed } = await behindNetwork();
    network.delayMs = 300;
    await timed(["a"]);
    await arrived();
    await embed(["a"]);
    clock.advance(1_001);
    expect((await embed(["a"])).outcome).toBe("HIT");
    expect(inputs().length).toBeLessThanOrEqual(2);
  });

  it("within the budget answers (R4)", async () => {
    const { clock, embed, events, inputs, network, timed } = await behindNetwork();
    await embed(["a"]);
    clock.advance(1_001);
    network.delayMs = 10;
    expect((await timed(["a"])).embedded.outcome).toBe("HIT");
    expect(inputs()).toEqual([["a"]]);
    expect(events).not.toContainEqual(expect.objectContaining(slowly));
  });
});
