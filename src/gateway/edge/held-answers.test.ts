import { expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { firstGeneration, renewGeneration } from "../../core/generations.ts";
import { scopeOf } from "../../core/scopes.ts";
import { memory } from "../../stores/memory.ts";
import { AnswerRegistry } from "./answer-registry.ts";

const tag = scopeOf("tag", "doc:1", "t");

async function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const secret = fingerprintKey(Buffer.alloc(32, 1));
  const registry = new AnswerRegistry({
    store,
    truth: store,
    secret,
    clock,
    random: systemRandom,
    announce: async () => {},
  });
  const token = Buffer.from(await firstGeneration(store, tag, systemRandom)).toString("base64url");
  const draft = {
    slug: "a",
    title: undefined,
    language: undefined,
    model: undefined,
    tags: [],
    computedAt: 0,
    publishedAt: 0,
  };
  const source = { tenant: "t", slot: "s" };
  const add = (text: string) => registry.addVersion({ ...draft, text, source, generations: [[tag.name, token]] });
  const head = {
    slug: "a",
    state: "live",
    latest: 1,
    changedAt: 0,
    prompt: undefined,
    refreshedAt: undefined,
    failed: undefined,
  } as const;
  await add("one");
  await registry.setHead({ ...head, current: 1 });
  return { store, registry, add, head };
}

it("an answer is held until its head, its version or what it lives by is another", async () => {
  const { store, registry, add, head } = await setUp();
  const first = registry.shown("a");
  expect([first?.version.text, registry.shown("a") === first]).toEqual(["one", true]);
  await add("two");
  await registry.setHead({ ...head, current: 2, latest: 2 });
  expect(registry.shown("a")?.version.text).toBe("two");
  await renewGeneration(store, tag, systemRandom);
  expect(registry.shown("a")).toBeUndefined();
  expect(await registry.isAlive((await registry.version("a", 2)) as never)).toBe(false);
});

it("nothing is held of what is withdrawn, unknown, or not all in memory", async () => {
  const { store, registry, head } = await setUp();
  expect(registry.shown("unknown")).toBeUndefined();
  await registry.setHead({ ...head, state: "withdrawn", current: undefined });
  expect(registry.shown("a")).toBeUndefined();
  await registry.setHead({ ...head, current: 1 });
  expect(registry.shown("a")?.version.version).toBe(1);
  await store.delete(tag.tenant, `g:${tag.name}`);
  expect(registry.shown("a")).toBeUndefined();
});
