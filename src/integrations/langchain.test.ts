import { AIMessage, HumanMessage } from "@langchain/core/messages";
import type { ChatGeneration, Generation } from "@langchain/core/outputs";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { CachedEmbeddings, LangChainCache } from "./langchain.ts";

async function setUp() {
  const cache = await createCache();
  onTestFinished(() => cache.close());
  return { cache, langchain: new LangChainCache(cache) };
}

const call = { id: "call-1", name: "weather", args: { city: "Athens" }, type: "tool_call" as const };
const chat = (message: AIMessage, generationInfo?: Record<string, unknown>): ChatGeneration => ({
  text: message.text,
  message,
  ...(generationInfo && { generationInfo }),
});

describe("LangChainCache", () => {
  it("gives back text, tool calls, usage and metadata", async () => {
    const { langchain } = await setUp();
    const message = new AIMessage({
      content: "Hello",
      id: "m-1",
      tool_calls: [call],
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      response_metadata: { finish_reason: "tool_calls", system_fingerprint: "f" },
    } as never);
    const value = [chat(message, { finish_reason: "tool_calls" })];
    expect(await langchain.lookup("p", "k")).toBeNull();
    await langchain.update("p", "k", value);
    const [found] = (await langchain.lookup("p", "k")) as ChatGeneration[];
    expect(found?.message).toBeInstanceOf(AIMessage);
    expect(found?.message.toDict()).toEqual(message.toDict());
    expect([found?.text, found?.generationInfo]).toEqual(["Hello", { finish_reason: "tool_calls" }]);
    expect(await langchain.lookup("p", "other")).toBeNull();
    expect(await langchain.lookup("other", "k")).toBeNull();
  });

  it("gives everyone a copy of their own", async () => {
    const { langchain } = await setUp();
    await langchain.update("p", "k", [{ text: "one" }]);
    const [first] = (await langchain.lookup("p", "k")) as Generation[];
    first!.text = "changed";
    expect(await langchain.lookup("p", "k")).toEqual([{ text: "one" }]);
  });

  it("works beneath a chat model", async () => {
    const { langchain } = await setUp();
    const model = new FakeListChatModel({ responses: ["first", "second"] });
    model.cache = langchain;
    const texts = [];
    for (const text of ["Hi", "Hi", "Other"]) texts.push((await model.invoke([new HumanMessage(text)])).text);
    expect(texts).toEqual(["first", "first", "second"]);
  });

  it("does not let two pictures share an answer, though LangChain gives them one prompt", async () => {
    const { langchain } = await setUp();
    const model = new FakeListChatModel({ responses: ["cat", "dog"] });
    model.cache = langchain;
    const ask = (url: string) =>
      model.invoke([new HumanMessage({ content: [{ type: "image_url", image_url: { url } }] })]);
    expect((await ask("https://example.com/cat.png")).text).toBe("cat");
    expect((await ask("https://example.com/dog.png")).text).toBe("dog");
  });

  it.each<[string, Generation]>([
    ["was cut", { text: "a", generationInfo: { finish_reason: "length" } }],
    ["was filtered", { text: "a", generationInfo: { finishReason: "SAFETY" } }],
    [
      "was cut, by its metadata",
      chat(new AIMessage({ content: "a", response_metadata: { stop_reason: "max_tokens" } })),
    ],
    ["is incomplete", chat(new AIMessage({ content: "a", response_metadata: { status: "incomplete" } }))],
    ["has broken tool calls", chat(new AIMessage({ content: "", invalid_tool_calls: [{ name: "x", args: "{" }] }))],
  ])("keeps no answer that %s", async (_, generation) => {
    const { langchain } = await setUp();
    await langchain.update("p", "k", [{ text: "fine" }, generation]);
    expect(await langchain.lookup("p", "k")).toBeNull();
  });

  it("takes what LangChain cannot read for a miss", async () => {
    const { cache, langchain } = await setUp();
    const key = (langchain as unknown as { keyEncoder: (...texts: string[]) => string }).keyEncoder("p", "k");
    for (const value of [1, null, [null], [{ generation: { text: "a", message: { type: "unheard", data: {} } } }]]) {
      await cache.values.set({ key: ["langchain-answer", key] }, value);
      expect(await langchain.lookup("p", "k")).toBeNull();
    }
  });
});

describe("CachedEmbeddings", () => {
  it("embeds every text once, keeps the order, and queries apart from documents", async () => {
    const { cache } = await setUp();
    const asked: string[][] = [];
    const inner = {
      embedDocuments: async (texts: string[]) => {
        asked.push(texts);
        return texts.map((text) => [text.length]);
      },
      embedQuery: async (text: string) => {
        asked.push([`query ${text}`]);
        return [-text.length];
      },
    };
    const embeddings = new CachedEmbeddings(inner, cache, { model: "e-1" });
    expect(await embeddings.embedDocuments(["a", "bb", "a"])).toEqual([[1], [2], [1]]);
    expect(await embeddings.embedDocuments(["bb", "ccc", "a"])).toEqual([[2], [3], [1]]);
    for (let count = 0; count < 2; count++) expect(await embeddings.embedQuery("a")).toEqual([-1]);
    expect(asked).toEqual([["a", "bb"], ["ccc"], ["query a"]]);
    await new CachedEmbeddings(inner, cache, { model: "e-2" }).embedQuery("a");
    expect(asked).toHaveLength(4);
  });
});
