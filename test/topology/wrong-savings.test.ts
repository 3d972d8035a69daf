import { describe, expect, test } from "vitest";
import type { SavedBy } from "../../src/core/trace.ts";
import { answeredBy, setUpSemantic } from "./semantic-harness.ts";

/** What was booked for answers that turn out to be wrong is taken back, whichever layer gave them. */

const asked = "How do I reset my password?";
const typo = "how can i reset my pasword";
const prices = { "*": { input: 1, output: 2, cacheRead: 0.1 } };

async function setUp() {
  const harness = await setUpSemantic({ mode: "serve" }, { prices });
  const { cache, say } = harness;
  return {
    ...harness,
    wrong: (entry: string | null) => cache.feedback({ entry: entry as string, verdict: "wrong" }),
    entryOf: (reading: Awaited<ReturnType<typeof say>>) => reading.headers.get("x-ai-cache-entry"),
    answers: (by: SavedBy) => cache.stats().saved[by].answers,
  };
}

describe("a wrong answer", () => {
  test("to a like question saved nothing, and only that one", async () => {
    const { cache, say, wrong, entryOf, answers } = await setUp();
    await say(asked);
    expect(answeredBy(await say(asked))).toBe("exact");
    const before = cache.stats().savedInAll.usd;
    const like = await say(typo, {}, { headers: { "x-ai-cache": "read" } });
    expect([answeredBy(like), answers("semantic")]).toEqual(["semantic", 1]);
    await wrong(entryOf(like));
    expect([answers("semantic"), answers("exact"), cache.stats().savedInAll.usd]).toEqual([0, 1, before]);
    await wrong(entryOf(like));
    expect(cache.stats().savedInAll.usd).toBe(before);
    expect(cache.stats().requests.hit).toBe(2);
  });

  test("to the very same question is removed, and one hit of it saved nothing", async () => {
    const { say, wrong, entryOf, answers, eventsOf } = await setUp();
    await say(asked);
    await say(asked);
    const hit = await say(asked);
    await wrong(entryOf(hit));
    expect(answers("exact")).toBe(1);
    expect(eventsOf("saving-undone")).toMatchObject([{ by: "exact", cost: { price: { source: "override" } } }]);
    expect(answeredBy(await say(asked))).toBe("MISS");
  });

  test("that was right, that was no hit, or that is nobody's takes nothing back", async () => {
    const { cache, say, wrong, entryOf, eventsOf } = await setUp();
    const first = await say(asked);
    await wrong(entryOf(first));
    await say(asked);
    const entry = entryOf(await say(asked)) as string;
    await cache.feedback({ entry, verdict: "right" });
    await wrong("nobody:nothing");
    expect(eventsOf("saving-undone")).toEqual([]);
    await expect(wrong("no id")).rejects.toMatchObject({ code: "invalid_option" });
  });
});
