import { expect, test } from "vitest";
import { differences } from "../../examples/demo/books.ts";
import type { Desk, Exchange } from "../../examples/demo/desk.ts";
import { noTokens } from "../../examples/demo/prices.ts";
import { teams } from "../../examples/demo/wire.ts";

type Stats = Parameters<typeof differences>[2];

/** One miss, one hit, and one answer that passed by; what it says is as the desk has it, unless `other` says otherwise. */
function booksWith(other: {
  readonly hits?: number;
  readonly tokens?: number;
  readonly usd?: string;
  readonly spent?: string;
}) {
  const of = (status: Exchange["status"], rest: Partial<Exchange> = {}): Exchange => ({
    wish: { team: teams.support, ask: "How old must I be?" },
    model: "gpt-4.1",
    status,
    layer: undefined,
    entry: undefined,
    httpStatus: 200,
    saved: noTokens,
    passed: noTokens,
    ...rest,
  });
  const tokens = { input: 1_000, cached: 400, output: 50 };
  const desk: Pick<Desk, "exchanges" | "reported"> = {
    exchanges: [of("MISS"), of("HIT", { layer: "exact", saved: tokens }), of("BYPASS", { passed: tokens })],
    reported: [],
  };
  const nothing = { hits: 0, wrong: 0, tokens: { inputTokens: 0, outputTokens: 0 }, usd: { list: "0" } };
  const { hits = 1, tokens: told = 1_050, usd = "0.0018", spent = "0.0018" } = other;
  const stats = {
    requests: { hit: 1, stale: 0, coalesced: 0, miss: 1, refresh: 0, bypass: 1, error: 0 },
    saved: {
      exact: { ...nothing, hits, tokens: { inputTokens: told - 50, outputTokens: 50 }, usd: { list: usd } },
      semantic: nothing,
      embedding: nothing,
      coalescing: nothing,
    },
    spent: { inference: { answers: 1, usd: spent } },
  } as unknown as Stats;
  return differences(desk, { answers: 2, billed: 3_600_000_000n }, stats);
}

test("the books of the demo balance where the gateway says what the desk counts", () => {
  expect(booksWith({})).toEqual([]);
});

test("they name whatever the gateway says otherwise, to the millionth of a dollar", () => {
  expect(booksWith({ hits: 2 })).toEqual(["answers of exact: the desk counts 1, the gateway 2"]);
  expect(booksWith({ tokens: 1_051 })).toEqual(["tokens saved by exact: the desk counts 1050, the gateway 1051"]);
  expect(booksWith({ usd: "0.001801" })).toEqual([
    "dollars saved by exact: the desk counts 0.001800, the gateway 0.001801",
  ]);
  expect(booksWith({ spent: "0.0036" })).toEqual([
    "dollars on the models' bill: the desk counts 0.001800, the gateway 0.003600",
  ]);
});
