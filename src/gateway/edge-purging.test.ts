import { expect, onTestFinished, test } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import type { TraceEvent } from "../core/trace.ts";
import { readSettings } from "../options.ts";
import { memory } from "../stores/memory.ts";
import type { GatewayConfig } from "./config.ts";
import { EdgePurging } from "./edge-purging.ts";

/** The address of nobody: what is sent there is refused at once. */
const nowhere = "http://127.0.0.1:1";

function configWith(purge: object): Pick<GatewayConfig, "layers"> {
  const reading = readSettings({ layers: { edge: { purge } } });
  if (!reading.ok) throw new Error(reading.mistakes.map(({ rule }) => rule).join());
  return reading.settings;
}

test("a cache that fails is logged once, shown, and forgotten when the configuration names it no more", async () => {
  const clock = new ManualClock();
  const [events, logged]: [TraceEvent[], string[]] = [[], []];
  const log = {
    info: (_: unknown, text: string) => void logged.push(text),
    warn: (_: unknown, text: string) => void logged.push(text),
  };
  const purging = new EdgePurging({
    ...{ store: memory({ maxBytes: 1e6, clock }), leases: undefined, clock, random: systemRandom },
    ...{ trace: (event) => void events.push(event), log: log as never },
  });
  onTestFinished(() => purging.close());
  await purging.purge({ tags: ["before-any-is-named"] });
  expect(await purging.status()).toEqual([]);

  purging.follow(configWith({ front: { kind: "varnish", url: nowhere, secret: "a-secret-of-the-tests" } }));
  await purging.purge({ tags: ["a"] });
  const told = (type: TraceEvent["type"]) => events.filter((event) => event.type === type).at(-1);
  await expect.poll(async () => (await purging.status())[0]?.tries).toBe(1);
  await expect.poll(() => told("edge-backlog")).toEqual({ type: "edge-backlog", cache: "front", purges: 1 });
  expect(told("edge-purge")).toEqual({ type: "edge-purge", cache: "front", result: "failed", purges: 1 });
  expect(logged).toEqual(["a cache in front cannot be purged; it is tried again"]);
  expect(await purging.status()).toMatchObject([{ cache: "front", kind: "varnish", state: "failing", pending: 1 }]);

  purging.follow(configWith({}));
  expect(told("edge-backlog")).toEqual({ type: "edge-backlog", cache: "front", purges: 0 });
  expect(await purging.status()).toEqual([]);
});

test("a cache by another name has what waited for it; what is for no cache any more is kept, and told", async () => {
  const clock = new ManualClock();
  const told: unknown[] = [];
  const log = { info: () => {}, warn: (fields: object, text: string) => void told.push([fields, text]) };
  const store = memory({ maxBytes: 1e6, clock });
  const start = (purge: object) => {
    const parts = { store, leases: undefined, clock, random: systemRandom, trace: () => {}, log: log as never };
    const purging = new EdgePurging(parts);
    onTestFinished(() => purging.close());
    purging.follow(configWith(purge));
    clock.advance(0);
    return purging;
  };
  const secret = "a-secret-of-the-tests";
  const [front, other] = ["/front", "/other"].map((path) => ({ kind: "webhook", url: nowhere + path, secret }));
  const before = start({ front, other });
  await before.purge({ tags: ["a"] });
  await before.purge({ urls: ["/b"] });
  const pendingOf = async (purging: EdgePurging) =>
    (await purging.status()).map(({ cache, pending }) => [cache, pending]);
  expect(await pendingOf(before)).toEqual([
    ["front", 2],
    ["other", 2],
  ]);
  await before.close();
  // A name of before is remembered by the store, and so is what it was.
  const renamed = start({ edge: front });
  await expect.poll(() => pendingOf(renamed)).toEqual([["edge", 2]]);
  const warnings = () => told.filter((one) => JSON.stringify(one).includes("names no more"));
  await expect.poll(warnings).toEqual([[{ cache: "other", purges: 2 }, expect.any(String)]]);
  await renamed.close();
  const back = start({ edge: front, again: other });
  await expect
    .poll(() => pendingOf(back))
    .toEqual([
      ["edge", 2],
      ["again", 2],
    ]);
});
