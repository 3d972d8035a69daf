import type { StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import type { Desk, Exchange, Status } from "./desk.ts";
import type { Model } from "./model.ts";
import { costOf, dollars } from "./prices.ts";

/**
 * The books of the day, kept twice: by the gateway in its ledger, and here from the answers that the desk got and the
 * bill that the models wrote. They must agree to the last token and to the millionth of a dollar.
 */

const statuses: readonly Status[] = ["HIT", "STALE", "COALESCED", "MISS", "REFRESH", "BYPASS", "ERROR"];
const layers = ["exact", "semantic", "embedding", "coalescing"] as const;
type Layer = (typeof layers)[number];

interface Line {
  calls: number;
  tokens: number;
  picodollars: bigint;
}

interface Books {
  readonly byStatus: ReadonlyMap<Status, number>;
  readonly byLayer: ReadonlyMap<Layer, Line>;
}

/** What somebody who was there has counted. */
type Counted = Pick<Desk, "exchanges" | "reported">;
type Bill = Pick<Model, "answers" | "billed">;

function booksOf({ exchanges, reported }: Counted): Books {
  const byStatus = new Map<Status, number>(statuses.map((status) => [status, 0]));
  const byLayer = new Map(layers.map((layer) => [layer, { calls: 0, tokens: 0, picodollars: 0n } as Line]));
  for (const exchange of exchanges) {
    byStatus.set(exchange.status, (byStatus.get(exchange.status) ?? 0) + 1);
    book(byLayer, exchange, 1);
  }
  for (const exchange of reported) book(byLayer, { ...exchange, status: "MISS" }, -1);
  return { byStatus, byLayer };
}

/** Calls are counted of the layer that answered whole, tokens also of one that had a part of the answer. */
function book(byLayer: Books["byLayer"], exchange: Exchange, sign: 1 | -1): void {
  const { status, layer, wish, model, saved } = exchange;
  const isVectors = typeof wish.ask !== "string";
  const by = (isVectors ? "embedding" : (layer ?? "coalescing")) as Layer;
  const line = byLayer.get(by);
  if (line === undefined) throw new Error(`The desk was answered by a layer that it does not know: ${by}.`);
  if (status === "HIT" || status === "STALE" || status === "COALESCED") line.calls++;
  line.tokens += sign * (saved.input + saved.output);
  line.picodollars += BigInt(sign) * costOf(model, saved);
}

/** What the gateway says otherwise; nothing when the books balance. */
export function differences(desk: Counted, model: Bill, stats: StatsReport): readonly string[] {
  const { byStatus, byLayer } = booksOf(desk);
  const pairs: (readonly [what: string, here: string | number, there: string | number])[] = [];
  for (const [status, calls] of byStatus) {
    const kind = status.toLowerCase() as Lowercase<Status>;
    pairs.push([`calls with status ${status}`, calls, stats.requests[kind]]);
  }
  for (const [layer, { calls, tokens, picodollars }] of byLayer) {
    const { hits, tokens: told, usd } = stats.saved[layer];
    pairs.push([`answers of ${layer}`, calls, hits]);
    pairs.push([`tokens saved by ${layer}`, tokens, told.inputTokens + told.outputTokens]);
    pairs.push([`dollars saved by ${layer}`, dollars(picodollars, 6), Number(usd.list).toFixed(6)]);
  }
  const { inference } = stats.spent;
  const passed = desk.exchanges.filter(({ status, httpStatus }) => status === "BYPASS" && httpStatus === 200);
  const past = passed.reduce((sum, exchange) => sum + costOf(exchange.model, exchange.passed), 0n);
  pairs.push(["answers on the models' bill", model.answers - passed.length, inference.answers]);
  pairs.push(["dollars on the models' bill", dollars(model.billed - past, 6), Number(inference.usd).toFixed(6)]);
  const wrong = layers.reduce((sum, layer) => sum + stats.saved[layer].wrong, 0);
  pairs.push(["answers reported as wrong", desk.reported.length, wrong]);
  return pairs
    .filter(([, here, there]) => here !== there)
    .map(([what, here, there]) => `${what}: the desk counts ${here}, the gateway ${there}`);
}

/** The day as a table. */
export function report(desk: Counted, model: Bill): string {
  const { byStatus, byLayer } = booksOf(desk);
  const rows = statuses.map((status) => [status, String(byStatus.get(status))]);
  const saved = [...byLayer].map(([layer, { calls, tokens, picodollars }]) => [
    layer,
    String(calls),
    String(tokens),
    dollars(picodollars),
  ]);
  const sum = [...byLayer.values()].reduce((total, { picodollars }) => total + picodollars, 0n);
  const calls = desk.exchanges.length;
  return [
    table(["answer", "calls"], [...rows, ["all", String(calls)]]),
    "",
    table(["layer", "answers", "tokens not computed", "USD saved"], saved),
    "",
    `The models were asked for ${model.answers} answers and billed USD ${dollars(model.billed)}; USD ${dollars(sum)} were saved.`,
  ].join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return [line(head), widths.map((width) => "-".repeat(width)), ...rows.map(line)]
    .map((cells) => cells.join("  "))
    .join("\n");
}
