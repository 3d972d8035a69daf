import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memory } from "../stores/memory.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import type { Random } from "./clock.ts";
import { ManualClock } from "./clock.ts";
import {
  areCurrent,
  type Generation,
  readGenerations,
  renewGeneration,
  type Scope,
  sameToken,
  scopeKeys,
  scopesOf,
  systemTenant,
  tokenLength,
} from "./generations.ts";

function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  let drawn = 0;
  const random: Random = {
    bytes: (length) => new Uint8Array(length).fill(0).map((_, index) => (index === 0 ? ++drawn : drawn >> 8)),
    fraction: () => 0,
  };
  return { clock, store, random };
}

const scopes = scopesOf("t", "n", ["a", "b"]);

describe("generations", () => {
  it("cover everything, the tenant, the namespace and each tag, in an order that the format keeps", () => {
    expect(scopes).toEqual([
      { tenant: systemTenant, name: "all" },
      { tenant: "t", name: "tenant" },
      { tenant: "t", name: "namespace:n" },
      { tenant: "t", name: "tag:a" },
      { tenant: "t", name: "tag:b" },
    ]);
    expect(scopeKeys(scopes)).toEqual(["g:all", "g:tenant", "g:namespace:n", "g:tag:a", "g:tag:b"]);
  });

  it("make missing tokens once and then stay", async () => {
    const { store, random } = setUp();
    const first = await readGenerations(store, scopes, random);
    expect(first.map(({ scope }) => scope)).toEqual(scopes.map(({ name }) => name));
    expect(new Set(first.map(({ token }) => token.join())).size).toBe(scopes.length);
    expect(first.every(({ token }) => token.length === tokenLength)).toBe(true);
    expect(await readGenerations(store, scopes, random)).toEqual(first);
    expect(await areCurrent(store, scopes, first)).toBe(true);
  });

  it("die with the renewal of any of their scopes, and of no other", async () => {
    for (const scope of scopes) {
      const { store, random } = setUp();
      const before = await readGenerations(store, scopes, random);
      for (const other of [
        { tenant: "t", name: "tag:c" },
        { tenant: "t", name: "namespace:" },
        { tenant: "u", name: "tenant" },
        { tenant: "u", name: "tag:a" },
        { tenant: "t", name: "all" },
      ]) {
        await renewGeneration(store, other, random);
      }
      expect(await areCurrent(store, scopes, before)).toBe(true);
      await renewGeneration(store, scope, random);
      expect(await areCurrent(store, scopes, before), scope.name).toBe(false);
    }
  });

  it("die with the loss of any token, and making it anew brings nothing back (R9)", async () => {
    for (const [index, scope] of scopes.entries()) {
      const { store, random } = setUp();
      const before = await readGenerations(store, scopes, random);
      store.delete(scope.tenant, scopeKeys(scopes)[index] as string);
      expect(await areCurrent(store, scopes, before)).toBe(false);
      await readGenerations(store, scopes, random);
      expect(await areCurrent(store, scopes, before), scope.name).toBe(false);
    }
  });

  it("let a write after a renewal within the same millisecond live (N5)", async () => {
    const { clock, store, random } = setUp();
    const now = clock.now();
    await readGenerations(store, scopes, random);
    await renewGeneration(store, scopes[3] as Scope, random);
    const after = await readGenerations(store, scopes, random);
    expect(await areCurrent(store, scopes, after)).toBe(true);
    expect(clock.now()).toBe(now);
  });

  it("give all who find nothing at the same time the same tokens", async () => {
    const { store, random } = setUp();
    const slow = new ChaosStore(store);
    const all = await Promise.all(Array.from({ length: 5 }, () => readGenerations(slow, scopes, random)));
    for (const one of all) expect(one).toEqual(all[0]);
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
              const generations = await readGenerations(store, scopes, random);
              const written = { generations, computedFrom: ++time };
              await step(() => {}); // the origin computes
              if (await areCurrent(store, scopes, generations)) {
                await step(() => {
                  entry = written;
                });
              }
            } else {
              const found = await step(() => entry);
              if (found === undefined || !(await areCurrent(store, scopes, found.generations))) return;
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
