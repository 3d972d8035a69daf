import type { Exchange, Status } from "./desk.ts";

/** What the day cost, and what it would have cost: every figure is counted or measured in this run. */

/** USD per million tokens; an assumption, printed with the result. */
export interface Prices {
  readonly input: number;
  readonly output: number;
}

interface Line {
  readonly status: Status;
  readonly calls: number;
  readonly savedTokens: number;
  /** `undefined` where nothing was saved or nothing can be compared. */
  readonly savedMs: number | undefined;
  readonly medianMs: number;
}

const order: readonly Status[] = ["HIT", "STALE", "COALESCED", "MISS", "REFRESH", "BYPASS", "ERROR"];
const answeredWithoutOrigin: ReadonlySet<Status> = new Set(["HIT", "STALE", "COALESCED"]);

/** The report as text. `originCalls` is what the origin itself has counted. */
export function report(exchanges: readonly Exchange[], originCalls: number, prices: Prices): string {
  const computedMs = computingTimes(exchanges);
  const lines = order.flatMap((status) => lineOf(status, exchanges, computedMs));
  const saved = exchanges.filter(({ status }) => answeredWithoutOrigin.has(status));
  const input = saved.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const output = saved.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  const savedMs = lines.reduce((sum, line) => sum + (line.savedMs ?? 0), 0);
  const dollars = (input * prices.input + output * prices.output) / 1_000_000;
  const rows = lines.map(({ status, calls, savedTokens, savedMs: ms, medianMs }) => [
    status,
    String(calls),
    `${medianMs.toFixed(1)} ms`,
    savedTokens === 0 ? "-" : String(savedTokens),
    ms === undefined ? "-" : seconds(ms),
  ]);
  const total = ["all", String(exchanges.length), "", String(input + output), seconds(savedMs)];
  return [
    table(["answer", "calls", "median time", "tokens not computed", "time saved"], [...rows, total]),
    "",
    `calls made            ${exchanges.length}`,
    `calls to the origin   ${originCalls}`,
    `tokens not computed   ${input} input, ${output} output, as the origin counts them`,
    `time saved            ${seconds(savedMs)}: for each hit and stale answer, the time the same question took when the origin computed it, less the time it took now`,
    `money saved           USD ${dollars.toFixed(4)} at an assumed USD ${prices.input.toFixed(2)} per million input tokens and USD ${prices.output.toFixed(2)} per million output tokens`,
  ].join("\n");
}

/** How long each question took when the origin computed its answer. */
function computingTimes(exchanges: readonly Exchange[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const exchange of exchanges) {
    if (exchange.status === "MISS" || exchange.status === "REFRESH") times.set(keyOf(exchange), exchange.durationMs);
  }
  return times;
}

function lineOf(status: Status, exchanges: readonly Exchange[], computedMs: ReadonlyMap<string, number>): Line[] {
  const these = exchanges.filter((exchange) => exchange.status === status);
  if (these.length === 0) return [];
  const tokens = these.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  // Whoever joined a call in flight saved tokens, but waited about as long as the one who made it.
  const comparable = status === "HIT" || status === "STALE";
  const savedMs = these.reduce((sum, one) => sum + (computedMs.get(keyOf(one)) ?? one.durationMs) - one.durationMs, 0);
  return [
    {
      status,
      calls: these.length,
      savedTokens: answeredWithoutOrigin.has(status) ? tokens : 0,
      savedMs: comparable ? savedMs : undefined,
      medianMs: median(these.map(({ durationMs }) => durationMs)),
    },
  ];
}

function keyOf({ team, question, version }: Exchange): string {
  return JSON.stringify([team, question, version]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("   ");
  const rule = widths.map((width) => "-".repeat(width)).join("   ");
  return [line(head), rule, ...rows.slice(0, -1).map(line), rule, line(rows.at(-1) ?? [])].join("\n");
}
