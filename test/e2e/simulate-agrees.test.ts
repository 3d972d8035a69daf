import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../../src/cli/simulate/log-records.ts";
import type { Figures } from "../../src/cli/simulate/measures.ts";
import { type Simulation, simulate } from "../../src/cli/simulate/simulation.ts";
import { readSettings } from "../../src/options.ts";
import { callAdmin } from "./admin-call.ts";
import { inMemory, type RunningGateway, runBoth } from "./running-gateway.ts";
import { dayPrices, dayRules, liveThrough, planDay } from "./scripted-day.ts";

/** A log played to the settings that wrote it gives what was counted when it was written. */

interface Stats {
  readonly requests: Readonly<Record<string, number>>;
  readonly saved: Readonly<Record<string, { readonly answers: number; readonly usd: { readonly list: string } }>>;
  readonly spent: { readonly inference: { readonly usd: string } };
}

const layers = { exact: { ttlJitter: 0 }, semantic: { mode: "off" } };
const options = { layers, rules: dayRules, prices: dayPrices };

async function replayed(gateway: RunningGateway, settings: object): Promise<Simulation> {
  const reading = readSettings(settings);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const log = openLog(join(gateway.folder, "access.jsonl"));
  return simulate(log, { format: undefined, model: undefined }, [{ name: "the same", settings: reading.settings }]);
}

function savedLive({ saved }: Stats): object {
  const booked = Object.entries(saved).filter(([, { answers }]) => answers > 0);
  return Object.fromEntries(booked.map(([layer, { answers, usd }]) => [layer, { answers, usd: usd.list }]));
}

function savedInReplay({ layers }: Figures): object {
  return Object.fromEntries(layers.map(({ layer, answers, usd }) => [layer, { answers, usd }]));
}

test.each(["redacted", "full"])("a day whose log is %s gives the same figures again", async (content) => {
  const telemetry = { logLevel: "silent", accessLog: { content } };
  const { origin, gateway } = await runBoth({ ...inMemory, ...options, telemetry });
  planDay(origin);
  const outcomes = await liveThrough(gateway, 150);
  const live = JSON.parse((await callAdmin(gateway, "/stats")).text) as Stats;
  await gateway.close();
  const { settings, reading } = await replayed(gateway, options);
  const [figures] = settings as [Figures];
  expect(reading).toMatchObject({ calls: outcomes.length, broken: 0, missing: 0, clockJumps: 0 });
  expect(figures.outcomes).toEqual(live.requests);
  expect(savedInReplay(figures)).toEqual(savedLive(live));
  expect(figures.money.spent).toBe(live.spent.inference.usd);
});
