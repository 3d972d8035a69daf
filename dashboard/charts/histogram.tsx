import { useState } from "preact/hooks";
import { count } from "../format/numbers.ts";
import { DataTable } from "../parts/data-table.tsx";
import { Empty } from "../parts/loaded.tsx";

export interface HistogramProps {
  readonly title: string;
  /** Upper bounds, ascending; `counts` has one more. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly empty: string;
}

/** How many fell into each range. */
export function Histogram({ title, bounds, counts, empty }: HistogramProps) {
  const [isTable, setTable] = useState(false);
  const ranges = rangesOf(bounds, counts);
  const most = Math.max(...ranges.map(({ value }) => value), 0);
  if (most === 0) return <Empty title="Nothing yet">{empty}</Empty>;
  return (
    <figure class="chart" aria-label={title}>
      {isTable ? (
        <DataTable
          caption={title}
          rows={ranges}
          keyOf={({ name }) => name}
          columns={[
            { title: "Range", cell: ({ name }) => name },
            { title: "Questions", isNumber: true, cell: ({ value }) => count(value) },
          ]}
        />
      ) : (
        <div aria-hidden="true">
          <div class="bars">
            {ranges.map(({ name, value }) => (
              <span key={name} title={`${name}: ${count(value)}`} style={{ height: `${heightOf(value, most)}%` }} />
            ))}
          </div>
          <div class="bars-axis numbers">
            {ranges.map(({ name, label }, at) => (
              <span key={name}>{at % 2 === 0 || ranges.length < 9 ? label : ""}</span>
            ))}
          </div>
        </div>
      )}
      <div class="row">
        <button class="button small" type="button" onClick={() => setTable(!isTable)}>
          {isTable ? "Show as chart" : "Show as table"}
          <span class="hidden"> ({title})</span>
        </button>
      </div>
    </figure>
  );
}

/** What is there at all can be seen. */
function heightOf(value: number, most: number): number {
  return value === 0 ? 0 : Math.max(2, (value / most) * 100);
}

/** Without a last range above the largest possible value that nothing can fall into. */
function rangesOf(bounds: readonly number[], counts: readonly number[]) {
  const ranges = counts.map((value, at) => {
    const from = bounds[at - 1];
    const to = bounds[at];
    const name = from === undefined ? `up to ${to}` : to === undefined ? `above ${from}` : `${from} to ${to}`;
    return { name, label: to === undefined ? "" : String(to).replace(/^0\./, "."), value };
  });
  return ranges.at(-1)?.value === 0 ? ranges.slice(0, -1) : ranges;
}
