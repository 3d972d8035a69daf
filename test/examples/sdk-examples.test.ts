import { afterEach, beforeEach, expect, test } from "vitest";
import { describeMistake, type Gateway, readConfig, startGateway } from "../../src/gateway/index.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/index.ts";
import { runExample } from "./run-example.ts";

/** The examples of one SDK each: what they say of the cache, what the answers were, and what the origin was asked. */

let origin: ScriptedOrigin;
let gateway: Gateway | undefined;

beforeEach(async () => {
  origin = await startScriptedOrigin();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await origin.close();
});

async function gatewayUrl(): Promise<string> {
  const flags = { "server.port": "0", upstream: origin.url, "store.url": "memory", "telemetry.logLevel": "silent" };
  const reading = readConfig({ environment: {}, flags });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  gateway = await startGateway(reading.config);
  return gateway.url;
}

interface Said {
  readonly step: string;
  /** Without the amount that was saved, which is in `saved`. */
  readonly status: string;
  readonly saved: boolean;
  readonly answer: string;
}

/** Lines of the form `step: STATUS, saved N USD: answer`. */
async function run(url: URL, environment: Readonly<Record<string, string>>): Promise<readonly Said[]> {
  const { lines } = await runExample(process.execPath, url, environment);
  return lines.map((line) => {
    const [, step = "", status = "", saved, answer = ""] =
      /^([^:]+): ([A-Z]+)(, saved 0\.\d*[1-9]\d* USD)?: (.+)$/.exec(line) ?? expect.fail(line);
    return { step, status, saved: saved !== undefined, answer };
  });
}

const outline = (said: readonly Said[]) => said.map(({ step, status }) => `${step}: ${status}`);

test("anthropic-sdk.ts: JSON, stream and a mark of one question cost one call to the origin", async () => {
  const url = new URL("../../examples/anthropic-sdk.ts", import.meta.url);
  const said = await run(url, { ANTHROPIC_BASE_URL: await gatewayUrl() });
  expect(outline(said)).toEqual(["first: MISS", "again: HIT", "stream: HIT", "with a mark: HIT"]);
  expect(said.map(({ saved }) => saved)).toEqual([false, true, true, true]);
  expect(new Set(said.map(({ answer }) => answer)).size).toBe(1);
  expect(origin.calls.map(({ path }) => path)).toEqual(["/v1/messages"]);
});

test("gemini-sdk.ts: an answer and its stream cost one call to the origin, another temperature one more", async () => {
  const url = new URL("../../examples/gemini-sdk.ts", import.meta.url);
  const said = await run(url, { GOOGLE_GEMINI_BASE_URL: await gatewayUrl() });
  expect(outline(said)).toEqual(["first: MISS", "again: HIT", "stream: HIT", "at temperature 0: MISS"]);
  expect(said.map(({ saved }) => saved)).toEqual([false, true, true, false]);
  expect(new Set(said.map(({ answer }) => answer)).size).toBe(2);
  // The version of the API is the SDK's choice.
  for (const { path } of origin.calls)
    expect(path).toMatch(/^\/v1(?:beta)?\/models\/gemini-2\.5-flash:generateContent$/);
  expect(origin.callCount).toBe(2);
});

test("responses.ts: a question and what follows from it cost one call each", async () => {
  const url = new URL("../../examples/responses.ts", import.meta.url);
  const said = await run(url, { REPRISE_URL: `${await gatewayUrl()}/v1` });
  expect(outline(said)).toEqual(["first: MISS", "again: HIT", "stream: HIT", "and then: MISS", "and again: HIT"]);
  expect(said.map(({ saved }) => saved)).toEqual([false, true, true, false, true]);
  expect(said.slice(1, 3).map(({ answer }) => answer)).toEqual([said[0]?.answer, said[0]?.answer]);
  expect(said[4]?.answer).toBe(said[3]?.answer);
  expect(origin.calls.map(({ path }) => path)).toEqual(["/v1/responses", "/v1/responses"]);
});

test("ai-sdk.ts: texts and streams share an entry, and of a batch only what is new is sent", async () => {
  const url = new URL("../../examples/ai-sdk.ts", import.meta.url);
  const { lines } = await runExample(process.execPath, url, { OPENAI_BASE_URL: origin.url });
  expect(lines.map((line) => line.split(":", 2).join(":"))).toEqual([
    "first: MISS",
    "again: HIT",
    "stream: HIT",
    "refresh: REFRESH",
    expect.stringMatching(/^3 vectors; /),
  ]);
  const [first, again, stream] = lines.map((line) => line.slice(line.indexOf(": ", 8)));
  expect([again, stream]).toEqual([first, first]);
  expect(lines[4]).toContain("from the cache: 2, computed: 3");
  expect(inputsOf(origin)).toEqual([["apple", "banana"], ["cherry"]]);
  expect(origin.callCount).toBe(4);
});

test("langchain.ts: fetch, LangChain's cache and embeddings ask the origin once for each thing", async () => {
  const url = new URL("../../examples/langchain.ts", import.meta.url);
  const { lines } = await runExample(process.execPath, url, { OPENAI_BASE_URL: origin.url });
  expect(lines).toEqual([
    expect.stringMatching(/^cache\.fetch: 1 found, the stream says the same: .*chain without a link/),
    expect.stringMatching(/^saved: 0\.0*[1-9]\d* USD$/),
    expect.stringMatching(/^LangChainCache: 1 found: .*link without a chain/),
    "CachedEmbeddings: 3 vectors, 1 list found",
  ]);
  expect(inputsOf(origin)).toEqual([["apple", "banana"], ["cherry"]]);
  expect(origin.callCount).toBe(4);
});

function inputsOf({ calls }: ScriptedOrigin): readonly unknown[] {
  return calls
    .filter(({ path }) => path === "/v1/embeddings")
    .map(({ json }) => (json as { readonly input: unknown }).input);
}
