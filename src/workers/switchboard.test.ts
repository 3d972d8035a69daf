import { type MessagePort, MessageChannel as Ports } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { ManualClock, systemClock } from "../core/clock.ts";
import { busContract } from "../testing/bus-contract.ts";
import { leaseContract, relayContract } from "../testing/lease-contract.ts";
import type { PrimaryCalls, WorkerCalls } from "./calls.ts";
import { Channel, type Endpoint } from "./channel.ts";
import { type Peers, peersOver } from "./peers.ts";
import { Switchboard } from "./switchboard.ts";

function endpoint(port: MessagePort): Endpoint {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
    onClosed: (listener) => void port.on("close", listener),
  };
}

interface Connected {
  readonly peers: Peers;
  /** Of the worker. */
  readonly channel: Channel<PrimaryCalls>;
  /** Ends as a process does that is killed; resolves when both sides know. */
  end(): Promise<void>;
}

function connect(switchboard: Switchboard, number: number): Connected {
  const { port1, port2 } = new Ports();
  const ofPrimary = new Channel<WorkerCalls>(endpoint(port1));
  const channel = new Channel<PrimaryCalls>(endpoint(port2));
  const isKnown = new Promise<void>((resolve) => ofPrimary.onClosed(resolve));
  switchboard.connect(number, ofPrimary);
  const end = async (): Promise<void> => {
    const isClosed = new Promise<void>((resolve) => channel.onClosed(resolve));
    port2.close();
    await Promise.all([isKnown, isClosed]);
  };
  return { peers: peersOver(channel), channel, end };
}

async function twoWorkers(clock = new ManualClock()) {
  const switchboard = new Switchboard({ size: 2, clock });
  const [a, b] = [connect(switchboard, 1), connect(switchboard, 2)];
  return { clock, switchboard, a, b, end: async () => void (await Promise.all([a.end(), b.end()])) };
}

describe("leases of the workers of one machine", () => {
  const make = async () => {
    const { clock, a, b, end } = await twoWorkers();
    const passing = async (durationMs: number) => clock.advance(durationMs);
    return { one: a.peers.leases, other: b.peers.leases, passing, dispose: end };
  };
  for (const { name, run } of [...leaseContract(make), ...relayContract(make)]) it(name, run);

  it("those of a worker that ends can be had at once, and who waits is not kept waiting", async () => {
    const { a, b, end } = await twoWorkers();
    const got = await a.peers.leases.acquire("k", 60_000);
    expect((await b.peers.leases.acquire("k", 60_000)).won).toBe(false);
    await a.end();
    const after = await b.peers.leases.acquire("k", 60_000);
    expect(after.won && got.won && after.lease.fence > got.lease.fence).toBe(true);
    await end();
  });

  it("what was given back is not taken away again when its holder ends", async () => {
    const { a, b, end } = await twoWorkers();
    const got = await a.peers.leases.acquire("k", 60_000);
    if (got.won) await a.peers.leases.release(got.lease);
    const next = await b.peers.leases.acquire("k", 60_000);
    await a.end();
    expect(next.won && (await b.peers.leases.renew(next.lease, 60_000))).toBe(true);
    await end();
  });
});

describe("the bus of the workers of one machine", () => {
  for (const { name, run } of busContract(async () => {
    const switchboard = new Switchboard({ size: 3, clock: systemClock });
    const [a, b, c] = [1, 2, 3].map((number) => connect(switchboard, number)) as [Connected, Connected, Connected];
    return {
      buses: [a.peers.bus, b.peers.bus, c.peers.bus],
      dispose: async () => void (await Promise.all([a.end(), b.end(), c.end()])),
    };
  }))
    it(name, run);

  it("what is published has been heard by all others when it is acknowledged", async () => {
    const { a, b, end } = await twoWorkers();
    const heard: string[] = [];
    b.peers.bus.subscribe({ heard: (message) => void heard.push(message.kind), missed: () => {} });
    void a.peers.bus.publish([{ kind: "removed", tenant: "t", key: "k" }]);
    await a.peers.heard();
    expect(heard).toEqual(["removed"]);
    await end();
  });

  it("a worker that ended is not waited for", async () => {
    const { a, b, end } = await twoWorkers();
    await b.end();
    await a.peers.bus.publish([{ kind: "removed", tenant: "t", key: "k" }]);
    await end();
  });

  it("one that does not answer holds up an invalidation for a second at most", async () => {
    const { clock, switchboard, a, end } = await twoWorkers();
    const stuck = new Ports();
    switchboard.connect(3, new Channel<WorkerCalls>(endpoint(stuck.port1)));
    const asked = new Promise<void>((resolve) => stuck.port2.once("message", () => resolve()));
    const publishing = a.peers.bus.publish([{ kind: "removed", tenant: "t", key: "k" }]);
    await asked;
    // The timer stands once the others have answered; it is moved past until it fires.
    let isDone = false;
    const done = Promise.resolve(publishing).then(() => {
      isDone = true;
    });
    while (!isDone) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await done;
    stuck.port2.close();
    await end();
  });
});

describe("a channel whose other end is gone", () => {
  it("fails what was asked and what is asked from then on, at once", async () => {
    const { port1, port2 } = new Ports();
    const channel = new Channel<PrimaryCalls>(endpoint(port1));
    port2.on("message", () => port2.close());
    const gone = expect.objectContaining({ code: "store_unavailable" });
    await expect(channel.ask("holder", "k")).rejects.toEqual(gone);
    await expect(channel.ask("holder", "k")).rejects.toEqual(gone);
    expect(channel.isClosed).toBe(true);
  });

  it("wakes those who wait for what somebody says, so that they ask and are told", async () => {
    const { a, b, end } = await twoWorkers();
    const woken = new Promise<void>((resolve) => {
      a.peers.leases.relay?.watch({ key: "k", fence: 1 }, resolve);
    });
    await a.end();
    await woken;
    await expect(a.peers.metrics()).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(a.peers.unavailable()).rejects.toMatchObject({ code: "store_unavailable" });
    expect(b.channel.isClosed).toBe(false);
    await end();
  });

  it("messages of others and of another version are nobody's", async () => {
    const { port1, port2 } = new Ports();
    const channel = new Channel<PrimaryCalls>(endpoint(port1));
    channel.answer({ holder: () => 7 });
    const answers: unknown[] = [];
    const last = new Promise<void>((resolve) =>
      port2.on("message", (message: { answer: number }) => {
        answers.push(message);
        if (message.answer === 3) resolve();
      }),
    );
    const ask = { call: "holder", about: ["k"] };
    for (const message of [null, "text", { ask: 1, ...ask }, { reprise: 2, ask: 2, ...ask }])
      port2.postMessage(message);
    port2.postMessage({ reprise: 1, ask: 3, ...ask });
    await last;
    expect(answers).toEqual([{ reprise: 1, answer: 3, value: 7 }]);
    port2.close();
  });

  it("a question that nobody answers is refused, and says which", async () => {
    const { a, b, end } = await twoWorkers();
    b.channel.answer({ heard: () => Promise.reject(new Error("not now")) });
    await a.peers.bus.publish([{ kind: "removed", tenant: "t", key: "k" }]);
    await expect((a.channel as Channel<{ nothing(): void }>).ask("nothing")).rejects.toThrow("nobody answers nothing");
    await end();
  });
});

describe("what all workers tell together", () => {
  const reading = (calls: number, picodollars: bigint) => ({
    families: [
      { name: "reprise_requests_total", help: "", type: "counter", values: [{ labels: { layer: "x" }, value: calls }] },
      { name: "reprise_inflight", help: "", type: "gauge", values: [{ labels: {}, value: 1 }] },
    ],
    ledger: {
      spent: [
        {
          what: "inference" as const,
          model: "m",
          unpriced: 0,
          tokens: noTokens,
          picodollars,
          conservativePicodollars: picodollars,
        },
      ],
      observed: [],
      saved: [],
      undone: [],
    },
  });
  const noTokens = {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  const valuesOf = async (peers: Peers) => {
    const { families, ledger } = await peers.metrics();
    return [...families.map(({ values }) => values[0]?.value), ledger.spent[0]?.picodollars];
  };

  it("counts add up, and those of a worker that ended stay, so that no sum goes back", async () => {
    const { a, b, switchboard, end } = await twoWorkers();
    const unavailable = async () => [];
    a.peers.answer({ metrics: async () => reading(3, 2n ** 60n), unavailable });
    b.peers.answer({ metrics: async () => reading(4, 1n), unavailable });
    expect(await valuesOf(a.peers)).toEqual([7, 2, 2n ** 60n + 1n]);
    await b.end();
    expect(await valuesOf(a.peers)).toEqual([7, 1, 2n ** 60n + 1n]);
    const again = connect(switchboard, 2);
    again.peers.answer({ metrics: async () => reading(1, 5n), unavailable });
    expect(await valuesOf(a.peers)).toEqual([8, 2, 2n ** 60n + 6n]);
    await again.end();
    await end();
  });

  it("a worker that cannot answer counts as it did when it was asked last", async () => {
    const { a, b, end } = await twoWorkers();
    const unavailable = async () => [];
    a.peers.answer({ metrics: async () => reading(3, 0n), unavailable });
    b.peers.answer({ metrics: async () => reading(4, 0n), unavailable });
    await valuesOf(a.peers);
    b.peers.answer({ metrics: () => Promise.reject(new Error("busy")), unavailable });
    expect((await valuesOf(a.peers))[0]).toBe(7);
    await end();
  });

  it("whatever is out of service at one of them, and each worker that is not there, since when", async () => {
    const { a, b, clock, end } = await twoWorkers();
    const metrics = async () => reading(0, 0n);
    a.peers.answer({ metrics, unavailable: async () => [{ name: "redis", since: 20 }] });
    b.peers.answer({ metrics, unavailable: async () => [{ name: "redis", since: 10 }] });
    expect(await a.peers.unavailable()).toEqual([{ name: "redis", since: 10 }]);
    clock.advance(500);
    await b.end();
    expect(await a.peers.unavailable()).toEqual([
      { name: "redis", since: 20 },
      { name: "worker 2", since: clock.now() },
    ]);
    await end();
  });
});
