import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isListable } from "../../core/store-listing.ts";
import { learntKey, noEvidence, writeEvidence } from "../../layers/semantic/learnt.ts";
import { sqlite } from "../../stores/sqlite.ts";
import { storedObservations } from "./stored-observations.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reprise-observed-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("are all that entries have learnt, of a tenant or of all, page by page, and nothing else", async () => {
  const store = sqlite({ directory: folder, maxBytes: 64 * 1024 * 1024 });
  if (!isListable(store)) throw new Error("the embedded store can be listed");
  const kept = { deleteAt: Date.now() + 3_600_000, priority: "low" } as const;
  const evidence = (right: boolean) =>
    writeEvidence({ ...noEvidence, observations: Array(3).fill({ score: 0.97, right }), blocked: ["a question"] });
  for (let slot = 0; slot < 1_200; slot++) await store.set("one", learntKey(`slot-${slot}`), evidence(true), kept);
  await store.set("two", learntKey("slot-0"), evidence(false), kept);
  await store.set("two", "an-answer", evidence(false), kept);
  await store.set("two", learntKey("damaged"), Uint8Array.of(1, 2, 3), kept);
  try {
    expect(await storedObservations(store, undefined)).toHaveLength(3 * 1_201);
    const ofTwo = await storedObservations(store, "two");
    expect(ofTwo.map(({ right }) => right)).toEqual([false, false, false]);
    for (const { score } of ofTwo) expect(score).toBeCloseTo(0.97, 2);
    expect(await storedObservations(store, "nobody")).toEqual([]);
  } finally {
    await store.close();
  }
});
