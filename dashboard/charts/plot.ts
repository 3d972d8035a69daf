import uPlot from "uplot";
import { clockTime, dayOf } from "../format/times.ts";
import { columnSpan, type Series, stacked, type Timeline } from "./series.ts";

/** What uPlot draws, in the colours of the page. */

export type PlotKind = "stacked" | "lines";

export interface PlotParts extends Timeline {
  readonly kind: PlotKind;
  readonly format: (value: number) => string;
  /** Where the pointer is. */
  onPoint(index: number | undefined): void;
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Columns lie over each other, the tallest behind, so that what shows of each is its own part. Lines are drawn over a
 * logarithmic scale, since what they compare is of different sizes; it has no place for nought.
 */
export function dataOf({ kind, times, series }: Timeline & { readonly kind: PlotKind }): uPlot.AlignedData {
  const seconds = times.map((time) => time / 1_000);
  if (kind === "lines") return [seconds, ...series.map(({ values }) => values.map((value) => value || null))];
  return [seconds, ...stacked(series).reverse()];
}

export function plot(parts: PlotParts, place: HTMLElement): uPlot {
  const color = (name: string): string => getComputedStyle(place).getPropertyValue(name).trim();
  const drawn = parts.kind === "stacked" ? parts.series.toReversed() : parts.series;
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const axis = {
    stroke: color("--ink-muted"),
    font,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      ...sizeOf(place),
      padding: [12, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        ...(parts.kind === "stacked" && { x: { range: ({ data }) => columnSpan(data[0]) } }),
        y: parts.kind === "lines" ? { distr: 3 } : { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 64, values: (_plot, splits) => labelsOf(splits) },
        {
          ...axis,
          size: 56,
          space: 36,
          ...scaleMarks(parts),
          grid: { ...axis.grid, ...scaleMarks(parts) },
          values: (_plot, splits) => splits.map((value) => (value === null ? "" : parts.format(value))),
        },
      ],
      series: [{}, ...drawn.map((one) => seriesOf(one, parts.kind, color))],
      hooks: { setCursor: [({ cursor }) => parts.onPoint(cursor.idx ?? undefined)] },
    },
    dataOf(parts),
    place,
  );
}

export function sizeOf(place: HTMLElement): { readonly width: number; readonly height: number } {
  return { width: Math.max(1, place.clientWidth), height: Math.max(1, place.clientHeight) };
}

/** On a logarithmic scale only powers of ten, or there would be nine lines for each. */
function scaleMarks({ kind }: PlotParts): { readonly filter?: uPlot.Axis.Filter } {
  if (kind !== "lines") return {};
  return { filter: (_plot, splits) => splits.map((value) => (Number.isInteger(Math.log10(value)) ? value : null)) };
}

function seriesOf({ name, color }: Series, kind: PlotKind, look: (name: string) => string): uPlot.Series {
  const stroke = look(color);
  if (kind === "lines")
    return { label: name, stroke, width: 2, points: { show: true, size: 4, fill: stroke }, spanGaps: false };
  const paths = uPlot.paths.bars?.({ size: [0.82, 40], radius: 0 });
  return { label: name, fill: stroke, width: 0, points: { show: false }, ...(paths && { paths }) };
}

/** The hour; the day where a new one begins, or where there is nothing else. */
function labelsOf(splits: readonly number[]): string[] {
  const [first = 0, second = 0] = splits.map((seconds) => seconds * 1_000);
  const isOfDays = second - first >= dayMs / 2;
  return splits.map((seconds) => {
    const at = seconds * 1_000;
    const isMidnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
    return isOfDays || isMidnight ? dayOf(at) : clockTime(at);
  });
}
