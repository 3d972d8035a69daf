import { expect, it } from "vitest";
import { memory } from "../../src/stores/memory.ts";
import { answeredBy, setUpSemantic } from "./semantic-harness.ts";

/** Reports on wrong answers, while the store that is to remember them is not well. */

const typo = "how can i reset my pasword";

/** A shared store whose writes of what was learnt can be made to fail. */
function forgetful() {
  const store = memory({ maxBytes: 1_000_000 });
  const state = { fails: false };
  const failing = (key: string) => state.fails && key.startsWith("semantic-learnt:");
  return {
    state,
    store: {
      ...{ name: "forgetful", add: store.add.bind(store), delete: store.delete.bind(store) },
      get: (tenant: string, keys: readonly string[]) =>
        keys.some(failing) ? Promise.reject(new Error("away")) : store.get(tenant, keys),
      set: (...[tenant, key, value, options]: Parameters<typeof store.set>) =>
        failing(key) ? Promise.reject(new Error("away")) : store.set(tenant, key, value, options),
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
