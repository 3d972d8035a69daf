import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memory } from "../stores/memory.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import type { Random } from "./clock.ts";
import { ManualClock } from "./clock.ts";
import {
  type Generation,
  Generations,
  removalOf,
  renewGeneration,
  sameToken,
  scopeKeys,
  tokenLength,
} from "./generations.ts";
import { fixedScopes, type Scope, scopeOf, scopesOf, systemTenant } from "./scopes.ts";
import type { Store } from "./store.ts";
import { TakenBack } from "./taken-back.ts";

function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  let drawn = 0;
  const random: Random = {
    bytes: (length) => new Uint8Array(length).fill(0).map((_, index) => (index === 1 ? ++drawn : drawn >> 8)),
    fraction: () => 0,
  };
  return { clock, store, random };
}

const scopes = scopesOf({ tenant: "t", namespace: "n", model: "m", version: "v", user: "ann", tags: ["a", "b"] });

/** As a look-up judges an entry: every token is in the store and the same. */
async function areAlive(store: Store, generations: readonly Generation[]): Promise<boolean> {
  for (const [index, scope] of scopes.entries()) {
    const [token] = await store.get(scope.tenant, [scopeKeys(scopes)[index] as string]);
    if (!sameToken(token, generations[index]?.token)) return false;
  }
  return true;
}

/** What an answer that is stored now remembers. */
async function storedUnder(store: Store, random: Random): Promise<readonly Generation[]> {
  const generations = new Generations(store, random);
  const stored = await generations.confirm(scopes, await generations.read(scopes));
  if (stored === undefined) throw new Error("nothing may be stored");
  return stored;
}

describe("generations", () => {
  it("cover everything, the tenant and whatever else a call belongs to, in an order that the format keeps", () => {
    const ann = "#SZFeDX1LQC4wF9AQvBwOg8rGx5fWwW5mNA_jJoaTpqE";
    const both = ["namespace:n", "model:m", "version:v"];
    expect(scopes.slice(0, fixedScopes)).toEqual([
      { tenant: systemTenant, name: "all" },
      ...both.map((name) => ({ tenant: systemTenant, name: `all:${name}` })),
      { tenant: "t", name: "tenant" },
      ...both.map((name) => ({ tenant: "t", name })),
    ]);
    expect(scopes.slice(fixedScopes)).toEqual(
      [`user:${ann}`, "tag:a", "tag:b"].flatMap((name) => [
        { tenant: systemTenant, name: `all:${name}` },
        { tenant: "t", name },
      ]),
    );
    expect(scopeKeys(scopes.slice(3, 5))).toEqual(["g:all:version:v", "g:tenant"]);
  });

  it("are not confirmed when the answer itself was removed meanwhile, and are when it was removed before (N3)", async () => {
    const { store, random } = setUp();
    const generations = new Generations(store, random);
    const watched = [...scopes, removalOf("t", "key")];
    const before = await generations.read(watched);
    await renewGeneration(store, removalOf("t", "key"), random);
    expect(await generations.confirm(watched, before)).toBeUndefined();
    const after = await generations.read(watched);
    expect(await generations.confirm(watched, after)).toHaveLength(scopes.length);
    await renewGeneration(store, removalOf("t", "key"), random);
    expect(await generations.confirm(watched, after)).toBeUndefined();
  });

  it("write missing tokens only when something is stored under them, and then stay", async () => {
    const { store, random } = setUp();
    const generations = new Generations(store, random);
    const first = await generations.read(scopes);
    expect(first.map(({ scope }) => scope)).toEqual(scopes.map(({ name }) => name));
    expect(new Set(first.map(({ token }) => token.join())).size).toBe(scopes.length);
    expect(first.every(({ token }) => token.length === tokenLength)).toBe(true);
    expect(store.stats().entries).toBe(0);
    const stored = await generations.confirm(scopes, first);
    expect(stored).toEqual(first.map(({ scope, token }) => ({ scope, token })));
    expect(store.stats().entries).toBe(scopes.length);
    expect(await generations.read(scopes)).toEqual(stored);
    expect(await new Generations(store, random).read(scopes)).toEqual(stored);
  });

  it("die with the renewal of any of their scopes, and of no other", async () => {
    for (const scope of scopes) {
      const { store, random } = setUp();
      const before = await storedUnder(store, random);
      for (const other of [
        { tenant: "t", name: "tag:c" },
        { tenant: "t", name: "namespace:" },
        { tenant: "u", name: "tenant" },
        { tenant: "u", name: "tag:a" },
        { tenant: "t", name: "all" },
      ]) {
        await renewGeneration(store, other, random);
      }
      expect(await areAlive(store, before)).toBe(true);
      await renewGeneration(store, scope, random);
      expect(await areAlive(store, before), scope.name).toBe(false);
    }
  });

  it("die with the loss of any token, and making it anew brings nothing back (R9)", async () => {
    for (const [index, scope] of scopes.entries()) {
      const { store, random } = setUp();
      const generations = new Generations(store, random);
      const before = await generations.read(scopes);
      expect(await generations.confirm(scopes, before)).toBeDefined();
      store.delete(scope.tenant, scopeKeys(scopes)[index] as string);
      expect(await areAlive(store, before)).toBe(false);
      // A call that was under way all the time does not bring the old token back either.
      expect(await generations.confirm(scopes, before)).toBeUndefined();
      expect(await generations.confirm(scopes, await generations.read(scopes))).toBeDefined();
      expect(await areAlive(store, before), scope.name).toBe(false);
    }
  });

  it("are not confirmed when a renewal came before the first token was written (N3)", async () => {
    for (const scope of scopes) {
      const { store, random } = setUp();
      const generations = new Generations(store, random);
      const before = await generations.read(scopes);
      await renewGeneration(store, scope, random);
      expect(await generations.confirm(scopes, before), scope.name).toBeUndefined();
    }
  });

  it("of a scope that nobody had read are confirmed only if it was never renewed (U9)", async () => {
    const { store, random } = setUp();
    const generations = new Generations(store, random);
    const other = { tenant: "t", namespace: "n", model: "fallback", version: "v", user: "ann", tags: ["a", "b"] };
    const before = await generations.read(scopes);
    expect(await generations.confirm(scopesOf(other), before)).toBeDefined();
    expect(await generations.confirm(scopesOf(other), before)).toBeDefined();
    await renewGeneration(store, scopeOf("model", "fallback", "t"), random);
    expect(await generations.confirm(scopesOf(other), before)).toBeUndefined();
  });

  it("let a write after a renewal within the same millisecond live (N5)", async () => {
    const { clock, store, random } = setUp();
    const now = clock.now();
    await storedUnder(store, random);
    await renewGeneration(store, scopes[3] as Scope, random);
    expect(await areAlive(store, await storedUnder(store, random))).toBe(true);
    expect(clock.now()).toBe(now);
  });

  it("give all calls under way the same tokens, and all of them may store", async () => {
    const { store, random } = setUp();
    const generations = new Generations(new ChaosStore(store), random);
    const all = await Promise.all(Array.from({ length: 5 }, () => generations.read(scopes)));
    for (const one of all) expect(one).toEqual(all[0]);
    const confirmed = await Promise.all(all.map((one) => generations.confirm(scopes, one)));
    for (const one of confirmed) expect(one).toEqual(confirmed[0]);
    expect(confirmed[0]).toBeDefined();
  });

  it("are the same for two processes that begin together, whoever is quicker, and both may store (R16)", async () => {
    const { store, random } = setUp();
    const [one, two] = [new Generations(store, random), new Generations(store, random)];
    const [first, second] = [await one.read(scopes), await two.read(scopes)];
    expect(first).not.toEqual(second);
    const stored = await one.confirm(scopes, first);
    expect(stored).toBeDefined();
    expect(await two.confirm(scopes, second)).toEqual(stored);
    // An invalidation is not mistaken for a quicker neighbour.
    const late = await new Generations(memory(), random).read(scopes);
    await renewGeneration(store, scopes[1] as Scope, random);
    expect(await two.confirm(scopes, late)).toBeUndefined();
  });

  it("can be written again after a store that failed, and a renewal that was not taken is told", async () => {
    const { store, random } = setUp();
    const chaos = new ChaosStore(store);
    const generations = new Generations(chaos, random);
    const before = await generations.read(scopes);
    chaos.mode = "failing";
    await expect(generations.confirm(scopes, before)).rejects.toThrow();
    await expect(renewGeneration(chaos, scopes[0] as Scope, random)).rejects.toThrow();
    chaos.mode = "healthy";
    expect(await generations.confirm(scopes, before)).toBeDefined();
    const full = { ...store, name: "full", set: () => "overloaded" as const } as unknown as Store;
    await expect(renewGeneration(full, scopes[0] as Scope, random)).rejects.toThrow(/did not take/);
  });

  it("are not confirmed after a renewal whose token was lost meanwhile, whether another process wrote a first one since or not (N3, R8)", async () => {
    for (const isWrittenAnew of [false, true]) {
      const { store, random } = setUp();
      const [one, other] = [new Generations(store, random), new Generations(store, random)];
      await storedUnder(store, random);
      const fresh = scopesOf({
        tenant: "t",
        namespace: "n",
        model: "m",
        version: "v",
        user: "ann",
        tags: ["a", "new"],
      });
      const before = await one.read(fresh);
      await new Promise((resolve) => setImmediate(resolve));
      const tag = fresh.at(-1) as Scope;
      await renewGeneration(store, tag, random);
      store.delete(tag.tenant, scopeKeys([tag])[0] as string);
      if (isWrittenAnew) expect(await other.confirm(fresh, await other.read(fresh))).toBeDefined();
      expect(await one.confirm(fresh, before)).toBeUndefined();
    }
  });

  it("of a tenant that has answers are there before the origin answers; of one that has none nothing is left behind", async () => {
    const { store, random } = setUp();
    const generations = new Generations(store, random);
    await generations.read(scopes);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.stats().entries).toBe(0);
    await storedUnder(store, random);
    const tagged = scopesOf({ tenant: "t", namespace: "n", model: "m", version: "v", user: undefined, tags: ["new"] });
    const before = await generations.read(tagged);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.stats().entries).toBe(scopes.length + 2);
    const stored = await generations.confirm(tagged, before);
    expect(stored).toEqual(before.map(({ scope, token }) => ({ scope, token })));
    expect(await generations.read(tagged)).toEqual(stored);
  });

  it("are not disturbed by what was taken back of others, however much that was", async () => {
    const { store, random } = setUp();
    const takenBack = new TakenBack(new ManualClock(), 2);
    const generations = new Generations(store, random, takenBack);
    const of = (tag: string) => scopeOf("tag", tag, "another");
    for (const tag of ["1", "2"]) takenBack.note(of(tag), new Uint8Array([1]));
    const before = await generations.read(scopes);
    takenBack.note(of("3"), new Uint8Array([1]));
    expect(await generations.areCurrent(scopes, before)).toBe(true);
    expect(await generations.confirm(scopes, before)).toBeDefined();
    // So many within one call that its own may be among those forgotten.
    for (const tag of ["4", "5"]) takenBack.note(of(tag), new Uint8Array([1]));
    expect(await generations.areCurrent(scopes, before)).toBe(false);
  });

  it("that another process was quicker to write are those to store under", async () => {
    const { store, random } = setUp();
    await storedUnder(store, random);
    const tagged = scopesOf({ tenant: "t", namespace: "n", model: "m", version: "v", user: undefined, tags: ["new"] });
    const [one, two] = [new Generations(store, random), new Generations(store, random)];
    const both = await Promise.all([one.read(tagged), two.read(tagged)]);
    const stored = await one.confirm(tagged, both[0]);
    expect(stored).toBeDefined();
    expect(await two.confirm(tagged, both[1])).toEqual(stored);
  });

  it("compare tokens byte for byte", () => {
    const token = new Uint8Array([1, 2, 3]);
    expect(sameToken(token, new Uint8Array([1, 2, 3]))).toBe(true);
    expect(sameToken(token, new Uint8Array([1, 2, 4]))).toBe(false);
    expect(sameToken(token, new Uint8Array([1, 2]))).toBe(false);
    expect(sameToken(token, undefined)).toBe(false);
    expect(sameToken(undefined, undefined)).toBe(false);
  });

  it("hold whatever the order of renewals, writes and reads: no read after a renewal sees what was begun before it (N3, N5)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(fc.constantFrom("write", "renew", "read"), fc.nat(25)), { minLength: 6, maxLength: 14 }),
        async (scheduler, operations) => {
          const { store: inner, random } = setUp();
          // Every call to the store is a step whose place in time is drawn.
          const step = <T>(action: () => T) => scheduler.schedule(Promise.resolve()).then(action);
          const store = {
            ...inner,
            name: "scheduled",
            get: (tenant: string, keys: readonly string[]) => step(() => inner.get(tenant, keys)),
            set: (...given: Parameters<typeof inner.set>) => step(() => inner.set(...given)),
            add: (...given: Parameters<typeof inner.add>) => step(() => inner.add(...given)),
            delete: (tenant: string, key: string) => step(() => inner.delete(tenant, key)),
            stats: () => inner.stats(),
            close: () => inner.close(),
          };
          const tokens = new Generations(store, random);
          let time = 0;
          const renewals: { readonly invokedAt: number; readonly acknowledgedAt: number }[] = [];
          let entry: { readonly generations: readonly Generation[]; readonly computedFrom: number } | undefined;
          const faults: string[] = [];
          const running = operations.map(async ([operation, delay]) => {
            for (let count = 0; count < delay; count++) await step(() => {});
            const invokedAt = ++time;
            if (operation === "renew") {
              await renewGeneration(store, scopes[3] as Scope, random);
              renewals.push({ invokedAt, acknowledgedAt: ++time });
            } else if (operation === "write") {
              const generations = await tokens.read(scopes);
              const written = { generations, computedFrom: ++time };
              await step(() => {}); // the origin computes
              if ((await tokens.confirm(scopes, generations)) !== undefined) {
                await step(() => {
                  entry = written;
                });
              }
            } else {
              const found = await step(() => entry);
              if (found === undefined || !(await areAlive(store, found.generations))) return;
              const killer = renewals.find(
                (one) => one.acknowledgedAt < invokedAt && found.computedFrom < one.invokedAt,
              );
              if (killer !== undefined) faults.push("served what a renewal had killed");
            }
          });
          await scheduler.waitFor(Promise.all(running));
          expect(faults).toEqual([]);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
