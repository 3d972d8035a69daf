import { z } from "zod";
import type { Usage } from "../../core/recording.ts";
import { type Account, kinds } from "../account.ts";
import { purposes, savers } from "../ledger.ts";
import { buckets, type LogHistogram } from "./log-histogram.ts";
import { Rollup } from "./rollup.ts";
import { add, similarityBounds } from "./semantic-tally.ts";

/**
 * A roll-up as a value of the store: JSON without what is zero, money as decimal text since it outgrows a number. A row
 * of a version that is not known is not read, and neither is one that is damaged.
 */

export const rowVersion = 1;

const count = z.int();
const counts = z.record(z.string(), count);
const sparse = z.array(z.tuple([count.min(0), count]));
const money = z.string().regex(/^-?\d{1,40}$/);
const account = z.object({
  /** Answers, unpriced, and the kinds of tokens in their order. */
  n: z.array(count).length(2 + kinds.length),
  usd: money,
  /** Default `usd`. */
  least: money.optional(),
});

const rowSchema = z.object({
  v: z.literal(rowVersion),
  requests: counts,
  saved: z.record(
    z.string(),
    z.object({ hits: count, wrong: count, timeMs: count, timed: count, bytes: count, account }),
  ),
  spent: z.record(z.string(), account),
  hit: sparse,
  miss: sparse,
  unpriced: counts,
  semantic: z
    .object({
      n: z.tuple([count, count, count]),
      observed: account,
      similarities: sparse,
      refusals: counts,
      vetoes: counts,
      verdicts: z.record(z.string(), z.tuple([count, count])),
    })
    .optional(),
});

type Row = z.infer<typeof rowSchema>;

export function encodeRow(rollup: Rollup): Uint8Array {
  const { requests, saved, spent, hit, miss, unpriced, semantic } = rollup;
  const row: Row = {
    v: rowVersion,
    requests: Object.fromEntries(Object.entries(requests).filter(([, calls]) => calls !== 0)),
    saved: Object.fromEntries(
      savers.flatMap((by) => {
        const { hits, wrong, timeMs, timed, bytes, account } = saved[by];
        if (hits === 0 && wrong === 0 && account.answers === 0) return [];
        return [[by, { hits, wrong, timeMs, timed, bytes, account: accountRow(account) }]];
      }),
    ),
    spent: Object.fromEntries(
      purposes.flatMap((what) => (spent[what].answers === 0 ? [] : [[what, accountRow(spent[what])]])),
    ),
    hit: hit.filled().map(([bucket, times]) => [bucket, times]),
    miss: miss.filled().map(([bucket, times]) => [bucket, times]),
    unpriced: Object.fromEntries(unpriced),
    ...(semantic.isEmpty ? {} : { semantic: semanticRow(rollup) }),
  };
  return Buffer.from(JSON.stringify(row), "utf8");
}

/** `undefined` for what is no row of this version. */
export function decodeRow(bytes: Uint8Array): Rollup | undefined {
  let row: Row;
  try {
    row = rowSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
  const rollup = new Rollup();
  for (const [kind, calls] of Object.entries(row.requests))
    if (kind in rollup.requests) rollup.requests[kind as keyof typeof rollup.requests] = calls;
  for (const by of savers) {
    const given = row.saved[by];
    if (given === undefined) continue;
    const { account, ...numbers } = given;
    Object.assign(rollup.saved[by], numbers);
    book(rollup.saved[by].account, account);
  }
  for (const what of purposes) if (row.spent[what] !== undefined) book(rollup.spent[what], row.spent[what]);
  fill(rollup.hit, row.hit);
  fill(rollup.miss, row.miss);
  for (const [model, answers] of Object.entries(row.unpriced)) rollup.addUnpriced(model, answers);
  if (row.semantic !== undefined) readSemantic(rollup, row.semantic);
  return rollup;
}

function semanticRow({ semantic }: Rollup): NonNullable<Row["semantic"]> {
  const { looks, hits, wouldHits, observed, similarities, refusals, vetoes, verdicts } = semantic;
  return {
    n: [looks, hits, wouldHits],
    observed: accountRow(observed),
    similarities: similarities.flatMap((times, bucket) => (times === 0 ? [] : [[bucket, times] as [number, number]])),
    refusals: Object.fromEntries(refusals),
    vetoes: Object.fromEntries(vetoes),
    verdicts: Object.fromEntries([...verdicts].map(([by, { right, wrong }]) => [by, [right, wrong]])),
  };
}

function readSemantic({ semantic }: Rollup, row: NonNullable<Row["semantic"]>): void {
  [semantic.looks, semantic.hits, semantic.wouldHits] = row.n;
  book(semantic.observed, row.observed);
  for (const [bucket, times] of row.similarities) semantic.addSimilar(Math.min(bucket, similarityBounds.length), times);
  for (const [reason, times] of Object.entries(row.refusals)) add(semantic.refusals, reason, times);
  for (const [guard, times] of Object.entries(row.vetoes)) add(semantic.vetoes, guard, times);
  for (const [by, [right, wrong]] of Object.entries(row.verdicts)) semantic.judge(by, { right, wrong });
}

function accountRow({
  answers,
  unpriced,
  tokens,
  picodollars,
  conservativePicodollars,
}: Account): Row["spent"][string] {
  return {
    n: [answers, unpriced, ...kinds.map((kind) => tokens[kind])],
    usd: String(picodollars),
    ...(conservativePicodollars === picodollars ? {} : { least: String(conservativePicodollars) }),
  };
}

function book(account: Account, { n, usd, least = usd }: Row["spent"][string]): void {
  const [answers = 0, unpriced = 0, ...given] = n;
  const tokens = Object.fromEntries(kinds.map((kind, index) => [kind, given[index]])) as unknown as Usage;
  account.merge({ answers, unpriced, tokens, picodollars: BigInt(usd), conservativePicodollars: BigInt(least) });
}

function fill(histogram: LogHistogram, filled: Row["hit"]): void {
  for (const [bucket, times] of filled) histogram.addTo(Math.min(bucket, buckets - 1), times);
}
