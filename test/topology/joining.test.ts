import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { setUp, until } from "./cache-harness.ts";

/** Who may join a call in flight, and who wants what that call does not give. */

describe("wishes of those who could join", () => {
  const held = async () => {
    const harness = await setUp();
    const gate = new Gate();
    let order = 0;
    harness.origin.plan(() => ({ salt: String(order++), holds: [{ at: "headers", gate }] }));
    return { ...harness, gate };
  };

  it.each([
    ["cache-control", "no-cache"],
    ["x-ai-cache", "refresh"],
    ["x-ai-cache", "write"],
  ])(
    "%s: %s does not join a call that began before, whose answer does not replace the new one",
    async (name, value) => {
      for (const olderEndsLast of [true, false]) {
        const { origin, read, eventsOf: events } = await setUp();
        const gates = [new Gate(), new Gate()] as const;
        let order = 0;
        origin.plan(() => ({ salt: String(order), holds: [{ at: "headers", gate: gates[order++ as 0 | 1] as Gate }] }));
        const older = read();
        await gates[0].reached();
        const wished = { headers: { [name]: value } };
        const newer = read({}, wished);
        await gates[1].reached();
        const joining = read();
        await until(() => events("flight-join").length === 1);
        const [first, second] = olderEndsLast ? [gates[1], gates[0]] : gates;
        first.release();
        await (olderEndsLast ? newer : older);
        second.release();
        const [old, fresh] = await Promise.all([older, newer]);
        expect(fresh.outcome).toBe("REFRESH");
        expect(old).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
        expect(old.text).not.toBe(fresh.text);
        expect((await joining).text).toBe(fresh.text);
        expect(await read()).toMatchObject({ outcome: "HIT", text: fresh.text });
      }
    },
  );

  it("of 100 that ask for a new answer at the same time one calls the origin", async () => {
    const { origin, read } = await setUp();
    await read();
    const all = Array.from({ length: 100 }, () => read({}, { headers: { "cache-control": "no-cache" } }));
    const texts = (await Promise.all(all)).map(({ outcome }) => outcome);
    expect(texts.filter((outcome) => outcome === "REFRESH")).toHaveLength(1);
    expect(origin.callCount).toBe(2);
  });

  it.each([
    ["a shorter ttl", {}, { "x-ai-cache-ttl": "60" }],
    ["a shorter ttl than another's", { "x-ai-cache-ttl": "61" }, { "x-ai-cache-ttl": "60" }],
    ["a tag", {}, { "x-ai-cache-tags": "a" }],
    ["another tag", { "x-ai-cache-tags": "a" }, { "x-ai-cache-tags": "a,b" }],
  ])("%s is a call of its own", async (_, first, second) => {
    const { gate, origin, read } = await held();
    const all = [read({}, { headers: first as Record<string, string> })];
    await origin.waitForCalls(1);
    all.push(read({}, { headers: second as Record<string, string> }));
    await origin.waitForCalls(2);
    gate.release();
    expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(["MISS", "MISS"]);
  });

  it.each([
    ["a longer ttl", { "x-ai-cache-ttl": "60" }, { "x-ai-cache-ttl": "61" }],
    ["the usual ttl", { "x-ai-cache-ttl": "60" }, {}],
    ["a ttl that the policy clamps to the same", {}, { "x-ai-cache-ttl": "3600" }],
    ["fewer tags", { "x-ai-cache-tags": "a,b" }, { "x-ai-cache-tags": "b" }],
    ["tags of one who stores nothing", {}, { "x-ai-cache-tags": "a", "x-ai-cache": "read" }],
    ["tags for an answer that is not stored", { "x-ai-cache": "read" }, { "x-ai-cache-tags": "a" }],
  ])("%s joins", async (_, first, second) => {
    const { gate, origin, read, eventsOf: events } = await held();
    const all = [read({}, { headers: first as Record<string, string> })];
    await origin.waitForCalls(1);
    all.push(read({}, { headers: second as Record<string, string> }));
    await until(() => events("flight-join").length === 1);
    gate.release();
    expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(["MISS", "COALESCED"]);
    expect(origin.callCount).toBe(1);
  });
});
