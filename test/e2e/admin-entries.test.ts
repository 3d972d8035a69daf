import { describe, expect, test } from "vitest";
import { entryDetailSchema, type ShownEntry } from "../../src/gateway/admin/entries/shown-entry.ts";
import { callAdmin, invalidate } from "./admin-call.ts";
import { ask, contentOf, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth } from "./running-gateway.ts";

interface Page {
  readonly entries: readonly ShownEntry[];
  readonly cursor?: string;
  readonly listing: string;
  readonly order: string;
}

async function list(gateway: RunningGateway, query = ""): Promise<Page> {
  const { status, text } = await callAdmin(gateway, `/entries${query}`);
  expect([query, status]).toEqual([query, 200]);
  return JSON.parse(text) as Page;
}

const pathOf = (id: string) => `/entries/${encodeURIComponent(id)}`;

/** In the file of the embedded store, without the layer that keeps texts. */
const plain = { layers: { semantic: { mode: "off" } } };

describe.each([
  ["in memory", { ...inMemory, ...plain }],
  ["in SQLite", plain],
])("GET /admin/v1/entries %s", (_, settings) => {
  test("shows what is stored, the newest first, in pages that writes do not move", async () => {
    const { gateway } = await runBoth(settings);
    for (let index = 0; index < 7; index++) await ask(gateway, question(`question ${index}`));
    await expect.poll(async () => (await list(gateway)).entries.length).toBe(7);
    const first = await list(gateway, "?limit=3");
    expect([first.entries.length, first.listing, first.order]).toEqual([3, "supported", "newest-first"]);
    await ask(gateway, question("a later one"));
    const second = await list(gateway, `?limit=3&cursor=${first.cursor}`);
    const third = await list(gateway, `?limit=3&cursor=${second.cursor}`);
    expect([second.entries.length, third.entries.length, third.cursor]).toEqual([3, 1, undefined]);
    const all = [...first.entries, ...second.entries, ...third.entries];
    expect(new Set(all.map(({ id }) => id)).size).toBe(7);
    const times = all.map(({ createdAt }) => createdAt as string);
    expect(times).toEqual(times.toSorted().reverse());
  });

  test("finds by tenant, tag, model and words, and by all of them together", async () => {
    const { gateway } = await runBoth(settings);
    const tagged = await ask(gateway, question("one"), { "x-ai-cache-tags": "doc:42,b" });
    await ask(gateway, question("two", { model: "scripted-small" }), { authorization: "Bearer another" });
    await expect.poll(async () => (await list(gateway)).entries.length).toBe(2);
    const tenant = (await list(gateway, "?tag=doc:42")).entries[0]?.tenant as string;
    const word = encodeURIComponent(contentOf(tagged).split(" ")[0]?.toUpperCase() as string);
    for (const [query, count] of [
      ["", 2],
      ["?layer=exact", 2],
      ["?layer=embedding", 0],
      ["?tag=doc:42", 1],
      ["?tag=doc:4", 0],
      ["?model=scripted-small", 1],
      ["?model=scripted-*", 2],
      ["?model=scripted", 0],
      [`?tenant=${encodeURIComponent(tenant)}`, 1],
      ["?tenant=nobody", 0],
      [`?tag=b&model=scripted-large&q=${word}`, 1],
      ["?q=words%20that%20nobody%20has%20said", 0],
    ] as const) {
      const { entries } = await list(gateway, query);
      expect([query, entries.length]).toEqual([query, count]);
    }
  });

  test("an entry by itself: its request, its answer, its time; then it is removed, and is not there any more", async () => {
    const { gateway, origin } = await runBoth(settings);
    const headers = { "x-ai-cache-tags": "doc:42", "x-ai-cache-namespace": "live", "x-ai-user": "ann" };
    const asked = await ask(gateway, question("one", { stream: true }), headers);
    await expect.poll(async () => (await list(gateway)).entries.length).toBe(1);
    const id = (await list(gateway)).entries[0]?.id as string;
    const { status, text } = await callAdmin(gateway, pathOf(id));
    expect(status).toBe(200);
    const shown = entryDetailSchema.parse(JSON.parse(text));
    expect(shown).toMatchObject({
      ...{ id, layer: "exact", state: "fresh", protocol: "openai-chat", model: "scripted-large", tags: ["doc:42"] },
      request: { model: "scripted-large", namespace: "live", version: "", ofUser: true },
      headers: { "content-type": "text/event-stream" },
      finish: "stop",
    });
    expect(shown.answer).toBe(contentOf(asked));
    expect(shown.usage?.outputTokens).toBeGreaterThan(0);
    expect(shown).not.toHaveProperty("question");
    const removed = await callAdmin(gateway, pathOf(id), { method: "DELETE" });
    expect([removed.status, JSON.parse(removed.text)]).toEqual([200, { entries: 1 }]);
    for (const method of ["GET", "DELETE"]) {
      const gone = await callAdmin(gateway, pathOf(id), { method });
      expect([gone.status, JSON.parse(gone.text).code]).toEqual([404, "not_found"]);
    }
    expect((await list(gateway)).entries).toEqual([]);
    const again = await ask(gateway, question("one", { stream: true }), headers);
    expect([statusOf(again), origin.callCount]).toEqual(["MISS", 2]);
  });

  test("what was taken back is dead, what is past its time is stale", async () => {
    const { gateway } = await runBoth(settings);
    await ask(gateway, question("one"), { "x-ai-cache-tags": "a" });
    await ask(gateway, question("two"), { "x-ai-cache-ttl": "1" });
    await expect.poll(async () => (await list(gateway)).entries.length).toBe(2);
    await invalidate(gateway, { tags: ["a"] });
    await expect.poll(async () => (await list(gateway)).entries.map(({ state }) => state)).toEqual(["stale", "dead"]);
  });
});

describe("entries with what the other layers keep", () => {
  test("a question that leads to an answer is told with its text, and vectors with their length", async () => {
    const { gateway } = await runBoth(inMemory);
    const words = "How do I return a pair of shoes that is too small?";
    const asked = await ask(gateway, question(words));
    await expect.poll(async () => (await list(gateway, "?layer=semantic")).entries.length).toBe(1);
    const [like] = (await list(gateway, "?layer=semantic&q=PAIR%20of%20shoes&model=scripted-large")).entries;
    expect(like).toMatchObject({ layer: "semantic", question: words, state: "fresh", model: "scripted-large" });
    const { text } = await callAdmin(gateway, pathOf(like?.id as string));
    expect(JSON.parse(text)).toMatchObject({ id: like?.id, layer: "exact", question: words, answer: contentOf(asked) });
    const report = { entry: `${like?.id}~nobody`, verdict: "wrong" };
    expect((await callAdmin(gateway, "/feedback", { body: report })).status).toBe(200);
    const { likeQuestions } = JSON.parse((await callAdmin(gateway, pathOf(like?.id as string))).text);
    expect(likeQuestions).toEqual({ texts: [words], isComplete: true, right: 0, wrong: 0, blocked: 1 });
    const body = { model: "scripted-embedding", input: ["some words"] };
    const headers = { "content-type": "application/json" };
    expect((await exchange(`${gateway.url}/v1/embeddings`, { body, headers })).status).toBe(200);
    const vectors = async () => (await list(gateway, "?layer=embedding")).entries;
    await expect.poll(async () => (await vectors()).length).toBe(1);
    expect((await vectors())[0]?.answer).toMatch(/^\d+ numbers$/);
  });
});

describe("answers of every protocol", () => {
  const messages = [{ role: "user", content: "one" }];
  const gemini = { contents: [{ role: "user", parts: [{ text: "one" }] }] };
  test.each([
    ["openai-chat", "/v1/chat/completions", { model: "m", messages }],
    ["openai-chat", "/v1/chat/completions", { model: "m", messages, stream: true }],
    ["openai-responses", "/v1/responses", { model: "m", input: "one" }],
    ["openai-responses", "/v1/responses", { model: "m", input: "one", stream: true }],
    ["openai-completions", "/v1/completions", { model: "m", prompt: "one" }],
    ["openai-completions", "/v1/completions", { model: "m", prompt: "one", stream: true }],
    ["anthropic-messages", "/v1/messages", { model: "m", max_tokens: 100, messages }],
    ["anthropic-messages", "/v1/messages", { model: "m", max_tokens: 100, messages, stream: true }],
    ["gemini", "/v1beta/models/m:generateContent", gemini],
    ["gemini", "/v1beta/models/m:streamGenerateContent?alt=sse", gemini],
  ])("%s %s is shown by its words", async (protocol, path, body) => {
    const { gateway } = await runBoth({ ...inMemory, ...plain });
    const answer = await exchange(gateway.url + path, { body, headers: { "content-type": "application/json" } });
    expect(answer.status).toBe(200);
    await expect.poll(async () => (await list(gateway)).entries.length).toBe(1);
    const [row] = (await list(gateway)).entries;
    const shown = JSON.parse((await callAdmin(gateway, pathOf(row?.id as string))).text);
    expect(shown).toMatchObject({ protocol, model: "m", finish: "stop", state: "fresh" });
    expect(shown.answer.split(" ").length).toBeGreaterThan(5);
    expect(shown.answer.replace(/\s+/g, " ").startsWith(row?.answer?.replace(/…$/, "") as string)).toBe(true);
  });
});

describe("bad parameters of entries", () => {
  const bare = { ...inMemory, ...plain };

  test.each([
    ["?limit=0", "limit", "must be a whole number from 1 to 200"],
    ["?limit=201", "limit", "must be a whole number from 1 to 200"],
    ["?limit=-1", "limit", "must be a whole number from 1 to 200"],
    ["?limit=1&limit=2", "limit", "must be a whole number from 1 to 200"],
    ["?layer=prefix", "layer", "must be exact, semantic or embedding"],
    ["?layer=", "layer", "must be exact, semantic or embedding"],
    ["?tag=", "tag", "must be a text of 1 to 64 characters"],
    ["?tag=a&tag=b", "tag", "must be a text of 1 to 64 characters"],
    [`?q=${"x".repeat(513)}`, "q", "must be a text of 1 to 512 characters"],
    ["?cursor=x", "cursor", "must be the cursor of the page before"],
    ["?cursor=WzEsMl0", "cursor", "must be the cursor of the page before"],
    ["?cursor=WyJ4IixudWxsXQ", "cursor", "must be the cursor of the page before"],
    ["?colour=red", "colour", expect.stringContaining("is not a parameter of this request")],
    ["/nothing", "id", "must be the id of an entry, as X-AI-Cache-Entry tells it"],
    ["/a:b~", "id", "must be the id of an entry, as X-AI-Cache-Entry tells it"],
    ["/%25zz:abc", "id", "must be the id of an entry, as X-AI-Cache-Entry tells it"],
  ])("%s is 400 with its rule", async (query, path, rule) => {
    const { gateway } = await runBoth(bare);
    const { status, headers, text } = await callAdmin(gateway, `/entries${query}`);
    expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({ code: "invalid_request", path, rule });
  });

  test.each(["a%2Fb%25c:slot", "ten~ant:slot.3~question", `${"t".repeat(2_000)}:slot`])(
    "the id %s comes through as it is, and names nothing",
    async (id) => {
      const { gateway } = await runBoth(bare);
      for (const method of ["GET", "DELETE"]) {
        const { status, text } = await callAdmin(gateway, pathOf(id), { method });
        expect([status, JSON.parse(text).detail]).toEqual([404, `Nothing is stored under ${id.slice(0, 200)}.`]);
      }
    },
  );
});
