import { describe, expect, it } from "vitest";
import { MemoryBusHub } from "../../../buses/memory.ts";
import { ManualClock, systemRandom } from "../../../core/clock.ts";
import { StoreUnavailableError } from "../../../core/errors.ts";
import { systemTenant } from "../../../core/scopes.ts";
import type { Store } from "../../../core/store.ts";
import { memory } from "../../../stores/memory.ts";
import { ChaosStore } from "../../../testing/chaos-store.ts";
import { PromptRegistry } from "./prompt-registry.ts";
import { editionKey } from "./prompt-shelf.ts";

const clock = () => new ManualClock();

function registry(store: Store, more: Partial<ConstructorParameters<typeof PromptRegistry>[0]> = {}): PromptRegistry {
  return new PromptRegistry({ store, clock: clock(), random: systemRandom, ...more });
}

async function textOf(of: PromptRegistry, name: string, version?: string, tenant?: string) {
  const found = await of.find(tenant, { name, version });
  return found.kind === "found" ? `${found.prompt.version}: ${found.prompt.text}` : found;
}

describe("the registry of prompts", () => {
  it("keeps versions that never change, of which the newest is meant by the name alone", async () => {
    const prompts = registry(memory({ clock: clock() }));
    await prompts.set({ name: "support", text: "Be kind." });
    await prompts.set({ name: "support", version: "2026-07", text: "Be kind and brief." });
    const third = await prompts.set({ name: "support", text: "Be brief." });
    expect(third).toMatchObject({ isNew: true, prompt: { version: "2", sequence: 3 } });
    expect(await textOf(prompts, "support")).toBe("2: Be brief.");
    expect(await textOf(prompts, "support", "1")).toBe("1: Be kind.");
    expect(await textOf(prompts, "support", "2026-07")).toBe("2026-07: Be kind and brief.");
    const again = await prompts.set({ name: "support", text: "Be brief." });
    expect(again).toMatchObject({ isNew: false, prompt: { version: "2" } });
    expect((await prompts.set({ name: "support", version: "1", text: "Be kind." })).isNew).toBe(false);
    await expect(prompts.set({ name: "support", version: "1", text: "Be rude." })).rejects.toMatchObject({
      fault: "version_exists",
    });
    expect(await textOf(prompts, "support", "1")).toBe("1: Be kind.");
  });

  it("says what is near to a name or a version that is not there", async () => {
    const prompts = registry(memory({ clock: clock() }));
    await prompts.set({ name: "support", text: "a" });
    await prompts.set({ name: "support-de", text: "b" });
    await prompts.set({ name: "sales", text: "c" });
    await prompts.set({ tenant: "t", name: "supporters", text: "d" });
    expect(await textOf(prompts, "suport")).toEqual({ kind: "unknown", near: ["support", "support-de"] });
    expect(await textOf(prompts, "suport", undefined, "t")).toEqual({
      kind: "unknown",
      near: ["support", "support-de", "supporters"],
    });
    expect(await textOf(prompts, "support", "7")).toEqual({ kind: "unknown", near: ["support@1"] });
    expect(await textOf(prompts, "weather")).toEqual({ kind: "unknown", near: [] });
  });

  it("gives a tenant its own before those of everybody, and others nothing of it", async () => {
    const prompts = registry(memory({ clock: clock() }));
    await prompts.set({ name: "support", text: "everybody's" });
    await prompts.set({ tenant: "one", name: "support", text: "one's" });
    await prompts.set({ tenant: "one", name: "secret", text: "one's secret" });
    expect(await textOf(prompts, "support", undefined, "one")).toBe("1: one's");
    expect(await textOf(prompts, "support", undefined, "two")).toBe("1: everybody's");
    expect(await textOf(prompts, "secret", undefined, "two")).toEqual({ kind: "unknown", near: [] });
    expect(await textOf(prompts, "secret")).toEqual({ kind: "unknown", near: [] });
  });

  it("gives nobody everybody's text for a version of his own that was deleted", async () => {
    const prompts = registry(memory({ clock: clock() }));
    await prompts.set({ name: "support", text: "everybody's" });
    await prompts.set({ tenant: "one", name: "support", text: "one's" });
    await prompts.remove("one", { name: "support", version: "1" });
    expect(await textOf(prompts, "support", "1", "one")).toEqual({ kind: "deleted" });
    expect(await textOf(prompts, "support", undefined, "one")).toBe("1: everybody's");
    expect(await textOf(prompts, "support", "1", "two")).toBe("1: everybody's");
  });

  it("takes versions back for good", async () => {
    const store = memory({ clock: clock() });
    const prompts = registry(store);
    await prompts.set({ name: "support", text: "one" });
    await prompts.set({ name: "support", text: "two" });
    expect(await prompts.remove(undefined, { name: "support", version: "2" })).toEqual(["2"]);
    expect(await textOf(prompts, "support")).toBe("1: one");
    expect(await textOf(prompts, "support", "2")).toEqual({ kind: "deleted" });
    await expect(prompts.set({ name: "support", version: "2", text: "two" })).rejects.toMatchObject({
      fault: "version_deleted",
    });
    expect((await prompts.set({ name: "support", text: "three" })).prompt.version).toBe("3");
    expect(await prompts.remove(undefined, { name: "support", version: undefined })).toEqual(["1", "3"]);
    expect(await textOf(prompts, "support")).toEqual({ kind: "deleted" });
    await expect(prompts.remove(undefined, { name: "support", version: undefined })).rejects.toMatchObject({
      fault: "not_found",
    });
    // Nor does another process, or this one after a restart, find a text.
    const later = registry(store);
    expect(await textOf(later, "support", "1")).toEqual({ kind: "deleted" });
    expect(later.book.live).toEqual([]);
  });

  it("reaches others over the bus at once, and without it within a second", async () => {
    const store = memory({ clock: clock() });
    const hub = new MemoryBusHub();
    const [left, right] = [hub.join(), hub.join()];
    const time = new ManualClock();
    const here = registry(store, { bus: left });
    const there = registry(store, { bus: right });
    const alone = registry(store, { clock: time });
    const told: string[] = [];
    await there.watch(() => told.push("there"));
    await alone.watch(() => told.push("alone"));
    await here.set({ name: "support", text: "one" });
    await expect.poll(() => there.book.newest(undefined, "support")?.text).toBe("one");
    expect(alone.book.newest(undefined, "support")).toBeUndefined();
    expect(await textOf(alone, "support")).toBe("1: one");
    await here.set({ name: "support", text: "two" });
    time.advance(999);
    expect(await textOf(alone, "support")).toBe("1: one");
    await here.set({ name: "support", text: "three" });
    expect(await textOf(alone, "support")).toBe("1: one");
    time.advance(1_000);
    expect(await textOf(alone, "support")).toBe("3: three");
    // Nor does it matter that nobody asks.
    await here.set({ name: "support", text: "four" });
    time.advance(10_000);
    await expect.poll(() => alone.book.newest(undefined, "support")?.text).toBe("four");
    expect(told.filter((one) => one === "there")).toHaveLength(4);
    for (const one of [here, there, alone]) one.close();
  });

  it("finds what another has set a moment ago, with no bus and no time gone by", async () => {
    const store = memory({ clock: clock() });
    const [here, there] = [registry(store), registry(store)];
    expect(await textOf(there, "support")).toEqual({ kind: "unknown", near: [] });
    await here.set({ name: "support", text: "one" });
    expect(await textOf(there, "support")).toBe("1: one");
  });

  it("gives each version one text, whoever registers it at the same time", async () => {
    const store = new ChaosStore(memory({ clock: clock() }));
    const many = Array.from({ length: 8 }, () => registry(store));
    const named = await Promise.allSettled(
      many.map((one, index) => one.set({ name: "support", version: "v", text: `text ${index}` })),
    );
    expect(named.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const numbered = await Promise.all(many.map((one, index) => one.set({ name: "sales", text: `text ${index}` })));
    expect(new Set(numbered.map(({ prompt }) => prompt.version)).size).toBe(8);
    const all = registry(store);
    await all.read();
    expect(all.book.versions).toHaveLength(9);
    for (const { prompt } of numbered)
      expect(await textOf(all, "sales", prompt.version)).toBe(`${prompt.version}: ${prompt.text}`);
  });

  it("answers from memory while the store is away, and says so of what it does not know", async () => {
    const store = new ChaosStore(memory({ clock: clock() }));
    const time = new ManualClock();
    const prompts = registry(store, { clock: time });
    await prompts.set({ name: "support", text: "one" });
    time.advance(5_000);
    store.mode = "hanging";
    const found = textOf(prompts, "support");
    time.advance(50);
    expect(await found).toBe("1: one");
    // Within a second it is not asked again.
    expect(await textOf(prompts, "support")).toBe("1: one");
    store.mode = "failing";
    time.advance(1_000);
    expect(await textOf(prompts, "support")).toBe("1: one");
    await expect(prompts.find(undefined, { name: "sales", version: undefined })).rejects.toThrow(StoreUnavailableError);
    await expect(prompts.set({ name: "sales", text: "two" })).rejects.toThrow(StoreUnavailableError);
    store.mode = "healthy";
    expect(await textOf(prompts, "sales")).toEqual({ kind: "unknown", near: [] });
  });

  it("gives back to a store that began anew what it had", async () => {
    const time = new ManualClock();
    const stores = { current: memory({ clock: clock() }) as Store };
    const moving = {
      get: (tenant, keys) => stores.current.get(tenant, keys),
      set: (...given) => stores.current.set(...given),
      add: (...given) => stores.current.add(...given),
    } as Pick<Store, "get" | "set" | "add"> as Store;
    const prompts = registry(moving, { clock: time });
    await prompts.watch();
    await prompts.set({ name: "support", text: "one" });
    await prompts.set({ name: "support", text: "two" });
    await prompts.remove(undefined, { name: "support", version: "1" });
    stores.current = memory({ clock: clock() });
    time.advance(10_000);
    await expect.poll(() => textOf(registry(stores.current), "support")).toBe("2: two");
    expect(await textOf(registry(stores.current), "support", "1")).toEqual({ kind: "deleted" });
    prompts.close();
  });

  it("finds out what was deleted where the store has lost no more than its edition", async () => {
    const time = new ManualClock();
    const store = memory({ clock: clock() });
    const [here, there] = [registry(store), registry(store, { clock: time })];
    await here.set({ name: "support", text: "one" });
    expect(await textOf(there, "support", "1")).toBe("1: one");
    await here.remove(undefined, { name: "support", version: "1" });
    await store.delete(systemTenant, editionKey);
    time.advance(1_000);
    expect(await textOf(there, "support", "1")).toEqual({ kind: "deleted" });
    expect(await textOf(here, "support", "1")).toEqual({ kind: "deleted" });
  });

  it("acknowledges what a store that gathers writes has written down, and not before", async () => {
    const gathering = memory({ clock: clock() });
    const steps: string[] = [];
    const store = {
      get: (tenant: string, keys: readonly string[]) => gathering.get(tenant, keys),
      set: (...given: Parameters<Store["set"]>) => gathering.set(...given),
      add: (...given: Parameters<Store["add"]>) => gathering.add(...given),
      async flush() {
        steps.push("written");
      },
    } as Partial<Store> as Store;
    await registry(store).set({ name: "support", text: "one" });
    steps.push("acknowledged");
    expect(steps).toEqual(["written", "acknowledged"]);
  });

  it("does not acknowledge what the store has no room for", async () => {
    const prompts = registry(memory({ clock: clock(), maxBytes: 100_000 }));
    await expect(prompts.set({ name: "long", text: "x".repeat(200_000) })).rejects.toThrow(StoreUnavailableError);
    expect((await prompts.set({ name: "short", text: "x" })).isNew).toBe(true);
  });

  it("holds more prompts than one reading of places, in their order", async () => {
    const store = memory({ clock: clock() });
    const prompts = registry(store);
    for (let index = 0; index < 100; index++) await prompts.set({ name: "many", text: `text ${index}` });
    const later = registry(store);
    await later.read();
    expect(later.book.versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 100 }, (_, index) => String(index + 1)),
    );
    expect(await textOf(later, "many")).toBe("100: text 99");
  });

  it("takes no more than fits the memory of all", async () => {
    const prompts = registry(memory({ clock: clock() }));
    const text = "x".repeat(9 * 1024 * 1024);
    for (const name of ["a", "b", "c"]) await prompts.set({ name, text });
    await expect(prompts.set({ name: "d", text })).rejects.toMatchObject({ fault: "too_many_prompts" });
    await prompts.remove(undefined, { name: "a", version: undefined });
    expect((await prompts.set({ name: "d", text })).isNew).toBe(true);
  });
});
