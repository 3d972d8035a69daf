import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { chatPath, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** Which upstream a call reaches, where on it, and who shares its answer. */

const base = { url: "" };
const messages = [{ role: "user" as const, content: "Where?" }];
const contents = [{ role: "user", parts: [{ text: "Where?" }] }];

const bodies = {
  openai: question(),
  anthropic: { model: "claude-one", max_tokens: 9, messages },
  gemini: { contents },
} as const;
type Family = keyof typeof bodies;

const pathsAt = (origin: ScriptedOrigin): readonly string[] => origin.calls.map(({ path }) => path);
const hostOf = (origin: ScriptedOrigin): string => new URL(origin.url).origin;

/** One origin behind upstreams of one family, by name, with these paths in their base URLs. */
async function runUpstreams(protocol: Family, paths: Readonly<Record<string, string>>) {
  const origin = await runOrigin();
  const upstreams = Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [name, { url: hostOf(origin) + path, protocol }]),
  );
  return { origin, gateway: await runGateway(base, { ...inMemory, upstreams }) };
}

describe("surface: /u/{upstream}/..., with and without the version in path and base URL", () => {
  const generate = "/models/gemini-2.5-pro:generateContent";
  test.each<[Family, string, readonly string[], string]>([
    ["openai", "/v1", ["/v1/chat/completions", "/chat/completions"], "/v1/chat/completions"],
    ["openai", "/api/v1", ["/v1/chat/completions", "/chat/completions"], "/api/v1/chat/completions"],
    [
      "openai",
      "/openai/deployments/x",
      ["/chat/completions?api-version=2024-10-21", "/v1/chat/completions?api-version=2024-10-21"],
      "/openai/deployments/x/chat/completions?api-version=2024-10-21",
    ],
    ["anthropic", "", ["/v1/messages", "/messages", "/v1/v1/messages"], "/v1/messages"],
    ["anthropic", "/v1", ["/v1/messages", "/messages"], "/v1/messages"],
    ["anthropic", "/proxy", ["/v1/messages", "/messages"], "/proxy/v1/messages"],
    ["anthropic", "/proxy/v1", ["/v1/messages?beta=true", "/messages?beta=true"], "/proxy/v1/messages?beta=true"],
    ["gemini", "", [`/v1beta${generate}`], `/v1beta${generate}`],
    ["gemini", "/v1beta", [`/v1beta${generate}`], `/v1beta${generate}`],
    ["gemini", "/v1beta", [generate], `/v1beta${generate}`],
    ["gemini", "/v1beta", [`/v1${generate}`], `/v1${generate}`],
    ["gemini", "/google/v1", [`/v1beta${generate}`], `/google/v1beta${generate}`],
  ])("%s at %j: %j leads to %s, one answer for all", async (family, path, asked, expected) => {
    const { origin, gateway } = await runUpstreams(family, { it: path });
    const statuses: string[] = [];
    for (const one of asked) {
      statuses.push(statusOf(await exchange(`${gateway.url}/u/it${one}`, { body: bodies[family] })));
    }
    expect(statuses).toEqual(["MISS", ...Array(asked.length - 1).fill("HIT")]);
    expect(pathsAt(origin)).toEqual([expected]);
  });

  test.each<[Family, string, string, string]>([
    ["openai", "/v1", "/v1/models?a=%2F", "/v1/models?a=%2F"],
    ["openai", "/v1", "/models", "/v1/models"],
    ["openai", "/v1", "/v1", "/v1"],
    ["openai", "/v1", "?a", "/v1?a"],
    ["openai", "/openai/deployments/x", "/audio/speech", "/openai/deployments/x/audio/speech"],
    ["openai", "/v1", "/v1beta/cachedContents", "/v1beta/cachedContents"],
    ["openai", "", "/v1/messages/count_tokens", "/v1/messages/count_tokens"],
    ["anthropic", "", "/v1/messages/count_tokens", "/v1/messages/count_tokens"],
    ["anthropic", "", "/messages/count_tokens", "/v1/messages/count_tokens"],
    ["anthropic", "/v1", "/v1/models", "/v1/models"],
    ["anthropic", "/proxy/v1", "/messages/batches", "/proxy/v1/messages/batches"],
    ["anthropic", "/proxy", "/health", "/proxy/health"],
    ["gemini", "", "/v1beta/models", "/v1beta/models"],
    ["gemini", "/v1beta", "/v1beta/models/g:countTokens", "/v1beta/models/g:countTokens"],
    ["gemini", "/v1beta", "/models/g:countTokens", "/v1beta/models/g:countTokens"],
    ["gemini", "/v1beta", "/v1/models/g:countTokens", "/v1/models/g:countTokens"],
    ["gemini", "/google/v1", "/upload/v1beta/files?x", "/google/upload/v1beta/files?x"],
  ])("%s at %j: what is not cached passes, %s to %s", async (family, path, asked, expected) => {
    const { origin, gateway } = await runUpstreams(family, { it: path });
    const answer = await exchange(`${gateway.url}/u/it${asked}`);
    expect([answer.status, answer.headers["x-ai-cache-status"]]).toEqual([200, undefined]);
    expect(pathsAt(origin)).toEqual([expected]);
  });

  test("official SDKs, pointed at an upstream by its name", async () => {
    const origin = await runOrigin();
    const host = hostOf(origin);
    const upstreams = {
      azure: { url: `${host}/openai/deployments/x` },
      claude: { url: host, protocol: "anthropic" },
      google: { url: `${host}/v1beta`, protocol: "gemini" },
    };
    const { url } = await runGateway(base, { ...inMemory, upstreams });
    const openai = new OpenAI({ apiKey: "k", baseURL: `${url}/u/azure`, defaultQuery: { "api-version": "1" } });
    const anthropic = new Anthropic({ apiKey: "k", baseURL: `${url}/u/claude` });
    const google = new GoogleGenAI({ apiKey: "k", apiVersion: "v1beta", httpOptions: { baseUrl: `${url}/u/google` } });
    for (let round = 0; round < 2; round++) {
      await openai.chat.completions.create({ model: "m", messages });
      await anthropic.messages.create({ model: "m", max_tokens: 9, messages });
      await google.models.generateContent({ model: "m", contents });
    }
    await anthropic.messages.countTokens({ model: "m", messages });
    await google.models.countTokens({ model: "m", contents });
    expect(pathsAt(origin)).toEqual([
      "/openai/deployments/x/chat/completions?api-version=1",
      "/v1/messages",
      "/v1beta/models/m:generateContent",
      "/v1/messages/count_tokens",
      "/v1beta/models/m:countTokens",
    ]);
  });
});

describe("an upstream that is not configured", () => {
  const told = { code: "unknown_upstream", message: expect.stringContaining("configured: main") };
  test.each(["/u//v1/chat/completions", "/u/", "/u/../v1/models", "/u/..%2fmain/v1/models", "/u/MAIN/v1/models"])(
    "%s is 502 and goes nowhere",
    async (path) => {
      const { origin, gateway } = await runBoth(inMemory);
      const answer = await exchange(gateway.url + path, { body: question() });
      expect([answer.status, JSON.parse(answer.text).error]).toMatchObject([502, told]);
      expect(origin.callCount).toBe(0);
    },
  );

  test("is told in the words of the protocol that was spoken", async () => {
    const { gateway } = await runBoth(inMemory);
    const claude = await exchange(`${gateway.url}/u/nobody/v1/messages`, { body: bodies.anthropic });
    expect([claude.status, JSON.parse(claude.text)]).toMatchObject([502, { type: "error", error: {} }]);
    const google = await exchange(`${gateway.url}/u/nobody/v1beta/models/g:generateContent`, { body: bodies.gemini });
    expect([google.status, JSON.parse(google.text)]).toMatchObject([502, { error: { code: 502 } }]);
  });
});

describe("paths with dots and escapes", () => {
  test.each(["/v1/./chat/completions", "/v1/%2e/chat/completions", "/v1/chat%2fcompletions", "/v1//chat/completions"])(
    "/u/main%s is not the cached route, and passes as it was written",
    async (path) => {
      const { origin, gateway } = await runBoth(inMemory);
      for (let round = 0; round < 2; round++) {
        const answer = await exchange(`${gateway.url}/u/main${path}`, { body: question() });
        expect(answer.headers["x-ai-cache-status"]).toBeUndefined();
      }
      expect(pathsAt(origin)).toEqual([path, path]);
    },
  );

  test.each(["/v1/a/../b", "/v1/a/%2E%2e/b", "/v1/..a/b..", "/v1/files/a%2Fb/./c"])(
    "what stays below the base URL is not touched: %s",
    async (path) => {
      const { origin, gateway } = await runBoth(inMemory);
      for (const prefix of ["", "/u/main"]) await exchange(gateway.url + prefix + path);
      expect(pathsAt(origin)).toEqual([path, path]);
    },
  );

  test.each([
    "/../admin",
    "/v1/../admin",
    "/v1/a/../../admin",
    "/%2e%2e/admin",
    "/v1/.%2E%2fadmin",
    "/v1/a\\..\\..\\b",
  ])("what climbs out of the base URL is refused: %s", async (path) => {
    const origin = await runOrigin();
    const upstreams = { main: { url: `${hostOf(origin)}/tenants/one/v1` } };
    const gateway = await runGateway(base, { ...inMemory, upstreams });
    for (const prefix of ["", "/u/main"]) {
      const answer = await exchange(gateway.url + prefix + path);
      expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([400, "invalid_target"]);
    }
    expect(origin.callCount).toBe(0);
  });
});

describe("by model", () => {
  interface Three {
    readonly gateway: RunningGateway;
    readonly origins: Readonly<Record<"main" | "local" | "claude", ScriptedOrigin>>;
  }

  async function runThree(models: Readonly<Record<string, string>>): Promise<Three> {
    const origins = { main: await runOrigin(), local: await runOrigin(), claude: await runOrigin() };
    const upstreams = {
      main: { url: origins.main.url },
      local: { url: origins.local.url },
      claude: { url: hostOf(origins.claude), protocol: "anthropic" },
    };
    return { gateway: await runGateway(base, { ...inMemory, upstreams, models }), origins };
  }

  const countsOf = ({ origins }: Three) => Object.values(origins).map(({ callCount }) => callCount);
  const ask = ({ gateway }: Three, path: string, body: object) => exchange(gateway.url + path, { body });

  test("of two patterns that fit the first decides, in the order of the file", async () => {
    const specific = await runThree({ "llama-guard*": "main", "llama*": "local" });
    const general = await runThree({ "llama*": "local", "llama-guard*": "main" });
    for (const three of [specific, general]) {
      await ask(three, chatPath, { ...question(), model: "llama-guard-4" });
      await ask(three, chatPath, { ...question(), model: "llama-4" });
      await ask(three, chatPath, { ...question(), model: "gpt-5" });
    }
    expect([countsOf(specific), countsOf(general)]).toEqual([
      [2, 1, 0],
      [1, 2, 0],
    ]);
  });

  test("patterns hold for every protocol; without one the first upstream of the family does", async () => {
    const three = await runThree({ "claude-local*": "local", "gemini-*": "local" });
    await ask(three, "/v1/messages", { ...bodies.anthropic, model: "claude-local-1" });
    await ask(three, "/v1/messages", bodies.anthropic);
    await ask(three, "/v1beta/models/gemini-2.5-pro:generateContent", bodies.gemini);
    await ask(three, "/v1beta/models/palm:generateContent", bodies.gemini);
    await ask(three, "/v1/embeddings", { model: "gemini-embedding-001", input: "a" });
    expect(pathsAt(three.origins.local)).toEqual([
      "/v1/messages",
      "/v1beta/models/gemini-2.5-pro:generateContent",
      "/v1/embeddings",
    ]);
    expect(pathsAt(three.origins.claude)).toEqual(["/v1/messages"]);
    expect(pathsAt(three.origins.main)).toEqual(["/v1beta/models/palm:generateContent"]);
  });

  test("an upstream by name is asked whatever the model is, and shares no answer with another", async () => {
    const three = await runThree({ "llama*": "local" });
    const body = { ...question(), model: "llama-4" };
    const statuses: string[] = [];
    for (const path of [chatPath, "/u/local/chat/completions", `/u/main${chatPath}`, `/u/main${chatPath}`])
      statuses.push(statusOf(await ask(three, path, body)));
    expect(statuses).toEqual(["MISS", "HIT", "MISS", "HIT"]);
    expect(countsOf(three)).toEqual([1, 1, 0]);
  });

  test("a model of OpenAI with colons in its name is not a method of Google's", async () => {
    const [main, google] = [await runOrigin(), await runOrigin()];
    const upstreams = { google: { url: hostOf(google), protocol: "gemini" }, main: { url: main.url } };
    const gateway = await runGateway(base, { ...inMemory, upstreams });
    const path = "/v1/models/ft:gpt-4o-mini:team::9ABC";
    for (const method of ["GET", "DELETE"]) await exchange(gateway.url + path, { method });
    expect([pathsAt(main), google.callCount]).toEqual([[path, path], 0]);
  });
});
