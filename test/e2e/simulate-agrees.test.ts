import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openLog } from "../../src/cli/simulate/log-records.ts";
import type { Figures } from "../../src/cli/simulate/measures.ts";
import { type Simulation, simulate } from "../../src/cli/simulate/simulation.ts";
import { readSettings } from "../../src/options.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer } from "./chat-call.ts";
import { bodyOf, callsOf, recordedPlan, trajectories } from "./recorded-trajectories.ts";
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

function played(file: string, settings: object): Promise<Simulation> {
  const reading = readSettings(settings);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const options = { format: undefined, model: "gpt-4o" };
  return simulate(openLog(file), options, [{ name: "the same", settings: reading.settings }]);
}

const replayed = ({ folder }: RunningGateway, settings: object) => played(join(folder, "access.jsonl"), settings);

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

test.each(trajectories())("agents whose calls are %s are the same in the log, and in the recording", async (_, all) => {
  const telemetry = { logLevel: "silent", accessLog: {} };
  const { origin, gateway } = await runBoth({ ...inMemory, layers, telemetry });
  const calls = callsOf(all);
  origin.plan(recordedPlan(calls));
  for (const call of calls) await ask(gateway, bodyOf(call, calls), bearer("agent"));
  const live = JSON.parse((await callAdmin(gateway, "/stats")).text) as Stats;
  await gateway.close();
  const [fromLog] = (await replayed(gateway, { layers })).settings as [Figures];
  expect(fromLog.outcomes).toEqual(live.requests);
  expect(savedInReplay(fromLog)).toEqual(savedLive(live));
  expect(fromLog.money.spent).toBe(live.spent.inference.usd);
  expect(fromLog.outcomes.hit).toBeGreaterThan(0);
  // The recording tells no tokens, and so no money.
  const recording = join(gateway.folder, "recording.json.gz");
  writeFileSync(recording, gzipSync(JSON.stringify(all)));
  const [fromRecording] = (await played(recording, { layers })).settings as [Figures];
  expect(fromRecording.outcomes).toEqual(live.requests);
});
