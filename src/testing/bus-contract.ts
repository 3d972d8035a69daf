/**
 * What every bus must do, as a list of cases that any test runner can take:
 *
 *     for (const { name, run } of busContract(make)) test(name, run);
 *
 * `make` gives three processes' views of one bus, ready to be used.
 */

import assert from "node:assert/strict";
import type { Bus, BusMessage } from "../core/bus.ts";

export interface BusesUnderTest {
  readonly buses: readonly [Bus, Bus, Bus];
  dispose?(): Promise<void>;
}

export interface BusContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const token = Uint8Array.from({ length: 12 }, (_, index) => index * 20);
const renewed = (scope: string, before: Uint8Array | undefined = token): BusMessage => ({
  kind: "renewed",
  tenant: "tenant ü",
  scope,
  token,
  before,
});
const said = (text: string): BusMessage => ({ kind: "said", topic: "pool ü", text });
const removed = (key: string): BusMessage => ({ kind: "removed", tenant: "", key });

/** Hears until `count` messages are there. */
function listen(bus: Bus) {
  const heard: BusMessage[] = [];
  let wake = (): void => {};
  const stop = bus.subscribe({
    heard(message) {
      heard.push(message);
      wake();
    },
    missed: () => {},
  });
  return {
    heard,
    stop,
    async until(count: number): Promise<void> {
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function assertSame(heard: readonly BusMessage[], said: readonly BusMessage[]): void {
  const plain = (message: BusMessage) => JSON.stringify(message, (_, value) => (isBytes(value) ? [...value] : value));
  assert.deepEqual(heard.map(plain), said.map(plain));
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

const cases: Readonly<Record<string, (buses: BusesUnderTest["buses"]) => Promise<void>>> = {
  "all others hear what one says, whole and in order": async ([one, two, three]) => {
    const listeners = [listen(two), listen(three)];
    const messages = [renewed("tag:a"), removed("k"), said("{}"), renewed("tag:b", undefined)];
    await one.publish(messages);
    await one.publish([removed("last")]);
    for (const listener of listeners) {
      await listener.until(5);
      assertSame(listener.heard, [...messages, removed("last")]);
    }
  },
  "nobody hears itself": async ([one, two]) => {
    const own = listen(one);
    const other = listen(two);
    await one.publish([removed("mine")]);
    await other.until(1);
    await two.publish([removed("theirs")]);
    await own.until(1);
    assertSame(own.heard, [removed("theirs")]);
  },
  "a thousand messages arrive": async ([one, two]) => {
    const listener = listen(two);
    const said = Array.from({ length: 1_000 }, (_, index) => renewed(`tag:${"long".repeat(10)}:${index}`));
    await one.publish(said);
    await listener.until(said.length);
    assertSame(listener.heard, said);
  },
  "who has stopped hears nothing, and stopping twice does no harm": async ([one, two, three]) => {
    const gone = listen(two);
    const there = listen(two);
    const far = listen(three);
    gone.stop();
    gone.stop();
    await one.publish([removed("k")]);
    await Promise.all([there.until(1), far.until(1)]);
    assert.deepEqual(gone.heard, []);
  },
  "publishing nothing does nothing": async ([one, two]) => {
    const listener = listen(two);
    await one.publish([]);
    await one.publish([removed("k")]);
    await listener.until(1);
    assertSame(listener.heard, [removed("k")]);
  },
};

export function busContract(make: () => Promise<BusesUnderTest>): readonly BusContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await check(subject.buses);
      } finally {
        for (const bus of subject.buses) await bus.close();
        await subject.dispose?.();
      }
    },
  }));
}
