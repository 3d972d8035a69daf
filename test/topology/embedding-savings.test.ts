import { expect, it } from "vitest";
import { model, repliesOf, setUpEmbeddings } from "./embedding-harness.ts";

/** What vectors that no origin computed would have cost there. */

const prices = { [model]: { input: 2, output: 0 } };

it("a hit says what it saved, to the picodollar that is booked", async () => {
  const { cache, embed } = await setUpEmbeddings({ prices });
  const first = await embed(["one", "two words"]);
  const hit = await embed(["one", "two words"]);
  const tokens = first.reply.usage?.total_tokens as number;
  expect([first.headers.get("x-ai-cache-saved-usd"), hit.outcome]).toEqual([null, "HIT"]);
  expect(Number(hit.headers.get("x-ai-cache-saved-usd"))).toBeCloseTo((tokens * 2) / 1_000_000, 12);
  const { embedding } = cache.stats().saved;
  expect(embedding.usd).toBe(hit.headers.get("x-ai-cache-saved-usd"));
});

it("what is found for a part of a batch is booked, and not said of the whole", async () => {
  const { cache, embed } = await setUpEmbeddings({ prices });
  await embed(["one"]);
  const part = await embed(["one", "two words"]);
  expect([part.outcome, part.headers.get("x-ai-cache-saved-usd")]).toEqual(["MISS", null]);
  expect(cache.stats().saved.embedding.answers).toBe(1);
});

it("vectors whose tokens nobody counted are unpriced, whoever computed them", async () => {
  const { cache, embed, script } = await setUpEmbeddings({ prices });
  script.plan = (sent) => Response.json({ ...repliesOf(sent), usage: undefined });
  await embed(["one"]);
  const hit = await embed(["one"]);
  expect([hit.outcome, hit.headers.get("x-ai-cache-saved-usd")]).toEqual(["HIT", null]);
  const { saved, spent } = cache.stats();
  expect(spent).toMatchObject({ answers: 1, unpriced: 1 });
  expect(saved.embedding).toMatchObject({ answers: 1, unpriced: 1 });
});
