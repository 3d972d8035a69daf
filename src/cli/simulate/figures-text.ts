import { sizeText } from "../../core/size-text.ts";
import { wilsonBounds } from "../../layers/semantic/boundary/wilson.ts";
import { percent } from "../tune/text-plot.ts";
import type { Figures, Verdicts } from "./measures.ts";

/** How figures are written for people, in the terminal and in the page. */

export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

const digits = 4;

/** Exact amounts have twelve decimals; here four digits that say something are enough. */
export function dollarText(usd: string): string {
  const amount = Number(usd);
  if (amount === 0) return "$0";
  const shown = Math.abs(amount) >= 1_000 ? amount.toFixed(0) : Number(amount.toPrecision(digits)).toString();
  return `$${shown}`.replace("$-", "-$");
}

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

export function durationText(ms: number): string {
  const [unit, size] = units.find(([, size]) => Math.abs(ms) >= size) ?? ["ms", 1];
  return `${Number((ms / size).toPrecision(3))} ${unit}`;
}

export interface WrongShare extends Verdicts {
  /** Of those that could be compared; `undefined` where none could. */
  readonly share: number | undefined;
  readonly lower: number;
  readonly upper: number;
}

/** With the bounds between which the true share lies (Wilson, 95 %). */
export function wrongShare({ right, wrong, unknown }: Verdicts): WrongShare {
  const compared = right + wrong;
  const bounds = wilsonBounds(wrong, compared);
  return { right, wrong, unknown, share: compared === 0 ? undefined : wrong / compared, ...bounds };
}

export function wrongText(verdicts: Verdicts): string {
  const { right, wrong, unknown, lower, upper } = wrongShare(verdicts);
  if (right + wrong + unknown === 0) return "";
  if (right + wrong === 0) return `none of ${countText(unknown)} could be compared`;
  const rest = unknown === 0 ? "" : `, ${countText(unknown)} not compared`;
  return `${countText(wrong)} of ${countText(right + wrong)} (${percent(lower)} to ${percent(upper)})${rest}`;
}

/** What each line of the table is called, and what it says of a setting; empty where it has nothing to say. */
export const rows: readonly (readonly [string, (figures: Figures) => string])[] = [
  ["calls", ({ calls }) => countText(calls)],
  ["hit rate", ({ hitRate }) => percent(hitRate)],
  ...(["exact", "semantic", "embedding", "coalescing"] as const).map(
    (layer) =>
      [
        `  ${layer}`,
        ({ layers, calls }: Figures) => {
          const found = layers.find((one) => one.layer === layer);
          return found === undefined ? "" : `${percent(found.answers / Math.max(1, calls))}, ${dollarText(found.usd)}`;
        },
      ] as const,
  ),
  ["calls to origins", ({ originCalls }) => countText(originCalls)],
  ["cost without a cache", ({ money }) => dollarText(money.without)],
  ["cost with it", ({ money }) => dollarText(money.spent)],
  ["saved, list price", ({ money }) => dollarText(money.saved)],
  ["saved, net", ({ money }) => dollarText(money.net)],
  ["time saved", ({ timeSavedMs }) => durationText(timeSavedMs)],
  ["latency, mean", ({ latency }) => `${durationText(latency.without.meanMs)} → ${durationText(latency.with.meanMs)}`],
  ["latency, p50", ({ latency }) => `${durationText(latency.without.p50Ms)} → ${durationText(latency.with.p50Ms)}`],
  ["latency, p95", ({ latency }) => `${durationText(latency.without.p95Ms)} → ${durationText(latency.with.p95Ms)}`],
  ["wrong hits, semantic", ({ wrongHits }) => wrongText(wrongHits)],
  [
    "observed: would hit",
    ({ observed, semantic }) =>
      semantic === "observe" ? `${countText(observed.wouldHit)}, ${dollarText(observed.usd)}` : "",
  ],
  [
    "observed: wrong",
    ({ observed: { right, wrong }, semantic }) =>
      semantic === "observe" ? wrongText({ right, wrong, unknown: 0 }) : "",
  ],
  ["store", ({ store }) => `${countText(store.entries)} entries, ${sizeText(store.bytes)}`],
  ["evicted", ({ store }) => countText(store.evictions)],
  ["other outcomes", ({ outcomes }) => othersOf(outcomes)],
  [
    "unpriced",
    ({ unpriced }) => {
      const answers = unpriced.reduce((sum, { answers }) => sum + answers, 0);
      return answers === 0 ? "" : countText(answers);
    },
  ],
];

function othersOf(outcomes: Figures["outcomes"]): string {
  return (["stale", "refresh", "bypass", "error"] as const)
    .filter((kind) => outcomes[kind] > 0)
    .map((kind) => `${countText(outcomes[kind])} ${kind}`)
    .join(", ");
}
