import { expect, test } from "vitest";
import { ask, question } from "./chat-call.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

test("what hits save is on the answer and in the metrics, by layer", async () => {
  const prices = { "house-*": { input: 2, output: 7 } };
  const { origin, gateway } = await runBoth({ ...inMemory, prices });
  origin.plan({ usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } });
  const body = question("How much?", { model: "house-one" });
  const first = await ask(gateway, body);
  const hits = [await ask(gateway, body), await ask(gateway, body)];
  expect(first.headers["x-ai-cache-saved-usd"]).toBeUndefined();
  for (const hit of hits) expect(hit.headers["x-ai-cache-saved-usd"]).toBe("0.0027");
  await ask(gateway, question("How much?"));
  const samples = await scrape(gateway);
  const exact = { model: "house-one", layer: "exact" };
  expect(total(samples, "reprise_cost_saved_usd_total", { ...exact, basis: "list" })).toBe(0.0054);
  expect(total(samples, "reprise_cost_spent_usd_total", { model: "house-one", what: "inference" })).toBe(0.0027);
  expect(total(samples, "reprise_tokens_saved_total", { ...exact, kind: "input" })).toBe(2_000);
  expect(total(samples, "reprise_tokens_saved_total", { ...exact, kind: "output" })).toBe(200);
  expect(total(samples, "reprise_unpriced_requests_total", { model: "scripted-large" })).toBe(1);
});
