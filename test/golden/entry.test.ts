import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openEntry } from "../../src/core/entry.ts";

/** Entries as the first release wrote them. They are never written anew: every release reads them (T7, R6). */

const key = "key-of-the-golden-entry";
const tenant = "mandant-ü";
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const lifetime = {
  createdAt: 1_767_225_600_000.25,
  staleAt: 1_767_229_200_000,
  revalidateUntil: 1_767_229_260_000,
  errorUntil: 1_767_315_600_000,
  deleteAt: 1_767_315_600_000,
};

function opened(name: string) {
  const result = openEntry(golden(name), tenant, key);
  if (!result.ok) throw new Error(`${name} does not open any more: ${result.reason}`);
  return result.entry;
}

describe("entries of wire version 1", () => {
  it("open with a JSON answer", () => {
    const entry = opened("entry-v1-json.bin");
    expect(entry).toMatchObject({ form: "json", lifetime, tenant });
    expect(entry.note).toEqual({
      protocol: "openai-chat",
      model: "m-1",
      usage: { inputTokens: 12, cachedInputTokens: 4, cacheWriteTokens: 0, outputTokens: 3, reasoningTokens: 1 },
      tags: ["doc:42"],
    });
    expect(entry.generations.map(({ scope }) => scope)).toEqual(["all", "tenant", "namespace:", "tag:doc:42"]);
    expect(entry.generations.map(({ token }) => [token.length, token[0]])).toEqual([
      [12, 0],
      [12, 16],
      [12, 32],
      [12, 48],
    ]);
    expect(JSON.parse(Buffer.from(entry.body).toString("utf8"))).toMatchObject({
      choices: [{ message: { content: "Grüße 🌊" } }],
    });
  });

  it("open with a stream", () => {
    const entry = opened("entry-v1-events.bin");
    expect(entry).toMatchObject({ form: "events", lifetime, tenant });
    expect(entry.note).toEqual({ protocol: "openai-chat", tags: [] });
    expect(Buffer.from(entry.body).toString("utf8")).toMatch(/Grüße 🌊.*\n\ndata: \[DONE\]\n\n$/s);
  });

  it("open for their own tenant and key only", () => {
    expect(openEntry(golden("entry-v1-json.bin"), "another", key).ok).toBe(false);
    expect(openEntry(golden("entry-v1-json.bin"), tenant, "another").ok).toBe(false);
  });
});
