import { describe, expect, it } from "vitest";
import { MemoryBusHub } from "../buses/memory.ts";
import type { BusMessage } from "../core/bus.ts";
import { ManualClock } from "../core/clock.ts";
import { entryId } from "../core/entry-id.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { currentTokens, removalOf, renewGeneration } from "../core/generations.ts";
import { everything, type Scope, scopeOf, systemTenant, wholeTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";
import type { TraceEvent } from "../core/trace.ts";
import { guarded } from "../stores/guarded.ts";
import { memory } from "../stores/memory.ts";
import { Invalidator } from "./invalidation.ts";
import { RenewalJournal } from "./renewal-journal.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };

function setUp(broken: Partial<Store> = {}, guarding = (store: Store, _: ManualClock): Store => store) {
  const clock = new ManualClock();
  const store = Object.assign(memory({ clock }), broken);
  const hub = new MemoryBusHub();
  const [bus, other] = [hub.join(), hub.join()];
  const heard: BusMessage[] = [];
  other.subscribe({ heard: (message) => void heard.push(message), missed: () => {} });
  const noted: BusMessage[] = [];
  const journal = new RenewalJournal({ store, clock, onLost: () => {} });
  journal.note = (renewal) => void noted.push(renewal);
  const events: TraceEvent[] = [];
  let made = 0;
  const random = { fraction: () => 0, bytes: (length: number) => new Uint8Array(length).fill(++made) };
  const trace = (event: TraceEvent) => void events.push(event);
  const invalidator = new Invalidator({
    store,
    shared: guarding(store, clock),
    truth: store,
    bus,
    journal,
    clock,
    random,
    trace,
  });
  const tokenOf = async (scope: Scope) => (await currentTokens(store, [scope]))[0];
  return { clock, store, bus, heard, noted, events, random, invalidator, tokenOf };
}

describe("Invalidator", () => {
  it("gives every scope another token, tells the others, and remembers those that had one", async () => {
    const { store, random, invalidator, tokenOf, heard, noted, events } = setUp();
    const tag = scopeOf("tag", "doc:42", "t");
    const before = await renewGeneration(store, tag, random);
    const result = await invalidator.invalidate({ tags: ["doc:42"], model: "m", tenant: "t" });
    expect(result).toEqual({ scopes: 2, entries: 0 });
    const model = scopeOf("model", "m", "t");
    const [token, other] = [await tokenOf(tag), await tokenOf(model)];
    expect(token).not.toEqual(before);
    expect(token).not.toEqual(other);
    const messages = [
      { kind: "renewed", tenant: "t", scope: tag.name, token, before },
      { kind: "renewed", tenant: "t", scope: model.name, token: other, before: undefined },
    ];
    expect(heard).toEqual(messages);
    expect(noted).toEqual(messages);
    expect(events).toEqual([{ type: "invalidation", scopes: 2, entries: 0, groups: ["tag", "model"] }]);
  });

  it.each([
    [{ all: true }, everything],
    [{ all: true, tenant: "t" }, wholeTenant("t")],
    [{ tags: ["x"] }, scopeOf("tag", "x", undefined)],
  ])("%j renews that scope and no other", async (wish, scope) => {
    const { invalidator, tokenOf, heard } = setUp();
    await invalidator.invalidate(wish);
    expect(await tokenOf(scope)).toBeDefined();
    expect(heard).toHaveLength(1);
  });

  it("removes entries by id, counts those that were there, and keeps their computing from being stored", async () => {
    const { clock, store, invalidator, tokenOf, heard, events } = setUp();
    store.set("t", "key.1", Buffer.from("variant"), forEver);
    store.set("t", "key", Buffer.from("first"), forEver);
    const keys = [entryId("t", "key.1"), entryId("t", "absent")];
    expect(await invalidator.invalidate({ keys })).toEqual({ scopes: 0, entries: 1 });
    expect((await store.get("t", ["key", "key.1"])).map((value) => value?.length)).toEqual([5, undefined]);
    // A variant is computed under the key of the call.
    expect(await tokenOf(removalOf("t", "key"))).toBeDefined();
    clock.advance(15 * 60_000);
    expect(await tokenOf(removalOf("t", "key"))).toBeUndefined();
    expect(heard).toEqual([
      { kind: "removed", tenant: "t", key: "key.1" },
      { kind: "removed", tenant: "t", key: "absent" },
    ]);
    expect(events).toEqual([{ type: "invalidation", scopes: 0, entries: 2, groups: ["key", "key"] }]);
  });

  it("with a tenant leaves entries of others alone, and the tenant itself", async () => {
    const { store, invalidator, tokenOf } = setUp();
    store.set("theirs", "key", Buffer.from("x"), forEver);
    const result = await invalidator.invalidate({ keys: [entryId("theirs", "key")], tenant: "mine" });
    expect(result).toEqual({ scopes: 0, entries: 0 });
    expect(await store.get("theirs", ["key"])).toHaveLength(1);
    expect((await store.get("theirs", ["key"]))[0]).toBeDefined();
    expect(await tokenOf(wholeTenant("mine"))).toBeUndefined();
  });

  it("a wish that breaks a rule changes nothing", async () => {
    const { invalidator, heard, tokenOf } = setUp();
    await expect(invalidator.invalidate({ tags: ["a"], keys: ["nonsense"] })).rejects.toThrow("keys.0 must be");
    expect(heard).toEqual([]);
    expect(await tokenOf(scopeOf("tag", "a", undefined))).toBeUndefined();
  });
});

describe("Invalidator, when something fails", () => {
  const outage = (): never => {
    throw new StoreUnavailableError({ message: "away" });
  };

  it.each<[string, Partial<Store>, object]>([
    ["takes no token", { set: () => "overloaded" }, { tags: ["a"] }],
    ["has no room for a token", { set: () => "declined" }, { all: true }],
    ["cannot remove an entry", { delete: outage }, { keys: [entryId("t", "key")] }],
    ["cannot mark a removal", { set: () => "overloaded" }, { keys: [entryId("t", "key")] }],
    ["takes only a part", { delete: outage }, { keys: [entryId("t", "key")], tags: ["a"] }],
  ])("a store that %s: nothing is acknowledged, told or counted", async (_, broken, wish) => {
    const { invalidator, heard, noted, events } = setUp(broken);
    await expect(invalidator.invalidate(wish)).rejects.toThrow(StoreUnavailableError);
    expect([heard, events]).toEqual([[], []]);
    expect(noted.length).toBeLessThanOrEqual(1);
    const known = [everything, scopeOf("tag", "a", undefined)].filter((scope) => invalidator.takenBack.knows(scope));
    expect(noted).toMatchObject(known.map(({ name }) => ({ scope: name })));
  });

  it("a store that cannot say what there was before takes it all the same", async () => {
    const { invalidator, heard } = setUp({ get: () => Promise.reject(new Error("away")) });
    expect(await invalidator.invalidate({ tags: ["a"] })).toEqual({ scopes: 1, entries: 0 });
    expect(heard).toMatchObject([{ before: undefined }]);
  });

  it.each<[string, () => void | Promise<void>]>([
    ["rejects", () => Promise.reject(new Error("gone"))],
    [
      "throws",
      () => {
        throw new Error("gone");
      },
    ],
  ])("a bus that %s harms nothing, and is told of", async (_, publish) => {
    const { invalidator, bus, events, tokenOf } = setUp();
    bus.publish = publish;
    expect(await invalidator.invalidate({ all: true })).toEqual({ scopes: 1, entries: 0 });
    expect(await tokenOf({ tenant: systemTenant, name: "all" })).toBeDefined();
    await invalidator.close();
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["bus-fault", "invalidation"]));
  });

  it("nothing to say is not said", async () => {
    const { invalidator, bus, events } = setUp();
    bus.publish = () => {
      throw new Error("nothing to say");
    };
    expect(await invalidator.invalidate({ tags: [] })).toEqual({ scopes: 0, entries: 0 });
    expect(events).toEqual([{ type: "invalidation", scopes: 0, entries: 0, groups: [] }]);
  });

  it.each([60, 1_000])(
    "a store that takes %d ms to say what there was before: the renewal is remembered all the same",
    async (lateMs) => {
      const late: { answer: () => void } = { answer: () => {} };
      const asked = new Promise<void>((resolve) => {
        late.answer = resolve;
      });
      const { clock, store, random, invalidator, noted, heard } = setUp({}, (inner, time) =>
        guarded(inner, { clock: time, readDeadlineMs: 50, writeDeadlineMs: 250 }),
      );
      const tag = scopeOf("tag", "doc:42", undefined);
      const before = await renewGeneration(store, tag, random);
      const get = store.get.bind(store);
      Object.assign(store, {
        get: async (tenant: string, keys: readonly string[]) => {
          const found = get(tenant, keys);
          await asked;
          return found;
        },
      });
      const invalidating = invalidator.invalidate({ tags: ["doc:42"] });
      await turns(3);
      clock.advance(lateMs);
      await turns(3);
      late.answer();
      expect(await invalidating).toEqual({ scopes: 1, entries: 0 });
      await turns(3);
      expect(noted).toMatchObject([{ scope: tag.name, before }]);
      // The others remember it too, if it did not take for ever.
      expect(heard).toMatchObject([{ scope: tag.name, before: lateMs < 100 ? before : undefined }]);
    },
  );

  it("a store that reads what is being written: there was nothing that could come back", async () => {
    const { store, invalidator, noted } = setUp();
    const get = store.get.bind(store);
    Object.assign(store, {
      get: async (tenant: string, keys: readonly string[]) => {
        await turns(1);
        return get(tenant, keys);
      },
    });
    await invalidator.invalidate({ tags: ["a"] });
    expect(noted).toMatchObject([{ before: undefined }]);
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
