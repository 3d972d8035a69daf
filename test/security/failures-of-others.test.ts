import { describe, expect, it } from "vitest";
import { startScriptedOrigin } from "../../src/testing/scripted-origin.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { onDisk, runGateway, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { asking, question, readResponse, setUp } from "../topology/cache-harness.ts";

/** What went wrong in other caches and gateways, by their advisories and issues; docs/threats.md has the list. */

describe("V1 (CVE-2026-35030): credentials that differ in one character", () => {
  const long = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImEifQ.".repeat(20);
  it.each([
    ["at their end", `${long}a`, `${long}b`],
    ["at their beginning", `a${long}`, `b${long}`],
    ["in the middle", `${long}a${long}`, `${long}b${long}`],
    ["in their length", long, `${long}=`],
    ["in the case of a letter", `${long}a`, `${long}A`],
  ])("%s are two tenants", async (_, one, other) => {
    const { read } = await setUp();
    const ask = async (token: string) => (await read({}, { headers: { authorization: `Bearer ${token}` } })).outcome;
    expect([await ask(one), await ask(other), await ask(one), await ask(other)]).toEqual([
      "MISS",
      "MISS",
      "HIT",
      "HIT",
    ]);
  });
});

it("V4 (CVE-2026-12796): a token of before opens nothing once there is another", async () => {
  const origin = await runOrigin();
  const folder = temporaryFolder();
  const [before, after] = ["the-first-token-of-an-operator", "the-second-token-of-an-operator"];
  const first = await runGateway(origin, { ...onDisk, security: { adminToken: before } }, folder);
  const headersOf = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const statusAt = async (url: string, token: string) =>
    (await exchange(`${url}/admin/v1/stats`, headersOf(token))).status;
  expect(await statusAt(first.url, before)).toBe(200);
  await first.close();
  const second = await runGateway(origin, { ...onDisk, security: { adminToken: after } }, folder);
  expect([await statusAt(second.url, before), await statusAt(second.url, after)]).toEqual([401, 200]);
});

it("V7 (headroom 3346): two base URLs never share an answer, whoever asks", async () => {
  const harness = await setUp();
  const elsewhere = await startScriptedOrigin({ seed: "another" });
  const there = asking(harness.cache, elsewhere);
  const ask = async () => [await harness.read(), await readResponse(await there())] as const;
  const [here, other] = await ask();
  expect([here.outcome, other.outcome, here.text === other.text]).toEqual(["MISS", "MISS", false]);
  const [again, otherAgain] = await ask();
  expect([again.outcome, otherAgain.outcome]).toEqual(["HIT", "HIT"]);
  expect([again.text, otherAgain.text]).toEqual([here.text, other.text]);
  await elsewhere.close();
});

it("V10 (Bifrost 1.7.0): one body sent to several APIs has an answer of each", async () => {
  const { cache, origin } = await setUp();
  const body = JSON.stringify({ ...question, input: "x", prompt: "x", max_tokens: 16 });
  const outcomes: (string | null)[] = [];
  for (const path of ["chat/completions", "completions", "responses", "messages", "embeddings"]) {
    const response = await cache.fetch(`${origin.url}/${path}`, {
      method: "POST",
      headers: { authorization: "Bearer one", "content-type": "application/json" },
      body,
    });
    await response.text();
    outcomes.push(response.headers.get("x-ai-cache-status"));
  }
  expect(outcomes).not.toContain("HIT");
  expect(origin.callCount).toBe(5);
});

it("V12 (Bifrost 1.7.0), V11 (dspy 10345): bytes that a caller writes over after it has them are stored as they came", async () => {
  const { ask, read } = await setUp();
  const response = await ask();
  const whole = Buffer.from("");
  const pieces: Uint8Array[] = [whole];
  for await (const piece of response.body ?? []) {
    pieces.push(Uint8Array.from(piece));
    piece.fill(0x58);
  }
  const said = Buffer.concat(pieces).toString("utf8");
  const again = await read();
  expect([again.outcome, again.raw]).toEqual(["HIT", said]);
  const bytes = new Uint8Array(await (await ask()).arrayBuffer());
  bytes.fill(0x58);
  expect((await read()).raw).toBe(said);
});

it("V2 (CVE-2026-42208): what looks like SQL in credentials, names and ids is text, in errors as well", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, onDisk);
  const sql = [
    "'",
    "' OR 1=1 --",
    "'; DROP TABLE entries; --",
    '"; DELETE FROM entries; --',
    "\\'",
    "$1",
    "?",
    "%' UNION SELECT 1",
  ];
  for (const text of sql) {
    const headers = { authorization: `Bearer ${text}`, "content-type": "application/json", "x-ai-user": text };
    const ask = () =>
      exchange(`${gateway.url}/v1/chat/completions`, { body: { ...question, model: text, user: text }, headers });
    expect([text, (await ask()).status]).toEqual([text, 200]);
    await gateway.flush();
    expect([text, (await ask()).headers["x-ai-cache-status"]]).toEqual([text, "HIT"]);
    const refused = await exchange(`${gateway.url}/v1/chat/completions`, { body: "{", headers });
    expect([text, refused.status]).toEqual([text, 400]);
    for (const name of ["tenant", "tag", "model", "q", "cursor"]) {
      const { status } = await callAdmin(gateway, `/entries?${name}=${encodeURIComponent(text)}`);
      expect([name, text, status === 200 || status === 400]).toEqual([name, text, true]);
    }
    const { status } = await callAdmin(gateway, `/entries/${encodeURIComponent(text)}`);
    expect([400, 404]).toContain(status);
  }
  // Nothing of what was stored went away.
  const { entries } = JSON.parse((await callAdmin(gateway, "/entries?limit=100&layer=exact")).text);
  expect(entries.length).toBe(sql.length);
});
