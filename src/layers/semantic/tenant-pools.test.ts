import { expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { SemanticCandidate } from "../../core/semantic.ts";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { memory } from "../../stores/memory.ts";
import { binCount } from "./boundary/score-scale.ts";
import { noEvidence } from "./learnt.ts";
import { TenantPools } from "./tenant-pools.ts";
import { VerifiedDeciding } from "./verified-deciding.ts";

/** X5: a thousand labels are made in an hour by whoever has a model say the same to everything. */

const even = { right: Array(binCount).fill(1_000), wrong: Array(binCount).fill(1_000) };
const measured = { scorer: () => 0.6, shipped: { signature: even, vector: even } };
const random = { bytes: (length: number) => new Uint8Array(length), fraction: () => 0.999 };
const doubtful: SemanticCandidate = { slot: "s", tier: "vector", similarity: 0.9, score: 0.6 };

function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const newDeciding = () =>
    new VerifiedDeciding({ lexicon: builtinLexicon, measured: () => measured, target: 0.01, random });
  return () => new TenantPools({ store, newDeciding, model: "m", clock });
}

const serves = (pools: TenantPools, tenant: string) =>
  pools.of(tenant).deciding.decide(doubtful, noEvidence, undefined).serve;

async function teach(pools: TenantPools, tenant: string) {
  const { deciding, memory } = pools.of(tenant);
  for (let label = 0; label < 6_000; label += 1) deciding.learn(doubtful, noEvidence, true);
  await memory.noted(() => {});
}

it("what a tenant brings about moves nobody else's boundary, in this process and in the next", async () => {
  const start = setUp();
  const pools = start();
  expect([serves(pools, "acme"), serves(pools, "rival")]).toEqual([false, false]);
  await teach(pools, "acme");
  expect([serves(pools, "acme"), serves(pools, "rival")]).toEqual([true, false]);

  for (let label = 0; label < 6_000; label += 20) await pools.of("acme").memory.noted(learnAgain(pools));
  await pools.save();
  const next = start();
  await Promise.all(["acme", "rival"].map((tenant) => next.of(tenant).memory.restored()));
  expect([serves(next, "acme"), serves(next, "rival")]).toEqual([true, false]);
});

it("of an erased tenant nothing is known, and nothing is written any more", async () => {
  const start = setUp();
  const pools = start();
  await teach(pools, "acme");
  pools.forget("acme");
  expect(serves(pools, "acme")).toBe(false);
  await pools.save();
  const next = start();
  await next.of("acme").memory.restored();
  expect(serves(next, "acme")).toBe(false);
});

function learnAgain(pools: TenantPools): () => void {
  return () => {
    for (let label = 0; label < 20; label += 1) pools.of("acme").deciding.learn(doubtful, noEvidence, true);
  };
}
