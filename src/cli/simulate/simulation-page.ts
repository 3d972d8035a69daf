import { escaped } from "../tune/svg-plot.ts";
import { dollarText, rows } from "./figures-text.ts";
import type { Figures } from "./measures.ts";
import type { Simulation } from "./simulation.ts";
import { headOf, remarksOf } from "./simulation-report.ts";
import { barChart, legend, lineChart } from "./svg-charts.ts";

/** The report as a page that needs nothing else: no script, no request, in light and in dark. */

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --soft: #dfe3e8; --muted: #5b6673;
  --c0: #2563eb; --c1: #d97706; --c2: #059669; --c3: #db2777; --c4: #7c3aed; --c5: #64748b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #12161c; --soft: #2c3440; --muted: #9aa5b1;
  --c0: #60a5fa; --c1: #fbbf24; --c2: #34d399; --c3: #f472b6; --c4: #a78bfa; --c5: #94a3b8; } }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; } p, li { color: var(--muted); }
.wide { overflow-x: auto; } table { border-collapse: collapse; } caption { text-align: left; color: var(--muted); }
th, td { padding: .3rem .9rem .3rem 0; text-align: left; border-bottom: 1px solid var(--soft); white-space: nowrap; }
th[scope=row] { font-weight: 400; white-space: pre; } td { font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg text { fill: var(--muted); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--soft); } .line { fill: none; stroke-width: 2; }
${[0, 1, 2, 3, 4, 5].map((index) => `.c${index} { fill: var(--c${index}); background: var(--c${index}); } .line.c${index} { fill: none; stroke: var(--c${index}); }`).join("\n")}
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; padding: 0; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem; }
`;

const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function pageOf(simulation: Simulation): string {
  const { settings } = simulation;
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>What a cache would have saved</title><style>${style}</style></head><body>`,
    `<h1>What a cache would have saved</h1><p>${escaped(headOf(simulation))}</p>`,
    table(settings),
    ...remarksOf(simulation).map((remark) => `<p>${escaped(remark.trim())}</p>`),
    "<h2>How calls were answered</h2>",
    barChart("How calls were answered, by setting", settings.map(outcomesOf)),
    legend(kinds.map(({ name }) => name)),
    "<h2>What was spent, and what was saved</h2>",
    barChart("Dollars spent at origins and saved, by setting", settings.map(moneyOf)),
    legend(["spent at origins", "saved"]),
    "<h2>Hit rate over time</h2>",
    lineChart("Hit rate over time, by setting", settings.map(hitRateOf)),
    legend(settings.map(({ name }) => name)),
    "</body></html>",
    "",
  ].join("\n");
}

function table(settings: readonly Figures[]): string {
  const lines = rows
    .map(([name, cellOf]) => ({ name, cells: settings.map(cellOf) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const head = settings.map(({ name }) => `<th scope="col">${escaped(name)}</th>`).join("");
  const body = lines.map(
    ({ name, cells }) =>
      `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return `<div class="wide"><table><caption>By setting</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

type Outcomes = Figures["outcomes"];

const layerAnswers = (figures: Figures, layer: string): number =>
  figures.layers.find((one) => one.layer === layer)?.answers ?? 0;

const kinds: readonly { readonly name: string; readonly of: (figures: Figures) => number }[] = [
  { name: "exact", of: (figures) => layerAnswers(figures, "exact") },
  { name: "semantic", of: (figures) => layerAnswers(figures, "semantic") },
  { name: "embedding", of: (figures) => layerAnswers(figures, "embedding") },
  { name: "coalesced", of: ({ outcomes }) => outcomes.coalesced },
  { name: "origin", of: ({ outcomes }: { outcomes: Outcomes }) => outcomes.miss + outcomes.refresh + outcomes.bypass },
  { name: "error", of: ({ outcomes }) => outcomes.error },
];

function outcomesOf(figures: Figures) {
  return {
    name: figures.name,
    parts: kinds.map(({ name, of }) => ({ value: of(figures), label: `${name}: ${of(figures)}` })),
  };
}

function moneyOf({ name, money }: Figures) {
  const parts = [
    { value: Number(money.spent), label: `spent: ${dollarText(money.spent)}` },
    { value: Number(money.saved), label: `saved: ${dollarText(money.saved)}` },
  ];
  return { name, parts };
}

function hitRateOf({ name, overTime }: Figures) {
  return { name, points: overTime.map(({ at, calls, hits }) => ({ at, share: hits / Math.max(1, calls) })) };
}
