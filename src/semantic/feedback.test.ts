import { describe, expect, it } from "vitest";
import { entryId } from "../core/entry-id.ts";
import { type Feedback, takeFeedback } from "./feedback.ts";

function setUp({ entries = 1, isOff = false } = {}) {
  const reports: unknown[] = [];
  const purged: unknown[] = [];
  const parts = {
    semantic: isOff
      ? undefined
      : { report: async (place: object, right: boolean) => void reports.push({ ...place, right }) },
    invalidate: async (wish: object) => {
      purged.push(wish);
      return { entries } as never;
    },
  };
  return { reports, purged, take: (feedback: Feedback) => takeFeedback(parts as never, feedback) };
}

const own = entryId("tenant one", "slot-1");
const like = entryId("tenant one", "slot-1", "question-1");

describe("feedback", () => {
  it.each([
    ["wrong", true],
    ["right", false],
  ] as const)(
    "%s, on the answer to a like question, goes to its question, and removes nothing",
    async (verdict, blocked) => {
      const { reports, purged, take } = setUp();
      expect(await take({ entry: like, verdict })).toEqual({ blocked, removed: false });
      const place = { tenant: "tenant one", slot: "slot-1", question: "question-1" };
      expect(reports).toEqual([{ ...place, right: verdict === "right" }]);
      expect(purged).toEqual([]);
    },
  );

  it("on the answer to the very question removes it where it was wrong", async () => {
    const { reports, purged, take } = setUp();
    expect(await take({ entry: own, verdict: "right" })).toEqual({ blocked: false, removed: false });
    expect(purged).toEqual([]);
    expect(await take({ entry: own, verdict: "wrong", note: "no" })).toEqual({ blocked: false, removed: true });
    expect(purged).toEqual([{ keys: [own] }]);
    expect(reports).toEqual([]);
  });

  it("says that nothing was removed where nothing stood, and nothing blocked where the layer is off", async () => {
    expect(await setUp({ entries: 0 }).take({ entry: own, verdict: "wrong" })).toEqual({
      blocked: false,
      removed: false,
    });
    expect(await setUp({ isOff: true }).take({ entry: like, verdict: "wrong" })).toEqual({
      blocked: false,
      removed: false,
    });
  });

  it.each([
    ["nothing", undefined, "feedback"],
    ["a list", [], "feedback"],
    ["no entry", { verdict: "wrong" }, "entry"],
    ["an entry that is none", { entry: "a b", verdict: "wrong" }, "entry"],
    ["a tenant that cannot be read", { entry: "%E0%A4%A:slot", verdict: "wrong" }, "entry"],
    ["another verdict", { entry: own, verdict: "fine" }, "verdict"],
    ["a note that is too long", { entry: own, verdict: "wrong", note: "x".repeat(2001) }, "note"],
    ["a note that is no text", { entry: own, verdict: "wrong", note: 1 }, "note"],
    ["another field", { entry: own, verdict: "wrong", more: 1 }, "more"],
  ])("%s is turned down by name, with a remedy, and does nothing", async (_, feedback, name) => {
    const { reports, purged, take } = setUp();
    await expect(take(feedback as never)).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringMatching(new RegExp(`^${name} `)),
      remedy: expect.stringContaining("X-AI-Cache-Entry"),
    });
    expect([reports, purged]).toEqual([[], []]);
  });
});
