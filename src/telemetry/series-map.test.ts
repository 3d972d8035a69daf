import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeriesMap } from "./series-map.ts";

const names = ["a", "b", "c"];
const values = fc.tuple(...names.map(() => fc.constantFrom("", "x", "y", "x\ny", "other")));
const step = fc.oneof(
  { weight: 4, arbitrary: values.map((at) => ({ at })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.constantFrom("x", "other")).map((drop) => ({ drop })),
  },
);

describe("SeriesMap", () => {
  it("keeps what a list of all series would keep, in its order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const series = new SeriesMap(names, () => ({ count: 0 }));
        let kept: { labels: Record<string, string>; state: { count: number } }[] = [];
        for (const each of steps) {
          if ("drop" in each) {
            const [name, value] = each.drop;
            series.drop(name, value);
            kept = kept.filter(({ labels }) => labels[name] !== value);
            continue;
          }
          const labels = Object.fromEntries(names.map((name, place) => [name, each.at[place] as string]));
          const known = kept.find(({ labels: there }) => names.every((name) => there[name] === labels[name]));
          if (known === undefined) kept.push({ labels, state: { count: 1 } });
          else known.state.count += 1;
          series.at(...each.at).count += 1;
        }
        expect([...series.all()].map(({ labels, state }) => ({ labels, state }))).toEqual(kept);
      }),
    );
  });

  it("has one series where there are no labels", () => {
    const series = new SeriesMap([], () => ({ count: 0 }));
    series.at().count += 1;
    series.at().count += 1;
    expect([...series.all()].map(({ labels, state }) => [labels, state.count])).toEqual([[{}, 2]]);
  });

  it("tells a new series what it is of, and begins it anew when it was dropped", () => {
    const made: (readonly string[])[] = [];
    const series = new SeriesMap(["a", "b"], (labelValues) => made.push(labelValues));
    series.at("x", "y");
    series.at("x", "y");
    series.drop("b", "y");
    series.at("x", "y");
    expect(made).toEqual([
      ["x", "y"],
      ["x", "y"],
    ]);
  });
});
