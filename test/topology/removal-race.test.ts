import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { systemTenant } from "../../src/core/scopes.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { Gate } from "../../src/testing/gate.ts";
import { until } from "./cache-harness.ts";
import { sharedMemory, startFleet } from "./fleet-harness.ts";

/**
 * An answer that is on its way into the store while its key is removed on another node. The one who writes has looked for
 * the removal just before, so it writes what must not be served, and takes it back when it looks again.
 */

/** A view of the store on which the writing of an answer, and the next look for a removal, wait. */
function slowWriter(store: SharedStore, writing: Gate, looking: Gate): SharedStore {
  let isWritten = false;
  return {
    ...store,
    async set(tenant, key, value, options) {
      if (tenant === systemTenant || key.startsWith("g:") || isWritten) return store.set(tenant, key, value, options);
      await writing.pass();
      isWritten = true;
      return store.set(tenant, key, value, options);
    },
    async get(tenant, keys) {
      if (isWritten && keys.some(isRemoval)) await looking.pass();
      return store.get(tenant, keys);
    },
    async add(tenant, key, value, options) {
      if (isWritten && isRemoval(key)) await looking.pass();
      return store.add(tenant, key, value, options);
    },
  };
}

function isRemoval(key: string): boolean {
  return key.startsWith("g:removed:");
}

describe("an answer that is written while it is removed", () => {
  it.each([false, true])(
    "is not served where the removal was acknowledged, and is taken back; not the first removal: %s (N3, N5, I3)",
    async (isAgain) => {
      const { clock, stores } = sharedMemory(2);
      const [writing, looking] = [new Gate(), new Gate()];
      const [first, second] = stores as [SharedStore, SharedStore];
      const { nodes } = await startFleet({ clock, stores: [slowWriter(first, writing, looking), second] });
      const [writer, remover] = nodes;
      await remover.read();
      await until(() => remover.eventsOf("entry-write").length === 1);
      const id = (await remover.read()).headers.get("x-ai-cache-entry") as string;
      if (isAgain) await remover.cache.invalidate({ keys: [id] });
      else await remover.cache.invalidate({ all: true });
      clock?.advance(1_001);

      const begun = writer.read();
      await writing.reached();
      expect((await remover.cache.invalidate({ keys: [id] })).entries).toBe(isAgain ? 0 : 1);
      writing.release();
      await looking.reached();
      const meanwhile = await remover.read({}, { headers: { "cache-control": "only-if-cached" } });
      expect([meanwhile.outcome, meanwhile.reason]).toEqual(["MISS", "generation_changed"]);
      looking.release();
      await until(() => writer.eventsOf("entry-refuse").length === 1, "it is taken back");
      expect(writer.eventsOf("entry-refuse")).toMatchObject([{ reason: "generation_changed" }]);
      expect((await begun).outcome).toBe("MISS");
      const after = await writer.read({}, { headers: { "cache-control": "only-if-cached" } });
      expect([after.outcome, after.reason]).toEqual(["MISS", "absent"]);
    },
  );

  it("is there for good when it was computed after the removal", async () => {
    const { clock, stores } = sharedMemory(2);
    const { nodes, passing } = await startFleet({ clock, stores });
    const [one, other] = nodes;
    await one.read();
    await until(() => one.eventsOf("entry-write").length === 1);
    const id = (await one.read()).headers.get("x-ai-cache-entry") as string;
    for (const [round, remover] of [other, one].entries()) {
      expect(await remover.cache.invalidate({ keys: [id] })).toMatchObject({ entries: 1 });
      await passing(1_001);
      expect((await one.read()).outcome).toBe("MISS");
      await until(() => one.eventsOf("entry-write").length === round + 2);
      await passing(1_001);
      expect([(await one.read()).outcome, (await other.read()).outcome]).toEqual(["HIT", "HIT"]);
    }
  });
});

describe("an answer that is written while it is removed, by a process that is cut off just then", () => {
  it.each([
    ["before it could look for the removal", "look"],
    ["before it heard that it was written", "write"],
  ] as const)("%s, is taken back as soon as the store answers (N3, N5, I3)", async (_, lost) => {
    const { clock, stores } = sharedMemory(2);
    const [first, second] = stores as [SharedStore, SharedStore];
    const writing = new Gate();
    // Cut once: what is written in the background afterwards does not cut it again.
    let line: "whole" | "cut" | "mended" = "whole";
    const away = () => Promise.reject(new StoreUnavailableError({ message: "away" }));
    const store: SharedStore = {
      ...first,
      async set(tenant, key, value, options) {
        if (line === "cut") return away();
        const isOther = tenant === systemTenant || key.startsWith("g:");
        if (line === "mended" || isOther) return first.set(tenant, key, value, options);
        await writing.pass();
        line = "cut";
        const result = await first.set(tenant, key, value, options);
        return lost === "write" ? away() : result;
      },
      get: (tenant, keys) => (line === "cut" ? away() : first.get(tenant, keys)),
      add: (...given) => (line === "cut" ? away() : first.add(...given)),
      delete: (...given) => (line === "cut" ? away() : first.delete(...given)),
    };
    const { nodes, passing } = await startFleet({ clock, stores: [store, second] });
    const [writer, remover] = nodes;
    await remover.read();
    await until(() => remover.eventsOf("entry-write").length === 1);
    const id = (await remover.read()).headers.get("x-ai-cache-entry") as string;
    await remover.cache.invalidate({ all: true });
    await passing(1_001);

    const begun = writer.read();
    await writing.reached();
    await remover.cache.invalidate({ keys: [id] });
    writing.release();
    expect((await begun).outcome).toBe("MISS");
    await until(() => writer.eventsOf("store-fault").length > 0, "it is cut off");
    const onlyStored = { headers: { "cache-control": "only-if-cached" } };
    line = "mended";
    await passing(1_001);
    expect((await writer.read({}, onlyStored)).outcome).toBe("MISS");
    expect((await remover.read({}, onlyStored)).reason).toBe("absent");
  });
});
