import type { Report } from "../commands/report.ts";
import { percent, textPlot } from "./text-plot.ts";
import { textTable } from "./text-table.ts";
import { bestOf, type Cost, thinned } from "./trade-off.ts";
import type { Tuning } from "./tuning.ts";

/** What was found, for people and for programs. */

const shares = [0.001, 0.003, 0.01, 0.03, 0.1];
const mostPoints = 200;

export function reportOf(file: string, likenessBy: string | undefined, tuning: Tuning): Report {
  const { totals, allowed, by, thresholds, threshold, targets, target, firstWrong } = tuning;
  const counts = `${totals.records} records, ${totals.right} right and ${totals.records - totals.right} wrong`;
  const vetoed = totals.vetoed > 0 ? `; guards vetoed ${totals.vetoed}` : "";
  const text = [
    `${file}: ${counts}${vetoed}${likenessBy === undefined ? "" : `; similarity by ${likenessBy}`}`,
    "",
    textPlot({ costs: thresholds, allowed, best: threshold }),
    "",
    thresholdTable(tuning),
    ...(targets === undefined ? [] : ["", targetTable(targets)]),
    ...(firstWrong.length === 0
      ? []
      : [
          "",
          `Wrong ones that are most like right ones, on ${firstWrong.length === 1 ? "line" : "lines"} ${firstWrong.join(", ")}.`,
        ]),
    "",
    threshold === undefined
      ? `No threshold is sure to keep wrong hits to ${percent(allowed)}.${few(totals.records, allowed)}`
      : by === "score"
        ? `At most ${percent(allowed)} wrong hits: scores from ${threshold.threshold}`
        : `At most ${percent(allowed)} wrong hits, strategy threshold: layers.semantic.threshold: ${threshold.threshold}`,
    ...(targets === undefined
      ? []
      : [
          target === undefined
            ? `No target is sure to keep wrong hits to ${percent(allowed)}.`
            : `At most ${percent(allowed)} wrong hits, strategy verified: layers.semantic.target: ${target.target}`,
        ]),
  ].join("\n");
  const json = {
    file,
    ...totals,
    allowed,
    by,
    ...(likenessBy === undefined ? {} : { embedder: likenessBy }),
    recommended: { threshold: threshold ?? null, target: target ?? null },
    firstWrong,
    thresholds: thinned(thresholds, mostPoints),
    ...(targets === undefined ? {} : { targets }),
  };
  return { json, text };
}

/** Few labels can show little, however right they all are. */
function few(records: number, allowed: number): string {
  const needed = Math.ceil(3.84 / allowed);
  return records < 4 * needed ? ` It takes ${needed} hits without a wrong one to show that.` : "";
}

function thresholdTable({ thresholds, allowed }: Tuning): string {
  const wanted = [...new Set([...shares, allowed])].sort((one, other) => one - other);
  return textTable(
    ["allowed", "threshold", "hit rate", "right ones served", "wrong hits", "between (95 %)"],
    wanted.map((share) => {
      const best = bestOf(thresholds, share);
      return best === undefined
        ? [percent(share), "none"]
        : [percent(share), best.threshold.toFixed(4), ...cellsOf(best)];
    }),
  );
}

function targetTable(targets: NonNullable<Tuning["targets"]>): string {
  return textTable(
    ["target", "hit rate", "right ones served", "wrong hits", "between (95 %)"],
    targets.map((cost) => (cost.hits === 0 ? [String(cost.target), "none"] : [String(cost.target), ...cellsOf(cost)])),
  );
}

function cellsOf({ hits, wrong, hitRate, servedRight, lower, upper }: Cost): readonly string[] {
  return [percent(hitRate), percent(servedRight), `${wrong} of ${hits}`, `${percent(lower)} to ${percent(upper)}`];
}
