import { expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import type { AnswerHead } from "../../layers/edge/published-answer.ts";
import { memory } from "../../stores/memory.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import { Answers } from "./answers.ts";

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
  const told: string[] = [];
  const caches = { areAway: false };
  const changed = async (slug: string) => {
    if (caches.areAway) throw new StoreUnavailableError({ message: "the outbox takes nothing" });
    told.push(slug);
  };
  const answers = new Answers({ registry, store, clock, random: systemRandom, changed });
  const labels = { title: undefined, language: undefined, model: undefined, tags: [], generations: [] };
  const source = { tenant: "t", slot: "s" };
  const addVersion = (text: string) =>
    registry.addVersion({ slug: "a", text, ...labels, source, computedAt: 0, publishedAt: 0 });
  await addVersion("Yes.");
  const head = { slug: "a", state: "draft", current: undefined, latest: 1, changedAt: 0 } as const;
  await registry.setHead({ ...head, prompt: undefined, refreshedAt: undefined, failed: undefined });
  await answers.show("a", 1);
  return { clock, store, registry, answers, told, caches, addVersion };
}

it("caches are told of what they may have, and of nothing that was never shown", async () => {
  const { answers, registry, told, addVersion } = await setUp();
  expect(told).toEqual([]);
  const before = await registry.head("a");
  expect(await answers.show("a", 1)).toEqual(before);
  expect([told, await registry.head("a")]).toEqual([[], before]);
  await addVersion("No.");
  await answers.show("a", 2);
  expect(told).toEqual(["a"]);
  await answers.unpublish("a");
  expect(told).toEqual(["a", "a"]);
});

it("whatever changes what is shown has a second of its own, however fast it comes, and a draft takes none", async () => {
  const { clock, registry, answers, addVersion } = await setUp();
  await addVersion("No.");
  const seconds = async (changes: readonly (() => Promise<AnswerHead>)[]) => {
    const at: number[] = [];
    for (const change of changes) at.push(Math.floor((await change()).changedAt / 1_000));
    return at;
  };
  const start = Math.floor(clock.now() / 1_000);
  expect((await registry.head("a"))?.changedAt).toBe(Math.trunc(clock.now()));
  const changes = [() => answers.show("a", 2), () => answers.unpublish("a"), () => answers.show("a", 1)];
  expect(await seconds(changes)).toEqual([start + 1, start + 2, start + 3]);
  clock.advance(60_000);
  expect(await seconds([() => answers.show("a", 2)])).toEqual([start + 60]);
});

it("E3: what was withdrawn while caches could not be told is gone, and they are told when it is withdrawn once more", async () => {
  const { answers, registry, told, caches } = await setUp();
  caches.areAway = true;
  await expect(answers.unpublish("a")).rejects.toThrow(StoreUnavailableError);
  expect((await registry.head("a"))?.state).toBe("withdrawn");
  caches.areAway = false;
  await answers.unpublish("a");
  expect(told).toEqual(["a"]);
});

it("of two who publish at the same time each gets a version of its own", async () => {
  const { registry } = await setUp();
  const labels = { title: undefined, language: undefined, model: undefined, tags: [], generations: [] };
  const draft = { slug: "a", ...labels, source: { tenant: "t", slot: "s" }, computedAt: 0, publishedAt: 0 };
  const made = await Promise.all(["x", "y", "z"].map((text) => registry.addVersion({ ...draft, text })));
  expect(made.map(({ version }) => version).sort()).toEqual([2, 3, 4]);
  const kept = await Promise.all(made.map(async ({ version }) => (await registry.version("a", version))?.text));
  expect(kept).toEqual(made.map(({ text }) => text));
});
