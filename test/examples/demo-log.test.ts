import { expect, test } from "vitest";
import { compared, type Lived, type Replayed, unequal } from "../../examples/demo/same-again.ts";

const requests = { hit: 5, stale: 1, coalesced: 2, miss: 3, refresh: 1, bypass: 1, error: 1 };
const tokens = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
const nothing = { answers: 0, usd: "0", tokens };
const lived = {
  requests,
  saved: {
    ...{ exact: { ...nothing, answers: 4, usd: "0.0018" }, semantic: { ...nothing, answers: 2, usd: "0.0004" } },
    ...{ embedding: nothing, coalescing: { ...nothing, answers: 2, usd: "0.0009" }, prefix: nothing, edge: nothing },
  },
  spent: { ...nothing, answers: 4, usd: "0.0036" },
} as unknown as Lived;

const layers: Replayed["layers"] = [
  { layer: "exact", answers: 4, usd: "0.0018", tokens: 0 },
  { layer: "semantic", answers: 2, usd: "0.0004", tokens: 0 },
  { layer: "coalescing", answers: 2, usd: "0.0009", tokens: 0 },
];
const money = { without: "0.0067", spent: "0.0036", saved: "0.0031", overhead: "0", net: "0.0031" };
const replayed: Replayed = { outcomes: requests, layers, money };

const told = (other: Partial<Replayed>) => unequal(compared(lived, { ...replayed, ...other }));

test("a replay that says what the ledger counted is the same day; a layer without answers is left out there", () => {
  expect(told({})).toEqual([]);
});

test.each(Object.keys(requests) as (keyof typeof requests)[])(
  "another number of calls that end as %s is seen",
  (kind) => {
    const found = told({ outcomes: { ...requests, [kind]: requests[kind] + 1 } });
    expect(found).toEqual([
      `${kind.toUpperCase()}: the ledger counted ${requests[kind]}, the replay ${requests[kind] + 1}`,
    ]);
  },
);

test.each(layers)("another figure of the layer $layer is seen, to the millionth of a dollar", (changed) => {
  const { layer, answers, usd } = changed;
  const others = layers.filter((one) => one !== changed);
  expect(told({ layers: [...others, { ...changed, answers: answers + 1 }] })).toEqual([
    `booked for ${layer}: the ledger counted ${answers}, the replay ${answers + 1}`,
  ]);
  const dearer = (Number(usd) + 0.000001).toFixed(6);
  expect(told({ layers: [...others, { ...changed, usd: dearer }] })).toEqual([
    `USD saved by ${layer}: the ledger counted ${Number(usd).toFixed(6)}, the replay ${dearer}`,
  ]);
  expect(told({ layers: others })).toHaveLength(2);
});

test("another bill is seen", () => {
  expect(told({ money: { ...money, spent: "0.003601" } })).toEqual([
    "USD spent: the ledger counted 0.003600, the replay 0.003601",
  ]);
});
