import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { renewGeneration } from "../../src/core/generations.ts";
import { everything, type Scope, scopeOf, systemTenant, wholeTenant } from "../../src/core/scopes.ts";
import { memory } from "../../src/stores/memory.ts";
import { seededRandom, until } from "./cache-harness.ts";
import { expectVectors, model, setUpEmbeddings } from "./embedding-harness.ts";

/** No vector that was computed before an invalidation is served after it (I3), whichever of a batch it is. */

const headers = { "x-ai-cache-tags": "doc:42,team", "x-ai-cache-namespace": "n", "x-ai-user": "ann" };

async function shared() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const tenants = new Set<string>();
  const { add } = store;
  store.add = (tenant, ...rest) => {
    tenants.add(tenant);
    return add.call(store, tenant, ...rest);
  };
  // Another process that writes bare tokens.
  const harness = await setUpEmbeddings({ clock, store, sealing: "off" });
  await harness.embed(["before"], { headers });
  const tenant = [...tenants].find((one) => one !== systemTenant) as string;
  return {
    ...harness,
    /** By another process: seen here when the copies of the tokens are a second old. */
    async invalidate(scopeFor: (tenant: string) => Scope) {
      await renewGeneration(store, scopeFor(tenant), seededRandom(9));
      clock.advance(1_001);
    },
  };
}

const scopes: readonly (readonly [string, (tenant: string) => Scope])[] = [
  ["everything", () => everything],
  ["the tenant", wholeTenant],
  ["the namespace", (tenant) => scopeOf("namespace", "n", tenant)],
  ["a tag", (tenant) => scopeOf("tag", "doc:42", tenant)],
  ["the model", (tenant) => scopeOf("model", model, tenant)],
  ["the version label", (tenant) => scopeOf("version", "", tenant)],
  ["the user who asked first", (tenant) => scopeOf("user", "ann", tenant)],
];

describe.each(scopes)("an invalidation of %s", (_, scopeFor) => {
  it("kills what is stored", async () => {
    const { embed, inputs, invalidate } = await shared();
    await embed(["a", "b"], { headers });
    await invalidate(scopeFor);
    const again = await embed(["a", "b"], { headers });
    expect([again.outcome, again.reason]).toEqual(["MISS", "generation_changed"]);
    expect((await embed(["a", "b"], { headers })).outcome).toBe("HIT");
    expect(inputs()).toEqual([["before"], ["a", "b"], ["a", "b"]]);
  });

  it("during a batch lets its callers have their answer, stores nothing, and nobody joins any more", async () => {
    const { asked, embed, inputs, invalidate, script } = await shared();
    const answers: ((response: Response | undefined) => void)[] = [];
    script.plan = () => new Promise((resolve) => answers.push(resolve));
    const older = embed(["a", "b"], { headers });
    await until(() => asked.length === 2);
    await invalidate(scopeFor);
    const newer = embed(["b", "c"], { headers });
    await until(() => asked.length === 3);
    answers[0]?.(undefined);
    const early = await older;
    expectVectors(early, ["a", "b"]);
    expect([early.outcome, early.reason]).toEqual(["MISS", "generation_changed"]);
    answers[1]?.(undefined);
    expectVectors(await newer, ["b", "c"]);
    expect((await embed(["b", "c"], { headers })).outcome).toBe("HIT");
    script.plan = undefined;
    await embed(["a"], { headers });
    expect(inputs()).toEqual([["before"], ["a", "b"], ["b", "c"], ["a"]]);
  });
});

describe("an invalidation of something else", () => {
  it.each<[string, (tenant: string) => Scope]>([
    ["another tag", (tenant) => scopeOf("tag", "doc:43", tenant)],
    ["another namespace", (tenant) => scopeOf("namespace", "", tenant)],
    ["another tenant", () => wholeTenant("somebody")],
    ["another model", (tenant) => scopeOf("model", "other", tenant)],
  ])("%s changes nothing", async (_, scopeFor) => {
    const { embed, invalidate } = await shared();
    await embed(["a"], { headers });
    await invalidate(scopeFor);
    expect((await embed(["a"], { headers })).outcome).toBe("HIT");
  });
});

it("a vector with a tag dies with it also for a caller who names none, and takes no other of the batch along", async () => {
  const { embed, inputs, invalidate } = await shared();
  const plain = { "x-ai-cache-namespace": "n" };
  await embed(["a"], { headers });
  await embed(["b"], { headers: plain });
  expect((await embed(["a", "b"], { headers: plain })).outcome).toBe("HIT");
  await invalidate((tenant) => scopeOf("tag", "team", tenant));
  expect((await embed(["a", "b"], { headers: plain })).counts).toBe("total=2, cached=1, asked=1");
  expect(inputs()).toEqual([["before"], ["a"], ["b"], ["a"]]);
});

it("an invalidation by the id that an answer tells removes that vector, and no other", async () => {
  const { cache, embed, inputs } = await setUpEmbeddings();
  await embed(["a"]);
  await embed(["b"]);
  const hit = await embed(["a"]);
  expect(hit.outcome).toBe("HIT");
  expect(await cache.invalidate({ keys: [hit.headers.get("x-ai-cache-entry") as string] })).toEqual({
    scopes: 0,
    entries: 1,
  });
  expect((await embed(["b"])).outcome).toBe("HIT");
  expect((await embed(["a"])).outcome).toBe("MISS");
  expect(inputs()).toEqual([["a"], ["b"], ["a"]]);
});
