import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { renewGeneration } from "../../src/core/generations.ts";
import { type Scope, scopeOf, systemTenant } from "../../src/core/scopes.ts";
import { memory } from "../../src/stores/memory.ts";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, readResponse, seededRandom, setUp, turns, until } from "./cache-harness.ts";

/**
 * What was computed before an invalidation is not served after it (N3, N5, I3). The invalidation comes from another
 * node that shares the store: this one sees it when its copies of the tokens are a second old.
 */

const stream = { stream: true };
const tags = { "x-ai-cache-tags": "doc:42,team", "x-ai-user": "ann" };

async function shared() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const tenants = new Set<string>();
  const { add } = store;
  store.add = (tenant, ...rest) => {
    tenants.add(tenant);
    return add.call(store, tenant, ...rest);
  };
  const harness = await setUp({ clock, store });
  const random = seededRandom(9);
  const filled = await harness.read({ temperature: 0.123 });
  clock.advance(1_001);
  expect((await harness.read({ temperature: 0.123 })).outcome).toBe("HIT");
  expect(filled.outcome).toBe("MISS");
  const tenant = [...tenants].find((one) => one !== systemTenant) as string;
  return {
    ...harness,
    clock,
    store,
    tenant,
    async invalidate(scope: Scope) {
      await renewGeneration(store, scope, random);
      clock.advance(1_001);
    },
  };
}

type Shared = Awaited<ReturnType<typeof shared>>;

const scopes: readonly (readonly [string, (shared: Shared) => Scope])[] = [
  ["everything", () => ({ tenant: systemTenant, name: "all" })],
  ["the tenant", ({ tenant }) => ({ tenant, name: "tenant" })],
  ["the namespace", ({ tenant }) => ({ tenant, name: "namespace:" })],
  ["a tag", ({ tenant }) => ({ tenant, name: "tag:doc:42" })],
  ["a tag of all tenants", () => scopeOf("tag", "doc:42", undefined)],
  ["the model", ({ tenant }) => scopeOf("model", "scripted-small", tenant)],
  ["the model for all tenants", () => scopeOf("model", "scripted-small", undefined)],
  ["the version label", ({ tenant }) => scopeOf("version", "", tenant)],
  ["the user who asked first", ({ tenant }) => scopeOf("user", "ann", tenant)],
];

describe.each(scopes)("an invalidation of %s", (_, scopeOf) => {
  it("kills what is stored", async () => {
    const all = await shared();
    all.origin.generation = 1;
    await all.read({}, { headers: tags });
    expect((await all.read()).outcome).toBe("HIT");
    await all.invalidate(scopeOf(all));
    all.origin.generation = 2;
    const next = await all.read();
    expect(next).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect(next.text).toContain("generation-2");
    expect((await all.read()).outcome).toBe("HIT");
  });

  it.each([
    ["in one piece", {}, "headers"],
    ["a stream", stream, 4],
  ] as const)(
    "during a call (%s): who waits gets the answer, nothing is stored, who comes later asks anew (N3, I3)",
    async (_name, form, at) => {
      const all = await shared();
      const { origin, ask, read, eventsOf: events } = all;
      const gate = new Gate();
      const calls = origin.callCount;
      origin.generation = 1;
      origin.plan({ holds: [{ at, gate }] });
      const leader = ask(form, { headers: tags }).then(readResponse);
      await gate.reached();
      const follower = ask(form, { headers: tags }).then(readResponse);
      await until(() => events("flight-join").length === 1);

      await all.invalidate(scopeOf(all));
      origin.generation = 2;
      origin.plan({});
      const late = await read(form, { headers: tags });
      expect(late.text).toContain("generation-2");
      expect(late.outcome).toBe("MISS");
      expect(origin.callCount).toBe(calls + 2);

      gate.release();
      for (const early of [await leader, await follower]) {
        expect(isIntact(early)).toBe(true);
        expect(early.text).toContain("generation-1");
      }
      await turns();
      expect(events("entry-refuse").map(({ reason }) => reason)).toEqual(["generation_changed"]);
      const next = await read(form, { headers: tags });
      expect(next).toMatchObject({ outcome: "HIT" });
      expect(next.text).toContain("generation-2");
    },
  );
});

describe("an invalidation of something else", () => {
  it("leaves calls in flight and what is stored alone", async () => {
    const all = await shared();
    await all.read({}, { headers: tags });
    for (const scope of [
      { tenant: all.tenant, name: "tag:doc:43" },
      { tenant: all.tenant, name: "namespace:other" },
      { tenant: "another", name: "tenant" },
      { tenant: "another", name: "tag:doc:42" },
    ]) {
      await all.invalidate(scope);
    }
    expect((await all.read()).outcome).toBe("HIT");
  });

  it("and a version label or namespace of one's own is a space of its own", async () => {
    const { read, origin } = await setUp();
    const spaces = [{}, { "x-ai-cache-version": "2" }, { "x-ai-cache-namespace": "n" }];
    for (const headers of spaces) expect((await read({}, { headers })).outcome).toBe("MISS");
    for (const headers of spaces) expect((await read({}, { headers })).outcome).toBe("HIT");
    expect(origin.callCount).toBe(3);
  });
});

describe("the loss of tokens", () => {
  it("kills and never brings back (R9)", async () => {
    const all = await shared();
    await all.read();
    all.store.delete(all.tenant, "g:tenant");
    all.clock.advance(1_001);
    expect(await all.read()).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect((await all.read()).outcome).toBe("HIT");
  });
});
