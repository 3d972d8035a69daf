import { escaped } from "../tune/svg-plot.ts";
import { percent } from "../tune/text-plot.ts";
import { instantText } from "./simulation-report.ts";

/** Pictures as SVG within a page, in the page's colours: classes `c0`, `c1`, … fill and stroke. */

const size = { width: 760, height: 260, left: 56, right: 16, top: 14, bottom: 34 };
const across = size.width - size.left - size.right;
const down = size.height - size.top - size.bottom;
const steps = [0, 0.25, 0.5, 0.75, 1];

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly share: number }[];
}

/** Shares over time, one line each, up to the highest quarter that occurs. */
export function lineChart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap(({ points }) => points);
  const [first, last] = [Math.min(...points.map(({ at }) => at)), Math.max(...points.map(({ at }) => at))];
  const top = Math.max(0.25, Math.ceil(Math.max(0, ...points.map(({ share }) => share)) * 4) / 4);
  const x = (at: number) => (size.left + ((at - first) / Math.max(1, last - first)) * across).toFixed(1);
  const y = (share: number) => (size.top + (1 - share / top) * down).toFixed(1);
  return figure(title, [
    ...steps.flatMap((step) => gridLine(y(step * top), percent(step * top))),
    `<text x="${size.left}" y="${size.height - 10}">${instantText(first)}</text>`,
    `<text x="${size.width - size.right}" y="${size.height - 10}" text-anchor="end">${instantText(last)}</text>`,
    ...lines.map(
      ({ points }, index) =>
        `<polyline class="line c${index % colours}" points="${points.map(({ at, share }) => `${x(at)},${y(share)}`).join(" ")}"/>`,
    ),
  ]);
}

export interface Bar {
  readonly name: string;
  readonly parts: readonly { readonly value: number; readonly label: string }[];
}

const barHeight = 26;
const barGap = 16;
const nameWidth = 200;

/** One bar a row, its parts beside one another, all to one scale. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(1e-12, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const room = size.width - nameWidth - size.right;
  const height = bars.length * (barHeight + barGap);
  const rows = bars.flatMap(({ name, parts }, row) => {
    const y = row * (barHeight + barGap);
    let x = nameWidth;
    const drawn = parts.map(({ value, label }, index) => {
      const width = (value / most) * room;
      const part = `<rect class="c${index % colours}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}"><title>${escaped(label)}</title></rect>`;
      x += width;
      return part;
    });
    return [`<text x="0" y="${y + 17}">${escaped(name)}</text>`, ...drawn];
  });
  return figure(title, rows, height);
}

export const colours = 6;

export function legend(names: readonly string[]): string {
  const items = names.map((name, index) => `<li><i class="c${index % colours}"></i>${escaped(name)}</li>`);
  return `<ul class="legend">${items.join("")}</ul>`;
}

function gridLine(y: string, label: string): readonly string[] {
  return [
    `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}"/>`,
    `<text x="${size.left - 6}" y="${y}" dy="4" text-anchor="end">${label}</text>`,
  ];
}

function figure(title: string, inside: readonly string[], height: number = size.height): string {
  return [
    `<svg role="img" aria-label="${escaped(title)}" viewBox="0 0 ${size.width} ${height}">`,
    ...inside,
    "</svg>",
  ].join("\n");
}
