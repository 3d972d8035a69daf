import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { describeWithServices, requiredProgram } from "../services/required.ts";
import { type AlertHistory, alertCases } from "./alert-cases.ts";
import { metricNames, unknownMetrics } from "./promql-recipes.ts";

const run = promisify(execFile);
const files = ["recording.yaml", "alerts.yaml"].map((name) =>
  fileURLToPath(new URL(`../../ops/prometheus/${name}`, import.meta.url)),
);

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
}

const rules = files.flatMap((file) =>
  (parse(readFileSync(file, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
const alerts = rules.flatMap(({ alert }) => alert ?? []);

/** Runs the rules over a history and throws what promtool says where `alert` is not as it should be at its end. */
async function afterHistory(alert: string, { series, at, every = "1m" }: AlertHistory, fires: boolean): Promise<void> {
  const folder = temporaryFolder();
  const expectation = {
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
    eval_time: at,
    exp_samples: fires ? [{ labels: "{}", value: 1 }] : [],
  };
  const history = {
    rule_files: files,
    evaluation_interval: every,
    // Otherwise chance decides which of the two is first.
    group_eval_order: ["reprise-recording", "reprise-alerts"],
    tests: [
      {
        interval: every,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [expectation],
      },
    ],
  };
  writeFileSync(join(folder, "history.json"), JSON.stringify(history));
  await run(requiredProgram("promtool"), ["test", "rules", join(folder, "history.json")]);
}

test("rules name only metrics that there are, and what other rules record", async () => {
  const known = await metricNames();
  for (const { expr, alert, record } of rules) expect(unknownMetrics(expr, known), alert ?? record).toEqual([]);
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
  const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/\breprise:[a-z0-9_:]+/g)].map(([name]) => name));
  expect(asked.filter((name) => !recorded.has(name))).toEqual([]);
});

test("every alert has a history of each kind, and stands on the page that says what to do", () => {
  expect(Object.keys(alertCases).sort()).toEqual([...alerts].sort());
  const page = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8");
  for (const alert of alerts) expect(page).toContain(`| \`${alert}\` |`);
});

describeWithServices("promtool", "the rules for Prometheus", () => {
  test("can be read", async () => {
    const { stdout } = await run(requiredProgram("promtool"), ["check", "rules", ...files]);
    expect(stdout).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  test.each(alerts)("%s fires when it should, and is silent otherwise", async (alert) => {
    const { fires, silent } = alertCases[alert] as (typeof alertCases)[string];
    await afterHistory(alert, fires, true);
    await afterHistory(alert, silent, false);
  });

  test("a history with a wrong expectation is found out", async () => {
    const { fires } = alertCases["RepriseBackendDown"] as (typeof alertCases)[string];
    await expect(afterHistory("RepriseBackendDown", fires, false)).rejects.toThrow();
  });
});
