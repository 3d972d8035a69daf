import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { matchesSchema } from "../../src/core/json-schema.ts";
import { readConfig, startGateway } from "../../src/gateway/index.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** What the docs say of a line holds for each that is written. */
const schema: unknown = JSON.parse(readFileSync("docs/access-log.schema.json", "utf8"));

type Line = Readonly<Record<string, unknown>> & {
  readonly request?: { readonly messages: readonly { readonly role: string; readonly content: string }[] };
  readonly response?: { readonly choices: readonly { readonly message: { readonly content: string } }[] };
  readonly headers?: Readonly<Record<string, string>>;
};

function linesIn(folder: string, file = "access.jsonl"): readonly Line[] {
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  expect(text === "" || text.endsWith("\n")).toBe(true);
  const lines = text.split("\n").slice(0, -1);
  for (const line of lines) expect(matchesSchema(JSON.parse(line), schema), line).toBe(true);
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Like questions are of no concern here. */
const plain = { ...inMemory, layers: { semantic: { mode: "off" } } };
const logged = (accessLog: object = {}) => ({ ...plain, telemetry: { logLevel: "silent", accessLog } });

test("without the section nothing is written", async () => {
  const { gateway } = await runBoth(plain);
  await ask(gateway);
  await gateway.close();
  expect(readdirSync(gateway.folder)).not.toContain("access.jsonl");
});

test("each call is a line that says what became of it and holds no word of it", async () => {
  const { origin, gateway } = await runBoth({ ...logged(), prices: { "scripted-*": { input: 2, output: 7 } } });
  origin.plan({ usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } });
  const body = question("Where does the heron nest?", { user: "ann@mail.example" });
  await ask(gateway, body, bearer("secret-of-ann"));
  await ask(gateway, body, bearer("secret-of-ann"));
  await ask(gateway, { ...body, stream: true }, { ...bearer("secret-of-bob"), "cache-control": "no-cache" });
  await ask(gateway, { broken: true }, bearer("secret-of-ann"));
  await gateway.close();
  const lines = linesIn(gateway.folder);
  expect(lines.map(({ outcome }) => outcome)).toEqual(["miss", "hit", "refresh", "error"]);
  const [miss, hit, refresh, refused] = lines as [Line, Line, Line, Line];
  expect(miss).toMatchObject({ v: 1, protocol: "openai-chat", model: "scripted-large", stored: "stored", status: 200 });
  expect(miss).toMatchObject({ usage: { inputTokens: 1_000, outputTokens: 100 }, usd: "0.0027", prices: "override" });
  expect(hit).toMatchObject({ layer: "exact", entry: miss["entry"], usd: "0.0027" });
  expect(refresh).toMatchObject({ stream: true, stored: "stored", headers: { "cache-control": "no-cache" } });
  expect(refused).toMatchObject({ reason: "invalid_request", status: 400 });
  for (const odd of [
    { ...miss, other: 1 },
    { ...miss, v: 2 },
    { ...miss, outcome: "won" },
    { v: 1, at: 1 },
  ])
    expect(matchesSchema(odd, schema)).toBe(false);
  expect(hit["tenant"]).toBe(miss["tenant"]);
  expect(refresh["tenant"]).not.toBe(miss["tenant"]);
  // Equal texts have equal tokens, in requests and answers alike.
  expect(hit.request).toEqual(miss.request);
  expect(hit.response).toEqual(miss.response);
  expect(miss.request?.messages[0]).toEqual({ role: "user", content: expect.stringMatching(/^~[\w-]{16}:26$/) });
  const text = readFileSync(join(gateway.folder, "access.jsonl"), "utf8");
  for (const secret of ["heron", "ann@", "secret-of", "broken"]) expect(text).not.toContain(secret);
  expect(statSync(join(gateway.folder, "access.jsonl")).mode & 0o777).toBe(0o600);
});

test("with content: full the log holds what was asked and answered, streams as documents", async () => {
  const { gateway } = await runBoth(logged({ content: "full" }));
  const body = question("Where does the heron nest?", { stream: true });
  const first = await ask(gateway, body, bearer("secret-of-ann"));
  await ask(gateway, body, bearer("secret-of-ann"));
  await gateway.close();
  const [miss, hit] = linesIn(gateway.folder) as [Line, Line];
  expect(miss.request).toEqual(body);
  expect(first.text).toContain("data:");
  const said = miss.response?.choices[0]?.message.content ?? "";
  expect(said.length).toBeGreaterThan(10);
  expect(hit.response?.choices[0]?.message.content).toBe(said);
  expect(JSON.stringify([miss, hit])).not.toContain("secret-of-ann");
});

test("a call to an origin that fails says how", async () => {
  const { origin, gateway } = await runBoth(logged());
  origin.plan([{ status: 429 }, { cut: { afterBytes: 10, how: "rst" } }]);
  await ask(gateway, question("one"));
  await ask(gateway, question("two"));
  await gateway.close();
  const [limited, cut] = linesIn(gateway.folder);
  expect(limited).toMatchObject({ outcome: "miss", status: 429, stored: "error_status" });
  expect(cut).toMatchObject({ outcome: "error", status: 502, failure: "truncated" });
});

test("vectors are not written down", async () => {
  const { gateway } = await runBoth(logged({ content: "full" }));
  const body = { model: "scripted-embedding", input: ["one", "two"] };
  await exchange(`${gateway.url}/v1/embeddings`, { body });
  await exchange(`${gateway.url}/v1/embeddings`, { body });
  await gateway.close();
  const [miss, hit] = linesIn(gateway.folder) as [Line, Line];
  expect(miss).toMatchObject({ protocol: "openai-embeddings", outcome: "miss", request: body });
  expect(hit).toMatchObject({ outcome: "hit", layer: "embedding" });
  for (const line of [miss, hit]) expect(line.response).toBeUndefined();
});

test("a sample has all repeats of a request or none", async () => {
  const { gateway } = await runBoth(logged({ sample: 0.5 }));
  for (let round = 0; round < 3; round++)
    for (let number = 0; number < 40; number++) await ask(gateway, question(`number ${number}`));
  await gateway.close();
  const counts = new Map<string, number>();
  for (const { request } of linesIn(gateway.folder)) {
    const content = request?.messages[0]?.content ?? "";
    counts.set(content, (counts.get(content) ?? 0) + 1);
  }
  expect(new Set(counts.values())).toEqual(new Set([3]));
  expect(counts.size).toBeGreaterThan(5);
  expect(counts.size).toBeLessThan(35);
});

test("a file that was moved away is begun anew, and so is one that is large; only so many are kept", async () => {
  const { gateway } = await runBoth(logged({ maxBytes: 1, keep: 2 }));
  for (let number = 0; number < 5; number++) {
    const before = asideIn(gateway.folder).at(-1);
    await ask(gateway, question(`number ${number}`));
    await eventuallyAt(gateway, "the file is put aside", () => asideIn(gateway.folder).at(-1) !== before);
  }
  await gateway.close();
  const kept = asideIn(gateway.folder);
  expect(kept).toHaveLength(2);
  for (const file of kept) expect(linesIn(gateway.folder, file)).toHaveLength(1);
});

/** Each look comes after an exchange with the gateway, which gives the log its time. */
function eventuallyAt(gateway: { readonly url: string }, what: string, condition: () => boolean): Promise<void> {
  return eventually(what, async () => {
    await exchange(`${gateway.url}/healthz`);
    return condition();
  });
}

function asideIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith("access.jsonl."))
    .sort();
}

test("after a reload the log goes where it goes now, and a moved file is let go", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, logged());
  await ask(gateway, question("one"));
  await eventuallyAt(gateway, "the first line", () => linesIn(gateway.folder).length === 1);
  renameSync(join(gateway.folder, "access.jsonl"), join(gateway.folder, "moved.jsonl"));
  await ask(gateway, question("two"));
  await eventuallyAt(gateway, "the second line", () => linesIn(gateway.folder).length === 1);
  expect(linesIn(gateway.folder, "moved.jsonl")).toHaveLength(1);
});

test("a log that cannot be written fails no call, and says how many are missing when it can be", async () => {
  const origin = await runOrigin();
  const folder = (await runGateway(origin, plain)).folder;
  const settings = (path: string) => {
    const flags = { "server.port": "0", "data.directory": folder, upstream: origin.url, "store.url": "memory" };
    const reading = readConfig({ environment: {}, flags: { ...flags, "layers.semantic.mode": "off" } });
    if (!reading.ok) throw new Error("the configuration is not sound");
    const accessLog = { path, sample: 1, content: "redacted", maxBytes: 1e9, keep: 1 } as const;
    return { ...reading.config, telemetry: { ...reading.config.telemetry, accessLog } };
  };
  const warnings: string[] = [];
  const log = {
    level: "warn",
    debug: () => {},
    info: (_fields: object, message: string) => void warnings.push(message),
    warn: (_fields: object, message: string) => void warnings.push(message),
    error: () => {},
  };
  const gateway = await startGateway(settings("no-such-folder/access.jsonl"), log);
  try {
    expect((await ask(gateway, question("one"))).status).toBe(200);
    await eventuallyAt(gateway, "the trouble is told", () => warnings.some((message) => message.includes("cannot be")));
    gateway.reload(settings("access.jsonl"));
    expect((await ask(gateway, question("two"))).status).toBe(200);
    await eventuallyAt(gateway, "the log is written", () => linesIn(folder).length === 2);
    expect(linesIn(folder)[0]).toMatchObject({ v: 1, dropped: 1 });
    expect(linesIn(folder)[1]).toMatchObject({ outcome: "miss" });
  } finally {
    await gateway.close();
  }
});
