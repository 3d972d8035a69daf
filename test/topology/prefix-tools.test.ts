import { expect, onTestFinished, test } from "vitest";
import { type CacheOptions, createCache } from "../../src/cache.ts";

/** Tools on their way to the origin, through the library. */

const tools = ["rain", "sun", "frost"].map((name) => ({ type: "function", function: { name, parameters: {} } }));
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name as string);

async function setUp(prefix: CacheOptions["prefix"]) {
  const sent: string[] = [];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    sent.push(Buffer.from(init?.body as Uint8Array).toString("utf8"));
    return Response.json({
      ...{ id: "c", object: "chat.completion", created: 1, model: "m" },
      choices: [{ index: 0, message: { role: "assistant", content: "Dry." }, finish_reason: "stop" }],
    });
  };
  const cache = await createCache({ fetch: fetch as typeof globalThis.fetch, prefix: prefix ?? {} });
  onTestFinished(() => cache.close());
  const ask = async (order: readonly object[], headers: Readonly<Record<string, string>> = {}) => {
    const response = await cache.fetch("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer a", ...headers },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Rain?" }], tools: order }),
    });
    await response.text();
    return response.headers.get("x-ai-cache-status");
  };
  return { ask, sent };
}

test("are sent in the order of their names, while the key is of the request as it came", async () => {
  const { ask, sent } = await setUp({ sortTools: true });
  const turned = [...tools].reverse();
  expect(await ask(tools)).toBe("MISS");
  expect(await ask(turned)).toBe("MISS");
  expect(await ask(tools)).toBe("HIT");
  expect(await ask(turned)).toBe("HIT");
  expect(sent).toHaveLength(2);
  expect(sent[0]).toBe(sent[1]);
  expect(namesIn(sent[0] as string)).toEqual(["frost", "rain", "sun"]);
});

test("are sent so as well where the call passes the cache by, and not where it wants nothing of this layer", async () => {
  const { ask, sent } = await setUp({ sortTools: true });
  await ask(tools, { "cache-control": "no-store" });
  await ask(tools, { "x-ai-cache-layers": "exact" });
  expect(sent.map(namesIn)).toEqual([
    ["frost", "rain", "sun"],
    ["rain", "sun", "frost"],
  ]);
});

test("stay as they are unless asked for", async () => {
  const { ask, sent } = await setUp({});
  await ask(tools);
  expect(sent.map(namesIn)).toEqual([["rain", "sun", "frost"]]);
});
