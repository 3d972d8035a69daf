import { describe, expect, it } from "vitest";
import { MemoryBusHub } from "../../buses/memory.ts";
import type { BusMessage } from "../../core/bus.ts";
import { ManualClock } from "../../core/clock.ts";
import { AffinityPolicy } from "../../layers/prefix/routing/affinity-policy.ts";
import type { PromptBlocks } from "../../layers/prefix/routing/prompt-blocks.ts";
import { PoolGossip } from "./pool-gossip.ts";
import { mostNames } from "./pool-message.ts";

const urls = ["http://b:1/v1", "http://a:1/v1", "http://c:1/v1"];
const eligible = [0, 1, 2];

function prompt(first: number, blocks = 40): PromptBlocks {
  const names = Array.from({ length: blocks }, (_, index) => first * 1_000 + index);
  return { names, blockLength: 512, length: blocks * 512 };
}

function fleet(clock = new ManualClock()) {
  const hub = new MemoryBusHub();
  const said: string[] = [];
  hub.join().subscribe({
    heard: (message: BusMessage) => {
      // What one asks that begins is no news of it.
      if (message.kind === "said" && !message.text.includes('"asks"')) said.push(message.text);
    },
    missed: () => {},
  });
  const gateway = (from: string, list = urls, id = "pool") => {
    const policy = new AffinityPolicy({ replicas: list.length, capacity: 1_000 });
    const drained: (readonly [number, boolean])[] = [];
    const drains = new Set<number>();
    const bus = hub.join();
    const gossip = new PoolGossip({
      talk: { bus, from, salt: "" },
      ...{ clock, id, urls: list, routing: policy },
      draining: () => list.flatMap((_, index) => (drains.has(index) ? [index] : [])),
      onDrained: (replica, isDraining) => {
        drained.push([replica, isDraining]);
        if (isDraining) drains.add(replica);
        else drains.delete(replica);
      },
    });
    const drain = (replica: number, isDraining = true) => {
      if (isDraining) drains.add(replica);
      else drains.delete(replica);
      return gossip.drained(replica, isDraining);
    };
    const send = (blocks: PromptBlocks, among: readonly number[] = eligible) => {
      const choice = policy.choose(blocks, among, clock.monotonic());
      const dispatched = policy.dispatch(blocks, choice, clock.monotonic());
      gossip.placed(choice.replica, blocks.names);
      return { ...choice, dispatched };
    };
    return { policy, gossip, drain, drained, send, bus };
  };
  return { clock, said, gateway };
}

/** Publishing waits for a bus, one message after the other. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("gateways before one pool", () => {
  it("know what others have sent where, and what waits there", async () => {
    const { clock, gateway } = fleet();
    const [one, other] = [gateway("one"), gateway("other", [urls[2], urls[0], urls[1]] as string[])];
    const sent = one.send(prompt(1));
    expect(other.policy.choose(prompt(1), eligible, clock.monotonic()).expected).toBe(0);
    clock.advance(200);
    await settled();
    // The same replica, which stands elsewhere in the other's list.
    const place = [1, 2, 0][sent.replica] as number;
    expect(other.policy.choose(prompt(1), [place], clock.monotonic()).expected).toBe(40 * 512);
    // It is busy, so what is new goes elsewhere.
    const [first, second] = [other.send(prompt(2)), other.send(prompt(3))];
    expect([first.replica, second.replica]).not.toContain(place);
    expect(first.replica).not.toBe(second.replica);
  });

  it("what was told fades, and nobody speaks who has nothing to say", async () => {
    const { clock, gateway, said } = fleet();
    const [one, other] = [gateway("one"), gateway("other")];
    const { dispatched, replica } = one.send(prompt(1));
    clock.advance(200);
    await settled();
    const chosen = () => other.policy.choose(prompt(7), [replica, (replica + 1) % 3], clock.monotonic()).replica;
    expect(chosen()).not.toBe(replica);
    one.gossip.end();
    clock.advance(3_100);
    // Both are free again as far as it knows: the first is as good.
    expect(chosen()).toBe(Math.min(replica, (replica + 1) % 3));
    dispatched.ended(clock.monotonic());
    const count = said.length;
    clock.advance(60_000);
    await settled();
    expect(said).toHaveLength(count);
  });

  it("the last thing told is that nothing is left", async () => {
    const { clock, gateway, said } = fleet();
    const one = gateway("one");
    const { dispatched } = one.send(prompt(1));
    for (const _ of [1, 2, 3]) {
      clock.advance(200);
      await settled();
    }
    dispatched.ended(clock.monotonic());
    for (const _ of [1, 2, 3]) {
      clock.advance(200);
      await settled();
    }
    const loads = said.map((text) => JSON.parse(text).loads).filter((list) => list !== undefined);
    expect(loads.map((list: unknown[]) => list.length)).toEqual([1, 1, 1, 0]);
  });

  it("a message fits every bus, and of very much the latest is told", async () => {
    const { clock, gateway, said } = fleet();
    const one = gateway("one");
    for (let call = 0; call < 30; call++) one.send(prompt(call, 500));
    clock.advance(200);
    await settled();
    for (let turn = 0; turn < 20; turn++) await settled();
    for (const text of said) expect(text.length).toBeLessThan(7_500);
    const placed = said.flatMap((text) => JSON.parse(text).placed ?? []) as [number, number[]][];
    expect(placed).toHaveLength(10);
    expect(placed.at(-1)?.[1]).toHaveLength(mostNames);
    expect(placed.at(-1)?.[1][0]).toBe(29_000);
  });

  it("pools of other addresses, other pools, and what is no message are not listened to", async () => {
    const { clock, gateway } = fleet();
    const one = gateway("one");
    const others = [gateway("two", urls.slice(1)), gateway("three", urls, "another pool")];
    one.send(prompt(1));
    clock.advance(200);
    await settled();
    for (const { policy } of others) expect(policy.choose(prompt(1), [0, 1], 300).expected).toBe(0);
    const right = { from: "x", of: "y" };
    for (const text of [
      "{",
      "null",
      "7",
      JSON.stringify({ ...right, loads: [[3, 1, 1]] }),
      JSON.stringify({ ...right, loads: [[0, -1, 1]] }),
      JSON.stringify({ ...right, placed: [[0, ["a"]]] }),
      JSON.stringify({ ...right, placed: [[0, Array(mostNames + 1).fill(1)]] }),
      JSON.stringify({ ...right, drained: [0] }),
    ])
      await others[0]?.bus.publish([{ kind: "said", topic: "pool pool", text }]);
    expect(one.drained).toEqual([]);
    expect(one.policy.choose(prompt(2), eligible, 300).expected).toBe(0);
  });

  it("all hear who drains", async () => {
    const { gateway } = fleet();
    const [one, other] = [gateway("one"), gateway("other", urls.toReversed())];
    void one.gossip.drained(0, true);
    void one.gossip.drained(0, false);
    for (let turn = 0; turn < 3; turn++) await settled();
    expect(other.drained).toEqual([
      [2, true],
      [2, false],
    ]);
    expect(one.drained).toEqual([]);
  });

  it("the more gateways there are the more rarely each speaks", async () => {
    const { clock, gateway, said } = fleet();
    const one = gateway("one");
    for (let peer = 0; peer < 50; peer++) void gateway(`peer ${peer}`).gossip.drained(1, true);
    await settled();
    // What those ask who begin is answered by then.
    for (const ms of [0, 1_000, 4_000, 1_000]) {
      clock.advance(ms);
      await settled();
    }
    const before = said.length;
    one.send(prompt(1));
    clock.advance(499);
    await settled();
    expect(said).toHaveLength(before);
    clock.advance(1);
    await settled();
    expect(said.length).toBeGreaterThan(before);
  });

  it("one that starts later is told what drains, once, however many know of it", async () => {
    const { clock, gateway, said } = fleet();
    const [one] = [gateway("one"), gateway("another"), gateway("third")];
    await one.drain(0);
    await one.drain(1);
    await one.drain(1, false);
    clock.advance(10_000);
    await settled();
    const before = said.length;
    const late = gateway("late", [urls[2], urls[0], urls[1]] as string[]);
    clock.advance(0);
    await settled();
    clock.advance(200);
    await settled();
    expect(late.drained).toEqual([[1, true]]);
    expect(said.length).toBe(before + 1);
    late.gossip.end();
  });

  it("a bus that fails does no harm", async () => {
    const clock = new ManualClock();
    const bus = {
      name: "broken",
      publish: () => Promise.reject(new Error("away")),
      subscribe: () => () => {},
      close: () => {},
    };
    const policy = new AffinityPolicy({ replicas: 3, capacity: 100 });
    const gossip = new PoolGossip({
      talk: { bus, from: "one", salt: "" },
      ...{ clock, id: "pool", urls, routing: policy },
      draining: () => [],
      onDrained: () => {},
    });
    gossip.placed(0, [1, 2]);
    clock.advance(200);
    await settled();
    expect(policy.choose(prompt(1), eligible, 300).expected).toBe(0);
  });
});
