import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { question } from "./chat-call.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

/** A cache in front that can be told to forget; it is away, and nothing is waited for. */
const front = { kind: "webhook", url: "http://127.0.0.1:1", secret: "0123456789abcdef" };

/** `asked`: the tags of the call, `more`: those of the answer besides. */
async function publish(gateway: RunningGateway, slug: string, asked: string[], more: string[] = []): Promise<void> {
  const answer = await askUntilStored(gateway, question(`What of ${slug}?`), { "x-ai-cache-tags": asked.join(",") });
  const body = { slug, entry: answer.headers["x-ai-cache-entry"], tags: more };
  expect((await callAdmin(gateway, "/answers", { body })).status).toBe(200);
}

function get(gateway: RunningGateway, slug: string): Promise<Exchanged> {
  return exchange(`${gateway.url}/v1/answers/${slug}`);
}

test("where nobody can be told to forget, no cache is let keep it longer than browsers", async () => {
  const { gateway } = await runBoth(inMemory);
  await publish(gateway, "opening-hours", ["doc:42"]);
  const { headers } = await get(gateway, "opening-hours");
  expect(headers["cache-control"]).toMatch(/^public, max-age=60, /);
  expect(Object.keys(headers).filter((name) => /^(?:cdn-cache|surrogate)-control$/.test(name))).toEqual([]);
});

test("a hundred tags leave room in a head of 4 KB, as stock proxies take", async () => {
  const { gateway } = await runBoth({ ...inMemory, layers: { edge: { purge: { front } } } });
  const many = (prefix: string) => Array.from({ length: 50 }, (_, index) => `${prefix}:${index}`);
  await publish(gateway, "many", many("one"), many("two"));
  const shown = await get(gateway, "many");
  expect(String(shown.headers["surrogate-key"]).split(" ").length).toBeGreaterThan(200);
  expect(shown.rawHeaders.join("\r\n").length + "HTTP/1.1 200 OK\r\n\r\n".length).toBeLessThan(4_000);
});
