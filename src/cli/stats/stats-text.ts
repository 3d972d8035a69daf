import type { StatsReport, TimeseriesReport } from "../../telemetry/rollups/stats-report.ts";
import { countText, dollarsText, durationText, shareText } from "./figures.ts";
import { sparkline, squeezed } from "./sparkline.ts";

/** What `reprise stats` shows: calls, what each layer saved, and how both went over time. */

export interface Shown {
  readonly stats: StatsReport;
  readonly series: {
    readonly calls: TimeseriesReport;
    readonly usd: TimeseriesReport;
    readonly miss: TimeseriesReport;
  };
}

const sparkWidth = 60;

export function statsText({ stats, series }: Shown): string {
  const { nodes, complete, window, since } = stats;
  const processes = nodes.length === 1 ? "1 process" : `${nodes.length} processes`;
  return [
    `The last ${window}, of ${processes}, since ${since.slice(0, 16).replace("T", " ")} UTC`,
    ...(complete ? [] : ["Not all of it could be read: there may be more."]),
    "",
    callsLine(stats),
    "",
    ...layersTable(stats),
    "",
    ...moneyLines(stats),
    ...semanticLines(stats),
    ...unpricedLines(stats),
    ...promptLines(stats),
    "",
    ...latencyLines(stats),
    "",
    ...sparkLines(series),
  ].join("\n");
}

const outcomeNames = {
  hit: "hit",
  stale: "stale",
  coalesced: "joined",
  miss: "missed",
  refresh: "refreshed",
  bypass: "passed by",
  error: "failed",
} as const;

function callsLine({ calls, requests }: StatsReport): string {
  if (calls === 0) return "No calls.";
  const parts = Object.entries(outcomeNames).flatMap(([kind, name]) => {
    const count = requests[kind as keyof typeof requests];
    return count === 0 ? [] : [`${name} ${countText(count)} (${shareText(count, calls)})`];
  });
  return `${countText(calls)} ${calls === 1 ? "call" : "calls"}: ${parts.join(", ")}`;
}

function layersTable({ calls, saved, gross }: StatsReport): readonly string[] {
  const rows = Object.entries(saved)
    .filter(([, { hits, answers, wrong }]) => hits > 0 || answers !== 0 || wrong > 0)
    .map(([name, { hits, answers, wrong, tokens, usd, timeMs }]) => [
      name,
      countText(hits),
      shareText(hits, calls),
      countText(answers),
      countText(wrong),
      countText(tokens.inputTokens + tokens.outputTokens),
      dollarsText(usd.list),
      dollarsText(usd.conservative),
      durationText(timeMs),
    ]);
  if (rows.length === 0) return ["Nothing was saved."];
  const { list, conservative } = gross.usd;
  const total = [
    "together",
    "",
    "",
    "",
    "",
    "",
    dollarsText(list),
    dollarsText(conservative),
    durationText(gross.timeMs),
  ];
  const head = ["saved by", "hits", "of calls", "booked", "wrong", "tokens", "list price", "at least", "time"];
  return aligned([head, ...rows, ...(rows.length > 1 ? [total] : [])]);
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join("  ")
      .trimEnd(),
  );
}

function moneyLines({ spent, overhead, net }: StatsReport): readonly string[] {
  return [
    `Paid for answers: ${dollarsText(spent.inference.usd)}. Look-ups cost: ${dollarsText(overhead.usd)}. ` +
      `Saved, without that: ${dollarsText(net.usd.list)}.`,
  ];
}

function semanticLines({ semantic: { looks, hits, wouldHits, observed } }: StatsReport): readonly string[] {
  if (looks === 0) return [];
  const found = hits > 0 ? `${countText(hits)} served` : "none served";
  const more = wouldHits > 0 ? `; ${countText(wouldHits)} more would have saved ${dollarsText(observed.usd)}` : "";
  return [`Like questions: ${countText(looks)} looked up, ${found}${more}.`];
}

function unpricedLines({ unpricedModels }: StatsReport): readonly string[] {
  const models = Object.entries(unpricedModels).sort(([, a], [, b]) => b - a);
  if (models.length === 0) return [];
  const named = models
    .slice(0, 3)
    .map(([model, answers]) => `${model === "" ? "(none)" : model} (${countText(answers)})`);
  const others = models.length > 3 ? ` and ${models.length - 3} more` : "";
  return [`Without a price: ${named.join(", ")}${others}.`];
}

function promptLines({ calls, prompts = {} }: Pick<StatsReport, "calls"> & Partial<StatsReport>): readonly string[] {
  const most = Object.entries(prompts).sort(([, a], [, b]) => b - a);
  if (most.length === 0) return [];
  const named = most.slice(0, 3).map(([prompt, count]) => `${prompt} (${shareText(count, calls)} of calls)`);
  const others = most.length > 3 ? ` and ${most.length - 3} more` : "";
  return [`Registered prompts: ${named.join(", ")}${others}.`];
}

function latencyLines({ latency }: StatsReport): readonly string[] {
  const line = (name: string, { count, p50, p95, p99 }: StatsReport["latency"]["hit"]) =>
    count === 0 ? [] : [[name, ...[p50, p95, p99].map((value) => durationText(value ?? 0))]];
  const rows = [...line("hits", latency.hit), ...line("misses", latency.miss)];
  return rows.length === 0 ? [] : aligned([["until ready", "median", "p95", "p99"], ...rows]);
}

function sparkLines({ calls, usd, miss }: Shown["series"]): readonly string[] {
  const line = (name: string, { points }: TimeseriesReport, combine: "sum" | "largest", last: string) => {
    const values = squeezed(
      points.map(([, value]) => value),
      sparkWidth,
      combine,
    );
    return `${name.padEnd(12)}${sparkline(values)}  ${last}`;
  };
  const newest = ({ points }: TimeseriesReport) => points.at(-1)?.[1] ?? 0;
  const slowest = newest(miss);
  return [
    line("calls", calls, "sum", `${countText(newest(calls))} in this ${calls.step}`),
    line("saved", usd, "sum", `${dollarsText(String(newest(usd)))} in this ${usd.step}`),
    line("misses p95", miss, "largest", slowest === 0 ? "none now" : durationText(slowest)),
  ];
}
