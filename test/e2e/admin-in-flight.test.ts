import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { invalidate } from "./admin-call.ts";
import { ask, beginAsking, question, reasonOf, statusOf } from "./chat-call.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

/** What is taken back over the admin API while its answer is computed: who waits gets it, and nobody afterwards (N3). */

const tagged = { "x-ai-cache-tags": "doc:42" };

describe("N3: an invalidation during a call", () => {
  test.each([
    ["key", (id: string) => ({ keys: [id] })],
    ["tag", () => ({ tags: ["doc:42"] })],
    ["tenant", (id: string) => ({ tenant: decodeURIComponent(id.split(":")[0] as string) })],
    ["all", () => ({ all: true })],
  ])("by %s", async (_, wishFor) => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.generation = 1;
    const id = String((await ask(gateway, question(), tagged)).headers["x-ai-cache-entry"]);
    const gate = new Gate();
    origin.plan([{ holds: [{ at: "headers", gate }] }]);
    const refreshing = beginAsking(gateway, question(), { ...tagged, "cache-control": "no-cache" });
    await gate.reached();
    expect((await invalidate(gateway, wishFor(id))).status).toBe(200);

    origin.generation = 2;
    const late = await ask(gateway, question(), tagged);
    expect([statusOf(late), late.text.includes("generation-2")]).toEqual(["MISS", true]);
    gate.release();
    const early = await refreshing.done;
    expect([early.status, early.whole, early.text.includes("generation-1")]).toEqual([200, true, true]);

    const next = await ask(gateway, question(), tagged);
    expect([statusOf(next), next.text.includes("generation-2")]).toEqual(["HIT", true]);
  });

  test("nothing of it is stored when nobody has asked since", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const gate = new Gate();
    origin.plan([{ holds: [{ at: "headers", gate }] }]);
    const waiting = beginAsking(gateway, question(), tagged);
    await gate.reached();
    await invalidate(gateway, { tags: ["doc:42"] });
    gate.release();
    expect((await waiting.done).status).toBe(200);
    const next = await ask(gateway, question(), tagged);
    expect(statusOf(next)).toBe("MISS");
    expect(reasonOf(next)).not.toBe("undefined");
    expect(statusOf(await ask(gateway, question(), tagged))).toBe("HIT");
  });
});
