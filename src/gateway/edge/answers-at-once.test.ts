import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { sealEntry } from "../../core/entry.ts";
import { entryId } from "../../core/entry-id.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { lifetimeOf } from "../../core/freshness.ts";
import type { Store } from "../../core/store.ts";
import type { AnswerHead } from "../../layers/edge/published-answer.ts";
import { openAiChat } from "../../protocols/openai-chat.ts";
import { memory } from "../../stores/memory.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import { Answers } from "./answers.ts";
import { PromptRefresher } from "./prompt-refresher.ts";

/** Two who change the same slug: the one before any step that the other takes in the store. */

const prompt = { path: "/v1/chat/completions", body: { model: "m" }, headers: {}, everyMs: 60_000 };
const forGood = { deleteAt: Number.POSITIVE_INFINITY };
const message = { role: "assistant", content: "Yes." };
const body = Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));

/** Steps are counted from `interrupt` on; before the one with that number `what` happens, once. */
function interruptible(store: Store) {
  let left = 0;
  let what = async (): Promise<unknown> => undefined;
  const step = async <T>(action: () => T): Promise<Awaited<T>> => {
    if (left > 0 && --left === 0) await what();
    return await action();
  };
  const over: Store = {
    name: store.name,
    get: (...args) => step(() => store.get(...args)),
    set: (...args) => step(() => store.set(...args)),
    add: (...args) => step(() => store.add(...args)),
    delete: (...args) => step(() => store.delete(...args)),
    stats: () => store.stats(),
    close: () => store.close(),
  };
  const interrupt = (number: number, by: () => Promise<unknown>) => {
    [left, what] = [number, by];
    return { isDone: () => left === 0 };
  };
  return { over, interrupt };
}

/** Version 1 was shown once, and 2 is; it comes from a prompt, which is due. */
async function setUp() {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const { over: store, interrupt } = interruptible(inner);
  const note = { protocol: "openai-chat", model: "m", usage: undefined, tags: [] };
  const lifetime = lifetimeOf(clock.now(), 3_600_000, 0, 0);
  inner.set("t", "s", sealEntry({ form: "json", lifetime, tenant: "t", generations: [], note, body }, "s"), forGood);
  const secret = fingerprintKey(Buffer.alloc(32, 1));
  const registry = new AnswerRegistry({
    ...{ store, truth: store, secret, clock, random: systemRandom },
    announce: async () => {},
  });
  const answers = new Answers({ registry, store, clock, random: systemRandom, changed: async () => {} });
  const refresher = new PromptRefresher({
    core: { handle: async () => ({ status: 500, headers: {}, body, outcome: { kind: "error", code: "x" } }) },
    targetOf: (endpoint) => ({ protocol: openAiChat, endpoint, originFor: () => ({}) as never }),
    ...{ registry, leases: undefined, clock, answers: () => answers, report: () => {} },
  });
  const entry = entryId("t", "s");
  await answers.publish(entry, { slug: "a", isDraft: false });
  const head = await answers.publish(entry, { slug: "a", isDraft: false, prompt });
  clock.advance(60_000);
  return { registry, answers, refresher, interrupt, entry, head };
}

type Parts = Awaited<ReturnType<typeof setUp>>;
type Change = readonly [name: string, change: (parts: Parts) => Promise<unknown>];

const decisions: readonly Change[] = [
  ["publishing an entry", ({ answers, entry }) => answers.publish(entry, { slug: "a", isDraft: false })],
  ["publishing a prompt", ({ answers, entry }) => answers.publish(entry, { slug: "a", isDraft: false, prompt })],
  ["showing another version", ({ answers }) => answers.show("a", 1)],
];
const additions: readonly Change[] = [
  ["making a draft", ({ answers, entry }) => answers.publish(entry, { slug: "a", isDraft: true })],
  ["the next answer to the prompt", ({ answers, head, entry }) => answers.renew(head, entry)],
  ["a prompt that cannot be answered", ({ refresher }) => refresher.refresh("a")],
  [
    "withdrawing what is dead",
    async ({ answers, registry }) => {
      const shown = await registry.version("a", 2);
      if (shown !== undefined) await answers.withdraw(shown);
    },
  ],
];

/** What is there at the end, for each step before which `other` may have come. */
async function ends(change: Change[1], other: Change[1], from: number): Promise<readonly (AnswerHead | undefined)[]> {
  const heads: (AnswerHead | undefined)[] = [];
  for (let number = from; ; number++) {
    const parts = await setUp();
    const interruption = parts.interrupt(number, () => other(parts));
    await change(parts);
    if (!interruption.isDone()) break;
    heads.push(await parts.registry.head("a"));
  }
  return heads;
}

describe("at whatever step of another change it comes", () => {
  // A decision that begins after it may publish anew; it begins with its first step.
  it.each([...decisions, ...additions])("a withdrawal is not undone by %s", async (_, change) => {
    const heads = await ends(change, ({ answers }) => answers.unpublish("a"), 2);
    expect(heads.length).toBeGreaterThan(2);
    for (const head of heads)
      expect([head?.state, head?.current, head?.prompt]).toEqual(["withdrawn", undefined, undefined]);
  });

  it.each(additions)("a version that was chosen stays, with %s", async (_, change) => {
    const heads = await ends(change, ({ answers }) => answers.show("a", 1), 1);
    expect(heads.length).toBeGreaterThan(2);
    for (const head of heads) expect([head?.state, head?.current, head?.prompt]).toEqual(["live", 1, undefined]);
  });
});

it("who publishes hears what counts in the end, and what is published after a withdrawal is there", async () => {
  const { registry, answers, entry, interrupt } = await setUp();
  const interruption = interrupt(2, () => answers.unpublish("a"));
  expect(await answers.publish(entry, { slug: "a", isDraft: false })).toMatchObject({ state: "withdrawn" });
  expect(interruption.isDone()).toBe(true);
  expect(await answers.publish(entry, { slug: "a", isDraft: false })).toMatchObject({ state: "live", current: 4 });
  expect(await registry.head("a")).toMatchObject({ state: "live", current: 4 });
});
