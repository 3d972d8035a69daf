import { expect, it } from "vitest";
import { type EntryPlace, readEntryId } from "../../src/core/entry-id.ts";
import { learntKey, readEvidence } from "../../src/layers/semantic/learnt.ts";
import { memory } from "../../src/stores/memory.ts";
import { answeredBy, setUpSemantic } from "./semantic-harness.ts";

/** Reports on wrong answers, while the store that is to remember them is not well. */

const typo = "how can i reset my pasword";

/** A shared store whose writes of what was learnt can be made to fail. */
function forgetful() {
  const store = memory({ maxBytes: 1_000_000 });
  const state = { fails: false };
  const written = new Map<string, Uint8Array>();
  const failing = (key: string) => state.fails && key.startsWith("semantic-learnt:");
  return {
    state,
    written,
    store: {
      ...{ name: "forgetful", add: store.add.bind(store), delete: store.delete.bind(store) },
      get: (tenant: string, keys: readonly string[]) =>
        keys.some(failing) ? Promise.reject(new Error("away")) : store.get(tenant, keys),
      set: (...[tenant, key, value, options]: Parameters<typeof store.set>) => {
        if (failing(key)) return Promise.reject(new Error("away"));
        written.set(key, value);
        return store.set(tenant, key, value, options);
      },
      stats: () => store.stats(),
      close: () => store.close(),
    },
  };
}

it("a report that cannot be kept is not acknowledged, and what was reported before stays", async () => {
  const { state, store } = forgetful();
  const { cache, say } = await setUpSemantic({ mode: "serve" }, { store });
  const read = { headers: { "x-ai-cache": "read" } };
  await say("How do I reset my password?");
  const entryOf = async (text: string) => (await say(text, {}, read)).headers.get("x-ai-cache-entry") as string;
  const first = await entryOf(typo);
  const other = await entryOf("How can I reset my passwrod?");
  await cache.feedback({ entry: first, verdict: "wrong" });
  state.fails = true;
  await expect(cache.feedback({ entry: other, verdict: "wrong" })).rejects.toMatchObject({ code: "store_unavailable" });
  state.fails = false;
  expect(answeredBy(await say(typo, {}, read))).toBe("MISS");
});

it("reports that come at the same time are all kept", async () => {
  const { cache, say } = await setUpSemantic({ mode: "serve" });
  const read = { headers: { "x-ai-cache": "read" } };
  await say("How do I reset my password?");
  const texts = [typo, "How can I reset my passwrod?", "please tell me how to reset my password"];
  const entries: string[] = [];
  for (const text of texts) entries.push((await say(text, {}, read)).headers.get("x-ai-cache-entry") as string);
  await Promise.all(entries.map((entry) => cache.feedback({ entry, verdict: "wrong" })));
  for (const text of texts) expect(answeredBy(await say(text, {}, read))).toBe("MISS");
});

it.each([
  ["a question with a slip", typo],
  ["a question that was found by its vector", "Reset my password please"],
])("what is reported of %s is learnt of the entry, whether wrong or right", async (_, text) => {
  const { store, written } = forgetful();
  const { cache, say } = await setUpSemantic({ mode: "serve" }, { store });
  const read = { headers: { "x-ai-cache": "read" } };
  await say("How do I reset my password?");
  const answer = await say(text, {}, read);
  expect(answeredBy(answer)).toBe("semantic");
  const entry = answer.headers.get("x-ai-cache-entry") as string;
  await cache.feedback({ entry, verdict: "right" });
  await cache.feedback({ entry, verdict: "wrong" });
  await cache.close();
  const { slot } = readEntryId(entry) as EntryPlace;
  const { observations } = readEvidence(written.get(learntKey(slot)));
  expect(observations.map(({ right }) => right)).toEqual([true, false]);
});
