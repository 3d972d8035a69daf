import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { Channel } from "../../workers/channel.ts";
import { Crew, type Ending, type WorkerProcess } from "./crew.ts";
import type { Begun, ServingWorkerCalls } from "./start-calls.ts";

/** A process that is none: what it was told, and a way to let it begin and end. */
class FakeProcess implements WorkerProcess {
  readonly channel: Channel<ServingWorkerCalls>;
  readonly isThere = Promise.resolve();
  readonly ended: Promise<Ending>;
  readonly told: string[] = [];
  readonly begun = Promise.withResolvers<Begun>();
  wasKilled = false;
  /** What it answers when it is to work by another configuration. */
  reloaded: { readonly value?: undefined; readonly fault?: string } = { value: undefined };
  readonly #ended = Promise.withResolvers<Ending>();

  constructor() {
    let receive = (_message: unknown): void => {};
    this.ended = this.#ended.promise;
    this.channel = new Channel<ServingWorkerCalls>({
      send: (message) => {
        const { ask, call = "" } = message as { readonly ask?: number; readonly call?: string };
        this.told.push(call);
        if (call === "reload") receive({ reprise: 1, answer: ask, ...this.reloaded });
        if (call === "begin") void this.begun.promise.then((value) => receive({ reprise: 1, answer: ask, value }));
      },
      onMessage: (listener) => {
        receive = listener;
      },
      onClosed: () => {},
    });
  }

  begins(): void {
    this.begun.resolve({ ok: true, url: "http://127.0.0.1:1" });
  }

  async ends(code: number | null, signal: NodeJS.Signals | null = null): Promise<void> {
    this.#ended.resolve({ code, signal });
    await settled();
  }

  kill(): void {
    this.wasKilled = true;
    this.#ended.resolve({ code: null, signal: "SIGKILL" });
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function aCrew(size = 2) {
  const clock = new ManualClock();
  const launched: (readonly [number, FakeProcess])[] = [];
  const lines: (readonly [string, object])[] = [];
  const say = (fields: object, message: string): void => void lines.push([message, fields]);
  const crew = new Crew({
    size,
    clock,
    log: { level: "info", debug: say, info: say, warn: say, error: say },
    launch(worker) {
      const process = new FakeProcess();
      launched.push([worker, process]);
      return process;
    },
    config: () => ({}) as GatewayConfig,
  });
  const at = (index: number): FakeProcess => launched[index]?.[1] as FakeProcess;
  return { clock, crew, launched, lines, at };
}

async function working(size = 2) {
  const made = aCrew(size);
  const started = made.crew.start();
  for (const [, process] of made.launched) process.begins();
  expect(await started).toEqual({ ok: true, url: "http://127.0.0.1:1" });
  return made;
}

describe("a crew that starts", () => {
  it("is ready when all of its workers are", async () => {
    const { crew, at } = aCrew();
    let isReady = false;
    const started = crew.start().then((answer) => {
      isReady = true;
      return answer;
    });
    at(0).begins();
    await settled();
    expect(isReady).toBe(false);
    at(1).begins();
    expect((await started).ok).toBe(true);
  });

  it("tells why the first one cannot begin, and starts no other in its place", async () => {
    const { crew, clock, at, launched } = aCrew();
    const started = crew.start();
    at(1).begun.resolve({ ok: false, line: "The port is taken." });
    expect(await started).toEqual({ ok: false, line: "The port is taken." });
    crew.kill();
    await settled();
    clock.advance(60_000);
    expect([at(0).wasKilled, at(1).wasKilled, launched.length]).toEqual([true, true, 2]);
  });

  it("says so when one ends before it is ready", async () => {
    const { crew, at } = aCrew();
    const started = crew.start();
    await at(0).ends(3);
    expect(await started).toEqual({ ok: false, line: expect.stringContaining("Worker 1 ended with exit status 3") });
  });

  it("replaces one that was ready and ended before the others were", async () => {
    const { crew, at, launched } = aCrew();
    const started = crew.start();
    at(0).begins();
    await settled();
    await at(0).ends(null, "SIGKILL");
    at(1).begins();
    expect((await started).ok).toBe(true);
    expect(launched.map(([worker]) => worker)).toEqual([1, 2, 1]);
  });
});

it("a reload that one worker could not take over is told with its number, when all have answered", async () => {
  const { crew, at } = await working();
  await crew.reload({} as GatewayConfig);
  at(0).reloaded = { fault: "no room" };
  await expect(crew.reload({} as GatewayConfig)).rejects.toThrow("worker 1: no room");
  expect(at(1).told.filter((call) => call === "reload")).toHaveLength(2);
});

describe("a worker that ends", () => {
  it("is replaced at once when it had worked for a while, under its number", async () => {
    const { clock, at, launched, lines } = await working();
    clock.advance(10_000);
    await at(1).ends(null, "SIGKILL");
    clock.advance(0);
    expect(launched.map(([worker]) => worker)).toEqual([1, 2, 2]);
    expect(lines).toEqual([[expect.any(String), { worker: 2, code: null, signal: "SIGKILL", pauseMs: 0 }]]);
    at(2).begins();
    await settled();
    expect(lines.at(-1)).toEqual(["the worker serves", { worker: 2 }]);
  });

  it("is replaced ever more slowly when it ends again and again, and never given up", async () => {
    const { clock, launched, lines } = await working(1);
    for (let round = 0; round < 12; round++) {
      launched.at(-1)?.[1].begins();
      await settled();
      await launched.at(-1)?.[1].ends(1);
      const pauseMs = Math.min(100 * 2 ** round, 10_000);
      expect(lines.at(-1)?.[1]).toMatchObject({ pauseMs });
      clock.advance(pauseMs - 1);
      expect(launched).toHaveLength(round + 1);
      clock.advance(1);
      expect(launched).toHaveLength(round + 2);
    }
  });

  it("one that cannot begin later on is ended and tried again, and it is said why", async () => {
    const { clock, at, launched, lines } = await working(1);
    await at(0).ends(1);
    clock.advance(100);
    at(1).begun.resolve({ ok: false, line: "The folder is gone." });
    await settled();
    expect(at(1).wasKilled).toBe(true);
    expect(lines).toContainEqual(["a worker cannot begin", { worker: 1, reason: "The folder is gone." }]);
    clock.advance(200);
    expect(launched).toHaveLength(3);
  });
});

describe("a crew that stops", () => {
  it("lets all finish, replaces none of them, and tells whether they ended well", async () => {
    for (const [code, isWell] of [
      [0, true],
      [1, false],
    ] as const) {
      const { crew, clock, at, launched } = await working();
      const drained = crew.drain(5_000);
      expect([at(0).told.at(-1), at(1).told.at(-1)]).toEqual(["drain", "drain"]);
      await at(0).ends(0);
      await at(1).ends(code);
      expect(await drained).toBe(isWell);
      clock.advance(60_000);
      expect([at(0).wasKilled, launched.length]).toEqual([false, 2]);
    }
  });

  it("ends what has not ended a while after the drain", async () => {
    const { crew, clock, at } = await working();
    const drained = crew.drain(5_000);
    await at(0).ends(0);
    clock.advance(9_999);
    expect(at(1).wasKilled).toBe(false);
    clock.advance(1);
    expect(await drained).toBe(false);
    expect(at(1).wasKilled).toBe(true);
  });
});
