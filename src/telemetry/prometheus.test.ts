import { expect, it } from "vitest";
import type { TraceEvent } from "../core/trace.ts";
import { wantedFormat } from "./exposition.ts";
import { Ledger } from "./ledger.ts";
import { prometheusMetrics } from "./prometheus.ts";

type CallEnd = Extract<TraceEvent, { type: "call-end" }>;

const hit = { kind: "hit", layer: "exact", entry: "e", ageMs: 0, ttlMs: 1 } as const;
const call: CallEnd = {
  type: "call-end",
  outcome: hit,
  protocol: "openai-chat",
  model: "m",
  originId: "https://api.groq.com/openai/v1",
  stream: false,
  durationMs: 3,
};

function setUp(options: Partial<Parameters<typeof prometheusMetrics>[0]> = {}) {
  const metrics = prometheusMetrics({
    flights: () => 2,
    stores: [],
    version: "1.2.3",
    ledger: new Ledger(),
    ...options,
  });
  const lines = async (name: string, format?: "plain" | "openmetrics") =>
    (await metrics.render(undefined, format)).text.split("\n").filter((line) => line.startsWith(name));
  return { metrics, lines };
}

it("counts a hit once overall and once for its layer, under the provider and the model", async () => {
  const { metrics, lines } = setUp();
  metrics.trace(call);
  const labels = 'result="hit",endpoint="openai-chat",provider="groq",model="m"';
  expect(await lines("reprise_requests_total{")).toEqual([
    `reprise_requests_total{layer="overall",${labels}} 1`,
    `reprise_requests_total{layer="exact",${labels}} 1`,
  ]);
});

it("counts calls to upstreams by provider, and who waits apart from who asks", async () => {
  const { metrics, lines } = setUp({ followers: () => 5 });
  const { originId, protocol, model, stream } = call;
  metrics.trace({ type: "origin-end", originId, protocol, model, stream, result: 429, durationMs: 1, originCall: {} });
  expect(await lines("reprise_upstream_requests_total")).toEqual([
    'reprise_upstream_requests_total{provider="groq",model="m",status_class="4xx"} 1',
  ]);
  expect(await lines("reprise_inflight{")).toEqual([
    'reprise_inflight{kind="leader"} 2',
    'reprise_inflight{kind="follower"} 5',
  ]);
});

it("tells money by provider, and each series once, whatever a model was asked for", async () => {
  const ledger = new Ledger();
  const { lines } = setUp({ ledger });
  const usage = { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
  const cost = { usage, price: { picodollars: 5e11, usd: "0.5", source: "test" } };
  const spending = { type: "spending", protocol: "openai-chat", originId: call.originId, model: "m", cost } as const;
  for (const overhead of [{}, { overhead: "judge" } as const]) ledger.hear({ ...spending, ...overhead });
  ledger.hear({ ...spending, originId: "https://api.openai.com/v1" });
  expect(await lines("reprise_cost_spent_usd_total{")).toEqual([
    'reprise_cost_spent_usd_total{provider="groq",model="m",what="inference"} 0.5',
    'reprise_cost_spent_usd_total{provider="openai",model="m",what="inference"} 0.5',
    'reprise_cost_spent_usd_total{provider="groq",model="m",what="judge"} 0.5',
  ]);
  expect(await lines("reprise_provider_cache_read_tokens_total{")).toEqual([
    'reprise_provider_cache_read_tokens_total{provider="groq",model="m"} 8',
    'reprise_provider_cache_read_tokens_total{provider="openai",model="m"} 4',
  ]);
});

it("tells how many calls are missing in the access log, from the start", async () => {
  let dropped = 0;
  const { lines } = setUp({ accessLogDropped: () => dropped });
  expect(await lines("reprise_access_log_dropped_total")).toEqual(["reprise_access_log_dropped_total 0"]);
  dropped = 7;
  await lines("reprise_access_log_dropped_total");
  expect(await lines("reprise_access_log_dropped_total")).toEqual(["reprise_access_log_dropped_total 7"]);
});

it("counts a body beyond the bound among what concerns security", async () => {
  const { metrics, lines } = setUp();
  metrics.trace({ ...call, outcome: { kind: "error", code: "body_too_large" } });
  metrics.trace({ ...call, outcome: { kind: "error", code: "invalid_json" } });
  expect(await lines("reprise_security_events_total{")).toEqual([
    'reprise_security_events_total{kind="corrupt"} 0',
    'reprise_security_events_total{kind="tenant_mismatch"} 0',
    'reprise_security_events_total{kind="auth_fail"} 0',
    'reprise_security_events_total{kind="limit"} 1',
    'reprise_security_events_total{kind="ssrf_block"} 0',
  ]);
});

it("tells tenants apart only where that is wanted, and then at most twenty", async () => {
  const without = setUp();
  without.metrics.trace({ ...call, tenant: "t" });
  expect((await without.metrics.render()).text).not.toContain("tenant=");
  const { metrics, lines } = setUp({ tenantLabel: true });
  for (let index = 0; index < 50; index++) metrics.trace({ ...call, tenant: `t${index}` });
  const overall = (await lines("reprise_requests_total{")).filter((line) => line.includes('layer="overall"'));
  expect(overall).toHaveLength(21);
  expect(overall.at(-1)).toMatch(/tenant="other"\} 30$/);
  for (let times = 0; times < 40; times++) metrics.trace({ ...call, tenant: "t49" });
  const after = await lines("reprise_requests_total{");
  expect(after.filter((line) => line.includes('layer="overall"'))).toHaveLength(21);
  expect(after.join("\n")).toContain('tenant="t49"');
});

it("counts a tenant on that has lost its label and got it back", async () => {
  const { metrics, lines } = setUp({ tenantLabel: true });
  const ask = (tenant: string, times: number) => {
    for (let time = 0; time < times; time++) metrics.trace({ ...call, tenant });
  };
  const counted = async () => {
    const line = (await lines('reprise_requests_total{layer="exact"')).find((text) => text.includes('tenant="t0"'));
    return line && Number(line.split(" ")[1]);
  };
  for (let index = 0; index < 20; index++) ask(`t${index}`, index === 0 ? 1 : 20);
  expect(await counted()).toBe(1);
  ask("new", 40);
  expect(await counted()).toBeUndefined();
  ask("t0", 200);
  const since = await counted();
  expect(since).toBeGreaterThan(0);
  ask("t0", 5);
  expect(await counted()).toBe((since as number) + 5);
});

it("has exemplars in OpenMetrics alone, the latest of each bucket", async () => {
  let traceId: string | undefined = "0af7651916cd43dd8448eb211c80319c";
  const traceUnderWay = () => (traceId === undefined ? undefined : { traceId, at: 1_700_000_000_500 });
  const { metrics, lines } = setUp({ traceUnderWay });
  metrics.trace(call);
  traceId = undefined;
  metrics.trace(call);
  const bucket = 'reprise_time_to_first_byte_seconds_bucket{le="0.005",result="hit"} 2';
  expect(await lines("reprise_time_to_first_byte_seconds_bucket", "openmetrics")).toContain(
    `${bucket} # {trace_id="0af7651916cd43dd8448eb211c80319c"} 0.003 1700000000.5`,
  );
  expect(await lines("reprise_time_to_first_byte_seconds_bucket")).toContain(bucket);
});

it("is OpenMetrics as its specification says, each time it is asked", async () => {
  const { metrics } = setUp();
  metrics.trace(call);
  const first = await metrics.render(undefined, "openmetrics");
  expect(first.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect(first.text).toContain("# TYPE reprise_requests counter\nreprise_requests_total{");
  expect(first.text.endsWith("\n# EOF\n")).toBe(true);
  expect(first.text).not.toContain("\n\n");
  expect((await metrics.render(await metrics.read(), "openmetrics")).text).toContain("\nreprise_requests_total{");
  expect((await metrics.render()).text).toContain("# TYPE reprise_requests_total counter\nreprise_requests_total{");
});

it.each([
  [undefined, "plain"],
  ["*/*", "plain"],
  ["text/plain;version=0.0.4", "plain"],
  ["application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.3", "openmetrics"],
  ["text/plain, Application/OpenMetrics-Text", "openmetrics"],
  ["application/openmetrics-text;q=0", "plain"],
])("a scraper that accepts %s gets %s", (accept, format) => expect(wantedFormat(accept)).toBe(format));
