import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { count, nothing, shortCount } from "../format/numbers.ts";
import { clockTime, dayOf, instant } from "../format/times.ts";
import { DataTable } from "../parts/data-table.tsx";
import { Empty } from "../parts/loaded.tsx";
import { useStore } from "../shell/store.ts";
import { isDark } from "../shell/theme.ts";
import { dataOf, type PlotKind, plot, sizeOf } from "./plot.ts";
import { isEmpty, type Series, sumOf, type Timeline } from "./series.ts";
import { Swatch } from "./swatch.tsx";

export interface TimeChartProps extends Timeline {
  /** What it shows. */
  readonly title: string;
  readonly kind: PlotKind;
  /** Of a value; default: a whole number. */
  readonly format?: (value: number) => string;
  /** Of the axis; default: a short number. */
  readonly formatAxis?: (value: number) => string;
  /** What is said while there is nothing to draw. */
  readonly empty: string;
}

/** A picture for those who see it, with a legend that tells the values pointed at, and a table of the same. */
export function TimeChart(props: TimeChartProps) {
  const { title, times, series, format = count } = props;
  const [isTable, setTable] = useState(false);
  const [pointed, setPointed] = useState<number | undefined>();
  if (isEmpty(props)) return <Empty title="Nothing yet">{props.empty}</Empty>;
  const at = pointed === undefined ? undefined : times[pointed];
  return (
    <figure class="chart" aria-label={title}>
      <ul class="legend">
        {series.map((one) => (
          <li key={one.name}>
            <Swatch color={one.color} />
            {one.name}
            <span class="numbers">{shownValue(one, pointed, format)}</span>
          </li>
        ))}
        {at !== undefined && (
          <li class="legend-time numbers">
            {dayOf(at)}, {clockTime(at)}
          </li>
        )}
      </ul>
      {isTable ? <TimeTable {...props} format={format} /> : <Canvas {...props} onPoint={setPointed} />}
      <div class="row">
        <button class="button small" type="button" onClick={() => setTable(!isTable)}>
          {isTable ? "Show as chart" : "Show as table"}
          <span class="hidden"> ({title})</span>
        </button>
      </div>
    </figure>
  );
}

function Canvas(props: TimeChartProps & { onPoint(index: number | undefined): void }) {
  const { kind, times, series, formatAxis = shortCount, onPoint } = props;
  const dark = useStore(isDark);
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | undefined>(undefined);
  const look = series.map(({ name, color }) => `${name} ${color}`).join();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = plot({ kind, times, series, format: formatAxis, onPoint }, element);
    drawn.current = chart;
    const resized = new ResizeObserver(() => chart.setSize(sizeOf(element)));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
      drawn.current = undefined;
      onPoint(undefined);
    };
  }, [kind, look, dark]);
  useEffect(() => {
    drawn.current?.setData(dataOf({ kind, times, series }));
  }, [times, series]);
  return <div class="chart-canvas" ref={place} aria-hidden="true" />;
}

function TimeTable({ title, times, series, format }: TimeChartProps & { readonly format: (value: number) => string }) {
  const rows = times.map((time, at) => ({ time, at })).reverse();
  return (
    <div class="text-box">
      <DataTable
        caption={title}
        rows={rows}
        keyOf={({ time }) => time}
        columns={[
          { title: "From", cell: ({ time }) => instant(time) },
          ...series.map((one) => ({
            title: one.name,
            isNumber: true,
            cell: ({ at }: { readonly at: number }) => valueAt(one, at, format),
          })),
        ]}
      />
    </div>
  );
}

function shownValue(series: Series, pointed: number | undefined, format: (value: number) => string): string {
  if (pointed !== undefined) return valueAt(series, pointed, format);
  return series.total ?? format(sumOf(series));
}

function valueAt({ values }: Series, at: number, format: (value: number) => string): string {
  const value = values[at];
  return value === null || value === undefined ? nothing : format(value);
}
