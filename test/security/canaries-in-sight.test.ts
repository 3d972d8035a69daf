import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { ReceivedCall } from "../../src/testing/received-call.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { type GatewayProcess, spawnGateway } from "../e2e/gateway-process.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { runGateway, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { loadSdk } from "../observability/loaded-sdk.ts";
import { describeWithServices } from "../services/required.ts";
import { setUp, turns } from "../topology/cache-harness.ts";
import { bytesIn, type CanaryFamily, canaryFamily, traces } from "./canary.ts";
import { searchedStores } from "./searched-stores.ts";

/** Two tenants with two users each, by the SDKs of OpenAI and Anthropic, in front of a gateway that writes all it can. */

const families = { alpha: canaryFamily("kanarie7a"), beta: canaryFamily("kanarie5b") } as const;
const all = { word: "kanarie" };
/** For a machine that does much else meanwhile. */
const patient = { timeout: 240_000 };
const users = [1, 2];
const layers = { semantic: { mode: "serve" } };

it(
  "X1, X8, X10 (I1): no log, metric, file, admin page or answer to another tenant holds what was asked, answered or shown",
  patient,
  async () => {
    const origin = await runOrigin({ plan: (call) => ({ content: answerTo(call) }) });
    const folder = temporaryFolder();
    const config = join(folder, "config.json");
    const settings = {
      upstreams: { main: { url: origin.url }, broken: { url: `${origin.url}/nowhere` } },
      data: { directory: folder },
      security: { masterKey: Buffer.alloc(32, "a master key of tests").toString("base64") },
      layers,
      telemetry: { logLevel: "debug", accessLog: {} },
    };
    writeFileSync(config, JSON.stringify(settings));
    const gateway = await spawnGateway(["--config", config], { cwd: folder });
    const place = { url: gateway.url, folder };

    for (const [name, family] of Object.entries(families))
      for (const user of users) expect(await answersTo(gateway, family, user), name).toEqual([[], 6]);
    for (const family of Object.values(families)) await provoke(gateway, family);

    // Everything that is written for operators.
    for (const path of ["/metrics", "/healthz", "/readyz"])
      expect([path, traces((await exchange(gateway.url + path)).text, all)]).toEqual([path, {}]);
    for (const path of await documentedPaths(place)) {
      const { status, text } = await callAdmin(place, path);
      expect([path, status < 500, traces(text, all)]).toEqual([path, true, {}]);
    }
    const ofTenants = JSON.parse((await callAdmin(place, "/entries?limit=100")).text).entries as readonly {
      readonly tenant: string;
      readonly id: string;
    }[];
    const tenants = [...new Set(ofTenants.map(({ tenant }) => tenant))];
    expect(tenants.length).toBe(2);
    for (const tenant of tenants) {
      const { text } = await callAdmin(place, `/entries?limit=100&tenant=${encodeURIComponent(tenant)}`);
      const holders = Object.values(families).filter((family) => Object.keys(traces(text, family)).length > 0);
      expect(holders.length).toBeLessThanOrEqual(1);
    }

    gateway.child.kill("SIGTERM");
    expect((await gateway.exit).code).toBe(0);
    expect(traces(gateway.stdout() + gateway.stderr(), all)).toEqual({});
    expect(traces(bytesIn(folder), all)).toEqual({});
  },
);

describe.each(searchedStores.filter(({ name }) => name === "Redis" || name === "PostgreSQL"))(
  "X1, X8 (I1): $name",
  ({ name, program = "redis-server", start }) => {
    describeWithServices(program, name, () => {
      it(
        "holds nothing of what two users of two tenants asked by the SDKs, and gives each what is its own",
        patient,
        async () => {
          const store = await start();
          const origin = await runOrigin({ plan: (call) => ({ content: answerTo(call) }) });
          const security = { masterKey: Buffer.alloc(32, "a master key of tests").toString("base64") };
          const gateway = await runGateway(origin, { store: { url: store.url }, security, layers });
          for (const family of Object.values(families))
            for (const user of users) expect(await answersTo(gateway, family, user)).toEqual([[], 6]);
          await gateway.close();
          const bytes = await store.bytes();
          expect(bytes.length).toBeGreaterThan(5_000);
          expect(traces(bytes, all)).toEqual({});
        },
      );
    });
  },
);

it("X8, X10 (I1): no span and no metric of OpenTelemetry holds what was asked, answered or shown", async () => {
  const sdk = loadSdk();
  const family = families.alpha;
  const { cache, origin, read } = await setUp({ telemetry: { traces: true }, semantic: { mode: "serve" } });
  origin.plan((call) => ({ content: answerTo(call) }));
  const headers = { authorization: `Bearer ${family.of(0, 0)}`, "x-ai-user": family.of(0, 1) };
  for (const stream of [false, true]) {
    const messages = [{ role: "user", content: family.of(0, 2) }];
    expect((await read({ messages, stream }, { headers })).text).toContain(family.of(0, 2));
  }
  origin.plan({ status: 500, body: { error: { message: family.of(0, 3) } } });
  await read({ messages: [{ role: "user", content: family.of(0, 4) }] }, { headers });
  await cache.wrap({ key: family.of(0, 5) }, () => family.of(0, 6));
  await cache.wrap({ key: "k" }, () => Promise.reject(new Error(family.of(0, 7)))).catch(() => {});
  await turns();
  const spans = sdk.spans().map(({ name, attributes, events, status, links }) => {
    return JSON.stringify({ name, attributes, events, status, links });
  });
  expect(spans.length).toBeGreaterThan(5);
  expect(traces(spans.join("\n") + JSON.stringify(await sdk.readings()), all)).toEqual({});
});

/** What every answer holds: the secret of whoever asked. */
function answerTo({ headers, json }: ReceivedCall): string {
  const credential = String(headers["authorization"] ?? headers["x-api-key"]);
  return `For ${credential}: ${JSON.stringify((json as { messages: readonly unknown[] }).messages.at(-1))}`;
}

/** What the SDKs got that is of others, and how many answers had the own secret. */
async function answersTo(gateway: { readonly url: string }, family: CanaryFamily, user: number) {
  const key = family.of(0, 0);
  const other = Object.values(families).find((one) => one !== family) as CanaryFamily;
  const headers = { "X-AI-User": family.of(0, user) };
  const openai = new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, defaultHeaders: headers, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey: key, baseURL: gateway.url, defaultHeaders: headers, maxRetries: 0 });
  // The same words from both tenants: only who asks tells them apart.
  const content = "What do you keep for me?";
  const own = `And ${family.of(0, user + 10)}?`;
  const texts: string[] = [];
  for (const text of [content, own]) {
    const messages = [{ role: "user" as const, content: text }];
    const { data, response } = await openai.chat.completions
      .create({ model: "scripted-large", messages, user: family.of(0, user) })
      .withResponse();
    texts.push(shown(data, response));
    const chunks: unknown[] = [];
    for await (const chunk of await openai.chat.completions.create({ model: "scripted-large", messages, stream: true }))
      chunks.push(chunk);
    texts.push(chunks.map((chunk) => textOf(chunk)).join(""));
    const asked = { model: "claude-sonnet-4-6", max_tokens: 64, messages, metadata: { user_id: family.of(0, user) } };
    const answered = await anthropic.messages.create(asked).withResponse();
    texts.push(shown(answered.data, answered.response));
  }
  const strangers = texts.filter((text) => Object.keys(traces(text, other)).length > 0);
  return [strangers, texts.filter((text) => text.includes(key)).length];
}

function shown(data: unknown, { headers }: Response): string {
  return JSON.stringify([data, [...headers]]);
}

function textOf(chunk: unknown): string {
  const { choices } = chunk as { choices: readonly { delta?: { content?: string | null } }[] };
  return choices[0]?.delta?.content ?? "";
}

/** Mistakes of all kinds with secrets in them, which errors and logs like to repeat. */
async function provoke({ url }: GatewayProcess, family: CanaryFamily): Promise<void> {
  const secret = family.of(0, 99);
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  // The name of a model is no secret: metrics and logs tell it.
  const body = { model: "scripted-large", messages: [{ role: "user", content: secret }] };
  const chat = `${url}/v1/chat/completions`;
  const requests: readonly (readonly [string, Parameters<typeof exchange>[1]])[] = [
    [chat, { headers, body: `{"messages": "${secret}` }],
    [chat, { headers, body: { ...body, [secret]: secret, messages: secret } }],
    [chat, { headers: { ...headers, "x-ai-cache-ttl": secret }, body }],
    [chat, { headers: { ...headers, "x-ai-cache-tags": `${secret} !` }, body }],
    [`${url}/u/${secret}/v1/chat/completions`, { headers, body }],
    [`${url}/u/broken/v1/chat/completions?key=${secret}`, { headers, body }],
    [`${url}/v1/${secret}`, { headers }],
    [`${url}/admin/v1/stats`, { headers }],
    [`${url}/admin/v1/entries/${secret}`, { headers }],
    [`${url}/dashboard/${secret}`, { headers }],
    [`${url}/v1/answers/${secret}`, { headers }],
    [`${url}/v1/edge/${secret}/${secret}`, { headers }],
  ];
  let answered = 0;
  for (const [where, options] of requests) {
    await exchange(where, options);
    answered++;
  }
  await eventually("all are answered", () => answered === requests.length);
}

/** Every page of the admin API that is read, as its own document has them; without those that show one thing by its id, and streams. */
async function documentedPaths(place: { readonly url: string; readonly folder: string }): Promise<readonly string[]> {
  const document = JSON.parse((await callAdmin(place, "/openapi.json")).text) as {
    paths: Readonly<
      Record<string, { readonly get?: { readonly parameters?: readonly { readonly required?: boolean }[] } }>
    >;
  };
  const found = Object.entries(document.paths)
    .filter(([path, { get }]) => get !== undefined && !path.includes("{") && !/\/(events|entries)$/.test(path))
    .map(([path]) => path.replace(/^\/admin\/v1/, ""));
  expect(found.length).toBeGreaterThan(8);
  return [...found, "/timeseries?metric=requests&window=1h", "/openapi.json"];
}
