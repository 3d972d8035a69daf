import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { openLog } from "../../src/cli/simulate/log-records.ts";
import type { Figures } from "../../src/cli/simulate/measures.ts";
import { simulate } from "../../src/cli/simulate/simulation.ts";
import { readSettings } from "../../src/options.ts";
import type { StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import type { BudgetRow } from "../benchmark.ts";
import { budgetRow } from "../budget.ts";
import type { Server } from "../servers/servers.ts";
import type { AgentTrace } from "./agent-trace.ts";
import { replay } from "./replay-client.ts";

/**
 * Whether `reprise simulate` says of a recorded agent what a gateway counted when it served the same calls: once from the
 * gateway's own access log, and once from the recording, of which it is told no tokens and so no money. The calls come
 * one after the other, since a recording does not say which of them overlapped.
 */

/** What the gateway is configured with, and the replay as well. Jitter is drawn, and a replay would draw otherwise. */
const layers = { exact: { ttlJitter: 0 }, semantic: { mode: "off" } };

export interface Counted {
  readonly outcomes: Readonly<Record<string, number>>;
  /** By layer, what was booked as saved. */
  readonly saved: Readonly<Record<string, { readonly answers: number; readonly usd: string }>>;
  readonly spent: string;
}

/** Writes the configuration of the gateway, and tells where. */
export function configure(folder: string): string {
  const file = join(folder, "agreement.json");
  writeFileSync(file, JSON.stringify({ layers, telemetry: { accessLog: {} } }));
  return file;
}

/** The calls twice, of which the first time every second is streamed, and the second time the others. Ends the gateway. */
export async function countedLive(gateway: Server, trace: AgentTrace, folder: string): Promise<Counted> {
  const url = `http://${gateway.host}:${gateway.port}`;
  for (const rest of [0, 1]) await replay(`${url}/v1`, trace, ({ index }) => index % 2 === rest, 1);
  const authorization = `Bearer ${readFileSync(join(folder, "admin-token"), "utf8").trim()}`;
  const response = await fetch(`${url}/admin/v1/stats`, { headers: { authorization } });
  if (!response.ok) throw new Error(`The gateway does not tell its figures: ${response.status}`);
  const { requests, saved, spent } = (await response.json()) as StatsReport;
  // What waits to be logged is written then.
  await gateway.child.stop();
  const booked = Object.entries(saved).map(([layer, { answers, usd }]) => [layer, { answers, usd: usd.list }] as const);
  return { outcomes: requests, saved: Object.fromEntries(booked), spent: spent.inference.usd };
}

/** The gateway's own log, played again. */
export function fromLog(folder: string): Promise<Counted> {
  return played(join(folder, "access.jsonl"));
}

/** The first `trajectories` of the recording, twice, as the importer reads them. */
export function fromRecording(path: string, trajectories: number, folder: string): Promise<Counted> {
  const all = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as readonly unknown[];
  const some = all.slice(0, trajectories);
  const file = join(folder, "recording.json.gz");
  writeFileSync(file, gzipSync(JSON.stringify([...some, ...some])));
  return played(file);
}

async function played(file: string): Promise<Counted> {
  const read = readSettings({ layers });
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const setting = { name: "the same", settings: read.settings };
  const { reading, broken, settings } = await simulate(openLog(file), { format: undefined, model: "gpt-4o" }, [
    setting,
  ]);
  if (broken !== undefined || reading.broken + reading.missing > 0)
    throw new Error(`${file} is not whole: ${broken ?? JSON.stringify(reading)}`);
  const { outcomes, layers: booked, money } = settings[0] as Figures;
  const saved = booked.map(({ layer, answers, usd }) => [layer, { answers, usd }] as const);
  return { outcomes, saved: Object.fromEntries(saved), spent: money.spent };
}

/** Rows that are 0 where both say the same. */
export function agreementRows(live: Counted, log: Counted, recording: Counted): readonly BudgetRow[] {
  const against = "what the gateway counted";
  const none = (what: string, unit: string, value: number) =>
    budgetRow(what, against, [value], { must: 0, better: "lower", unit }, { interleaved: false });
  return [
    none("simulate, the gateway's log: calls that end otherwise", "calls", callsApart(live, log)),
    none("simulate, the gateway's log: answers booked for another layer", "answers", answersApart(live, log)),
    none("simulate, the gateway's log: money saved or spent otherwise", "µUSD", microApart(live, log)),
    none("simulate, the recording: calls that end otherwise", "calls", callsApart(live, recording)),
  ];
}

function callsApart({ outcomes: one }: Counted, { outcomes: other }: Counted): number {
  return sumOver(one, other, (kind) => Math.abs((one[kind] ?? 0) - (other[kind] ?? 0)));
}

function answersApart({ saved: one }: Counted, { saved: other }: Counted): number {
  return sumOver(one, other, (layer) => Math.abs((one[layer]?.answers ?? 0) - (other[layer]?.answers ?? 0)));
}

function microApart(one: Counted, other: Counted): number {
  const apart = (here = "0", there = "0"): number => Math.abs(micro(here) - micro(there));
  const saved = sumOver(one.saved, other.saved, (layer) => apart(one.saved[layer]?.usd, other.saved[layer]?.usd));
  return saved + apart(one.spent, other.spent);
}

function micro(usd: string): number {
  return Math.round(Number(usd) * 1_000_000);
}

function sumOver(one: object, other: object, apart: (name: string) => number): number {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].reduce((sum, name) => sum + apart(name), 0);
}
