import { describe, expect, it } from "vitest";
import { setUp } from "./cache-harness.ts";
import { model, setUpEmbeddings } from "./embedding-harness.ts";

/** Tags that policy rules put on answers take them back, like those of the caller. */

describe("tags of rules", () => {
  it("take back the answers to the calls that the rules match, and no others", async () => {
    const { cache, read } = await setUp({
      rules: [
        { match: { model: "scripted-*" }, tags: ["scripted"] },
        { match: { namespace: "live" }, tags: ["live"] },
      ],
    });
    const live = { headers: { "x-ai-cache-namespace": "live", "x-ai-cache-tags": "own" } };
    const fill = async () => {
      for (const init of [{}, live]) await read({}, init);
      for (const init of [{}, live]) expect((await read({}, init)).outcome).toBe("HIT");
    };
    await fill();
    await cache.invalidate({ tags: ["live"] });
    expect([(await read()).outcome, (await read({}, live)).outcome]).toEqual(["HIT", "MISS"]);
    for (const tag of ["own", "live"]) {
      await fill();
      await cache.invalidate({ tags: [tag] });
      expect([(await read()).outcome, (await read({}, live)).outcome]).toEqual(["HIT", "MISS"]);
    }
    await fill();
    await cache.invalidate({ tags: ["scripted"] });
    expect([(await read()).outcome, (await read({}, live)).outcome]).toEqual(["MISS", "MISS"]);
  });

  it("take back vectors", async () => {
    const { cache, embed } = await setUpEmbeddings({
      rules: [{ match: { operation: "embedding" }, tags: ["corpus"] }],
    });
    await embed(["a", "b"]);
    expect((await embed(["a", "b"])).outcome).toBe("HIT");
    await cache.invalidate({ tags: ["corpus"] });
    expect(await embed(["a", "b"])).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
  });

  it("take back vectors of functions", async () => {
    const { cache } = await setUpEmbeddings({ rules: [{ match: { model }, tags: ["corpus"] }] });
    const asked: string[] = [];
    const embed = cache.embeddings(
      async (texts) => {
        asked.push(...texts);
        return texts.map(() => [1, 2]);
      },
      { model, tags: ["own"] },
    );
    for (const tag of ["corpus", "own", "other"]) {
      await embed(["a"]);
      await cache.invalidate({ tags: [tag] });
    }
    await embed(["a"]);
    expect(asked).toEqual(["a", "a", "a"]);
  });
});

describe("cache.invalidate", () => {
  it.each([
    ["tags", { tags: ["doc:42"] }],
    ["user", { user: "ann" }],
    ["model", { model }],
    ["namespace", { namespace: "n" }],
    ["version", { version: "" }],
    ["all", { all: true }],
  ])("takes back vectors by %s", async (_, wish) => {
    const { cache, embed, inputs } = await setUpEmbeddings();
    const headers = { "x-ai-cache-tags": "doc:42", "x-ai-cache-namespace": "n", "x-ai-user": "ann" };
    await embed(["a"], { headers });
    expect((await embed(["a"], { headers })).outcome).toBe("HIT");
    expect(await cache.invalidate(wish)).toEqual({ scopes: 1, entries: 0 });
    expect(await embed(["a"], { headers })).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect(inputs()).toHaveLength(2);
  });

  it("of another tag, user, model, namespace or tenant leaves vectors alone", async () => {
    const { cache, embed } = await setUpEmbeddings();
    const headers = { "x-ai-cache-tags": "doc:42" };
    await embed(["a"], { headers });
    await cache.invalidate({ tags: ["doc:43"], user: "ann", model: "other", namespace: "n", version: "1" });
    await cache.invalidate({ tags: ["doc:42"], tenant: "another" });
    expect((await embed(["a"], { headers })).outcome).toBe("HIT");
  });
});
