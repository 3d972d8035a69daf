import { expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { memory } from "../../stores/memory.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import { Answers } from "./answers.ts";

const source = { tenant: "t", slot: "s" };

async function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const secret = fingerprintKey(Buffer.alloc(32, 1));
  const announced: string[] = [];
  const announce = async (keys: readonly string[]) => void announced.push(...keys);
  const registry = new AnswerRegistry({ store, truth: store, secret, clock, random: systemRandom, announce });
  const answers = new Answers({ registry, store, clock, random: systemRandom, changed: async () => {} });
  const labels = { title: undefined, language: undefined, model: undefined, tags: [] };
  const add = async (slug: string, slot = source.slot) => {
    const generations = [await registry.generationOf({ ...source, slot })];
    const more = { source: { ...source, slot }, generations, computedAt: 0, publishedAt: 0 };
    return registry.addVersion({ slug, text: "Yes.", ...labels, ...more });
  };
  const head = { state: "draft", current: undefined, latest: 1, changedAt: 0, prompt: undefined } as const;
  const draft = async (slug: string, slot?: string) => {
    const { version } = await add(slug, slot);
    await registry.setHead({ ...head, slug, refreshedAt: undefined, failed: undefined });
    return version;
  };
  return { store, registry, answers, add, draft, announced };
}

it("what is shown of an entry that was taken back is gone, and is not shown again", async () => {
  const { registry, answers, draft } = await setUp();
  const version = await draft("a");
  await answers.show("a", version);
  expect(registry.shown("a")?.version.version).toBe(version);
  expect(await answers.withdrawDead([source])).toEqual(["a"]);
  expect(registry.shown("a")).toBeUndefined();
  await expect(answers.show("a", version)).rejects.toThrow(InvalidOptionError);
  expect((await registry.head("a"))?.state).toBe("withdrawn");
});

it("drafts and earlier versions of it are dead as well, and those of other entries are not", async () => {
  const { answers, add, draft } = await setUp();
  const version = await draft("drafted");
  await draft("newer", "other");
  const older = await add("newer");
  await answers.show("newer", 1);
  expect(await answers.withdrawDead([source])).toEqual([]);
  await expect(answers.show("drafted", version)).rejects.toThrow(InvalidOptionError);
  await expect(answers.show("newer", older.version)).rejects.toThrow(InvalidOptionError);
  expect(await answers.show("newer", 1)).toMatchObject({ state: "live", current: 1 });
});

it("what is computed anew in its place can be published, until it is taken back in its turn", async () => {
  const { answers, add, draft } = await setUp();
  await draft("a");
  await answers.withdrawDead([source]);
  const { version } = await add("a");
  expect(await answers.show("a", version)).toMatchObject({ state: "live", current: version });
  expect(await answers.withdrawDead([source])).toEqual(["a"]);
  await expect(answers.show("a", version)).rejects.toThrow(InvalidOptionError);
});

it("the others hear of it, and nothing is written for entries of which nothing was made", async () => {
  const { store, answers, draft, announced } = await setUp();
  await draft("a");
  announced.length = 0;
  const before = (await store.stats()).entries;
  await answers.withdrawDead([{ tenant: "t", slot: "unused" }]);
  expect([announced, (await store.stats()).entries]).toEqual([[], before]);
  await answers.withdrawDead([source]);
  expect(announced).toEqual([expect.stringMatching(/^g:all:entry:/)]);
});
