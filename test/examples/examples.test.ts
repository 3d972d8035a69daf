import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeMistake, type Gateway, readConfig, startGateway } from "../../src/gateway/index.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/index.ts";
import { runExample } from "./run-example.ts";

const node = process.execPath;
let folder: string;
let origin: ScriptedOrigin;
let gateway: Gateway | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "reprise-examples-"));
  origin = await startScriptedOrigin();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await origin.close();
  rmSync(folder, { recursive: true, force: true });
});

async function gatewayUrl(): Promise<string> {
  const flags = { "server.port": "0", upstream: origin.url, "store.url": "memory", "telemetry.logLevel": "silent" };
  const reading = readConfig({ environment: {}, flags });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  gateway = await startGateway(reading.config);
  return `${gateway.url}/v1`;
}

/** Also from the call itself, where the disk has not got the answer yet. */
const notPaidTwice = /again: (HIT|COALESCED)/;

test("openai-sdk.ts: JSON and stream of one question cost one call to the origin", async () => {
  const url = new URL("../../examples/openai-sdk.ts", import.meta.url);
  const { lines } = await runExample(node, url, { REPRISE_URL: await gatewayUrl() });
  expect(lines.map((line) => line.split(":").slice(0, 2).join(":"))).toEqual([
    "first: MISS",
    expect.stringMatching(notPaidTwice),
    "stream: HIT",
    "no-cache: REFRESH",
  ]);
  expect(origin.callCount).toBe(2);
  const [first, again, stream] = lines.map((line) => line.slice(line.indexOf(": ", 8) + 2));
  expect(again).toBe(first);
  expect(stream).toBe(first);
});

test("invalidation.ts: what a document was summarised to goes when it changes, and nothing else", async () => {
  const { lines } = await runExample(node, new URL("../../examples/invalidation.ts", import.meta.url), {});
  expect(lines).toEqual([
    "1: miss: In short: The harbour opens at six.",
    "2: miss: In short: The museum opens at ten.",
    "1: hit: In short: The harbour opens at six.",
    "taken back: 1",
    "1: miss: In short: The harbour opens at seven.",
    "2: hit: In short: The museum opens at ten.",
  ]);
});

test("library-fetch.ts: answers come from the cache, and from SQLite in the next run", async () => {
  const url = new URL("../../examples/library-fetch.ts", import.meta.url);
  const environment = { OPENAI_BASE_URL: origin.url, REPRISE_DATA: join(folder, "library") };
  const first = await runExample(node, url, environment);
  expect(first.lines.map((line) => line.split(":", 2).join(":"))).toEqual([
    expect.stringContaining("first: MISS"),
    expect.stringMatching(notPaidTwice),
    expect.stringMatching(/^MISS: 1/),
  ]);
  expect(first.lines[2]).toBe("MISS: 1, COALESCED: 19");
  expect(origin.callCount).toBe(2);
  const next = await runExample(node, url, environment);
  expect(next.lines[0]).toContain("first: HIT");
  expect(next.lines[2]).toBe("HIT: 20");
  expect(origin.callCount).toBe(2);
});

test("wrap.ts: computes three times for thirteen callers", async () => {
  const { lines } = await runExample(node, new URL("../../examples/wrap.ts", import.meta.url));
  expect(lines).toEqual([
    'miss, then hit: "Caches remember", 13 words',
    "version prompt-2: miss",
    "crowd: 9 of 10 waited",
    "frozen: true, computed 3 times",
  ]);
});

test("semantic.ts: a typo is a hit; another question and the opposite are not", async () => {
  const { lines } = await runExample(node, new URL("../../examples/semantic.ts", import.meta.url));
  expect(lines).toEqual([
    "miss: How do I reset my password?",
    "and now:",
    "hit (exact): How do I reset my password?",
    "hit (semantic): how can i reset my pasword",
    "miss: How do I reset my router?",
    "miss: How do I not reset my password?",
    "the origin was asked 3 times",
  ]);
});

test("embeddings.ts: every text is computed once, and none of the corpus in the next run", async () => {
  const url = new URL("../../examples/embeddings.ts", import.meta.url);
  const environment = { REPRISE_DATA: join(folder, "vectors") };
  expect((await runExample(node, url, environment)).lines).toEqual([
    "corpus: 3 vectors, 3 computed",
    "again: 3 vectors, 0 computed",
    "grown: 5 vectors, 1 computed",
    "together: 3 vectors, 2 computed",
    "as queries: 3 vectors, 3 computed",
  ]);
  const next = await runExample(node, url, environment);
  for (const line of next.lines) expect(line).toMatch(/ 0 computed$/);
});

test("curl.sh: every answer says what the cache did", async () => {
  const url = new URL("../../examples/curl.sh", import.meta.url);
  const { output } = await runExample("bash", url, { REPRISE_URL: await gatewayUrl() });
  const statuses = [...output.matchAll(/x-ai-cache-status: (\w+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(["MISS", "HIT", "HIT", "REFRESH", "BYPASS", "MISS"]);
  expect(output).toMatch(/HTTP\/1\.1 400.*\n.*invalid_header/);
  expect(origin.callCount).toBe(4);
});

test("config/reprise.yaml: every option in it exists, and means what it says", () => {
  const file = "examples/config/reprise.yaml";
  const reading = readConfig({ file, environment: {}, flags: {} });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  expect(Object.keys(reading.config.upstreams)).toEqual(["openai", "local"]);
  expect(reading.config.layers.exact.ttl).toBe(6 * 3_600_000);
  expect(reading.config.rules).toHaveLength(3);
});
