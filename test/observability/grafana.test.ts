import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PrometheusServer, startPrometheus } from "../services/prometheus.ts";
import { describeWithServices } from "../services/required.ts";
import { metricNames, unknownMetrics } from "./promql-recipes.ts";

/** What of a dashboard can be wrong without anybody noticing: its form, its queries, and metrics that there are not. */

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly Panel[];
}

const dashboard = JSON.parse(
  readFileSync(new URL("../../ops/grafana/reprise.json", import.meta.url), "utf8"),
) as Dashboard;
const drawn = dashboard.panels.filter(({ type }) => type !== "row");
const targets = drawn.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** As Grafana puts them in. */
function withValues(expression: string): string {
  const values = { $__rate_interval: "5m", $__range: "6h", $job: ".*", $instance: ".*" };
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), expression);
}

test("is a dashboard that Grafana takes: ids are its own, nothing overlaps, every query has its source", () => {
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = new Set<string>();
  for (const { gridPos, title } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(cells.has(`${x},${y}`), title).toBe(false);
        cells.add(`${x},${y}`);
      }
  }
  for (const { title, targets = [] } of drawn) expect(targets.length, title).toBeGreaterThan(0);
  for (const { datasource, title } of targets) expect(datasource.uid, title).toBe(`\${datasource}`);
});

test("uses only variables that it has", () => {
  const known = new Set(["__rate_interval", "__range", ...dashboard.templating.list.map(({ name }) => name)]);
  const used = targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  expect(used.filter((name) => !known.has(name ?? ""))).toEqual([]);
});

test("names only metrics that there are", async () => {
  const known = await metricNames();
  for (const { expr, title } of targets) expect(unknownMetrics(expr, known), title).toEqual([]);
  for (const { definition = "" } of dashboard.templating.list) expect(unknownMetrics(definition, known)).toEqual([]);
});

describeWithServices("prometheus", "the queries of the dashboard", () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await startPrometheus();
  });
  afterAll(() => prometheus?.stop());

  test("can all be read", async () => {
    expect(targets.length).toBeGreaterThan(40);
    for (const { expr, title } of targets)
      await expect(prometheus.query(withValues(expr)), title).resolves.toBeInstanceOf(Array);
    await expect(prometheus.query("sum(rate(reprise_requests_total))")).rejects.toThrow(/expected/);
  });
});
