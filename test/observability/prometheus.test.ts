import { afterAll, beforeAll, expect, test } from "vitest";
import { describeMistake, readConfig, startGateway } from "../../src/gateway/index.ts";
import { startScriptedOrigin } from "../../src/testing/index.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { type Sample, scrape, total } from "../e2e/metrics-page.ts";
import { type PrometheusServer, startPrometheus } from "../services/prometheus.ts";
import { describeWithServices } from "../services/required.ts";
import { metricNames, recipes, unknownMetrics } from "./promql-recipes.ts";

/**
 * Traffic of known figures, twice: once so that every series is there, and once more, of which a rate can be told. What is
 * asked is what the page says, word for word.
 */

const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
const dollars = 0.0027;

/** Each question is new once and then asked again; with 4 answers for each call to the origin, 1 of 6 passing by. */
async function traffic(gateway: { readonly url: string }, name: string, questions: number): Promise<void> {
  for (let index = 0; index < questions; index++) {
    const body = question(`${name} ${index}`, { model: "house-one" });
    for (const _ of [1, 2, 3, 4]) await ask(gateway, body);
    await ask(gateway, body, { "cache-control": "no-store" });
  }
}

function figures(samples: readonly Sample[]) {
  const of = (result: string) => total(samples, "reprise_requests_total", { layer: "overall", result });
  return { hits: of("hit"), misses: of("miss"), bypasses: of("bypass") };
}

/** What `histogram_quantile` gives for the observations between two pages: a line through the bucket where it lies. */
function quantile(share: number, before: readonly Sample[], after: readonly Sample[], result: string): number {
  const name = "reprise_time_to_first_byte_seconds_bucket";
  const counts = after
    .filter((sample) => sample.name === name && sample.labels["result"] === result)
    .map(({ labels, value }) => {
      const le = labels["le"] ?? "";
      return {
        bound: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le),
        count: value - total(before, name, labels),
      };
    })
    .sort((a, b) => a.bound - b.bound);
  const rank = share * (counts.at(-1)?.count ?? 0);
  const at = counts.findIndex(({ count }) => count >= rank);
  const [lower, upper] = [counts[at - 1] ?? { bound: 0, count: 0 }, counts[at]];
  if (upper === undefined || !Number.isFinite(upper.bound)) return lower.bound;
  return lower.bound + ((upper.bound - lower.bound) * (rank - lower.count)) / (upper.count - lower.count);
}

describeWithServices("prometheus", "a Prometheus that scrapes a gateway", () => {
  const origin = startScriptedOrigin({ plan: { usage } });
  const pages = recipes();
  let prometheus: PrometheusServer;
  let stopGateway = async (): Promise<void> => {};
  let first: readonly Sample[];
  let second: readonly Sample[];

  const answer = async (name: string) => {
    const expression = pages.get(name);
    if (expression === undefined) throw new Error(`docs/observability.md has no query "${name}"`);
    return prometheus.query(expression);
  };
  const figure = async (name: string): Promise<number> => {
    const samples = await answer(name);
    expect(samples).toHaveLength(1);
    return samples[0]?.value as number;
  };

  beforeAll(async () => {
    const { url } = await origin;
    const reading = readConfig({
      environment: {},
      flags: {
        "server.port": "0",
        "store.url": "memory",
        upstream: url,
        "telemetry.logLevel": "silent",
        prices: { "house-*": { input: 2, output: 7 } },
      },
    });
    if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
    const gateway = await startGateway(reading.config);
    stopGateway = () => gateway.close();
    await traffic(gateway, "first", 20);
    first = await scrape(gateway);
    // Rates begin with its first sample, which must not be of half the traffic.
    prometheus = await startPrometheus([new URL(gateway.url).host]);
    const seen = (page: readonly Sample[]) =>
      eventually("it has scraped what was sent", async () => {
        const [scraped] = await prometheus.query('sum(reprise_requests_total{layer="overall"})');
        return scraped?.value === total(page, "reprise_requests_total", { layer: "overall" });
      });
    await seen(first);
    await traffic(gateway, "second", 10);
    second = await scrape(gateway);
    await seen(second);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await stopGateway();
    await (await origin).close();
  });

  test("the page's figures are those of what was sent", () => {
    expect(figures(first)).toEqual({ hits: 60, misses: 20, bypasses: 20 });
    expect(figures(second)).toEqual({ hits: 90, misses: 30, bypasses: 30 });
  });

  test("hit ratios: overall, by layer, and of those that a layer looked for", async () => {
    expect(await figure("hit ratio")).toBeCloseTo(30 / 40, 9);
    const byLayer = await answer("hit ratio by layer");
    expect(byLayer.map(({ labels }) => labels)).toEqual([{ layer: "exact" }]);
    expect(byLayer[0]?.value).toBeCloseTo(30 / 40, 9);
    const found = (await answer("look-ups that found something")).find(({ labels }) => labels["layer"] === "exact");
    expect(found?.value).toBeCloseTo(30 / 40, 9);
  });

  test("money and tokens, since the start to the last cent", async () => {
    expect(await figure("saved since the start")).toBeCloseTo(90 * dollars, 9);
    expect(await figure("share of money saved")).toBeCloseTo(30 / 40, 9);
    expect(await figure("dollars for a thousand calls")).toBeCloseTo((1_000 * 10 * dollars) / 50, 9);
    const tokens = Object.fromEntries(
      (await answer("tokens saved by kind")).map((one) => [one.labels["kind"], one.value]),
    );
    expect(tokens).toMatchObject({ input: 90_000, output: 9_000, cached_input: 0 });
    const spared = (await prometheus.query('increase(reprise_cost_saved_usd_total{basis="list"}[30d])')).length;
    expect(spared).toBe(1);
    expect(await figure("saved in thirty days")).toBeGreaterThan(0);
  });

  test("latency, with the cache and without, as the buckets have it", async () => {
    // Of two scrapes at the least, each bucket's rate is drawn out by 0 to 1.6 intervals, by its own beginning.
    const drawnOut = 2.6;
    for (const [name, result] of [
      ["latency of hits", "hit"],
      ["latency of misses", "miss"],
    ] as const) {
      const seconds = await figure(name);
      expect(seconds, name).toBeGreaterThanOrEqual(quantile(0.95 / drawnOut, first, second, result));
      expect(seconds, name).toBeLessThanOrEqual(quantile(1, first, second, result));
    }
  });

  test("reasons, and how many calls came at once", async () => {
    expect((await answer("bypasses by reason")).map(({ labels }) => labels["reason"])).toEqual(["no_store"]);
    expect(await figure("calls for each call to an origin")).toBeCloseTo(1, 9);
  });

  test("every query of the page can be read, and names only metrics that there are", async () => {
    expect(pages.size).toBeGreaterThan(12);
    const known = await metricNames();
    for (const [name, expression] of pages) {
      await expect(prometheus.query(expression), name).resolves.toBeDefined();
      expect(unknownMetrics(expression, known), name).toEqual([]);
    }
  });
});
