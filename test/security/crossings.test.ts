import { expect, it, onTestFinished } from "vitest";
import type { Cache } from "../../src/cache.ts";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { lookForCrossings, newCache } from "./crossing-world.ts";

/** `npm run bench -- isolation` looks a million times. */

/** For a machine that does much else meanwhile. */
const patient = { timeout: 240_000 };

const layers = ["MISS", "HIT exact", "HIT semantic", "HIT embedding", "STALE exact", "COALESCED", "REFRESH"];

it(
  "X1 (I1): thousands of look-ups of many tenants in every layer, and none is answered with what is another's",
  patient,
  async () => {
    const clock = new ManualClock();
    const cache = await newCache({ clock, memoryBytes: "16mb" });
    onTestFinished(() => cache.close());
    const world = { caches: [cache], clock, random: seededRandom(1), tenants: 20, lookups: 5_000 };
    const { outcomes, found } = await lookForCrossings(world);
    expect(found).toEqual([]);
    for (const outcome of layers) expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(10);
  },
);

it("X1 (I1): the same for two that share a store, sealed and not", patient, async () => {
  for (const masterKey of [undefined, Buffer.alloc(32, 7).toString("base64")]) {
    const clock = new ManualClock();
    const folder = temporaryFolder();
    const sealing = masterKey === undefined ? {} : { masterKey };
    const open = (): Promise<Cache> => newCache({ clock, store: sqlite(folder) as SharedStore, ...sealing });
    const caches = [await open(), await open()];
    const world = { caches, clock, random: seededRandom(2), tenants: 8, lookups: 1_000 };
    const { outcomes, found } = await lookForCrossings(world);
    for (const cache of caches) await cache.close();
    expect(found).toEqual([]);
    for (const outcome of ["MISS", "HIT exact", "HIT embedding", "COALESCED"])
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(5);
  }
});

it("what is another's is seen where there is no wall between tenants", async () => {
  const clock = new ManualClock();
  const cache = await newCache({ clock });
  onTestFinished(() => cache.close());
  // All are one to this cache, and the origin still tells them apart.
  const blind = {
    ...cache,
    fetch: (url: string, init: RequestInit) => {
      const { authorization, ...others } = init.headers as Record<string, string>;
      return cache.fetch(url, { ...init, headers: { ...others, "x-request-id": authorization as string } });
    },
  } as Cache;
  const { found } = await lookForCrossings({
    ...{ caches: [blind], clock, random: seededRandom(3), tenants: 8, lookups: 300 },
  });
  expect(found.filter((one) => /in an answer to/.test(one)).length).toBeGreaterThan(50);
});
