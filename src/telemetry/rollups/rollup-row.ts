import type { TokenCounts } from "../../core/recording.ts";
import { type Account, kinds } from "../account.ts";
import { purposes, savers } from "../ledger.ts";
import { buckets, type LogHistogram } from "./log-histogram.ts";
import { outcomes, Rollup } from "./rollup.ts";
import { type AccountRow, isRow, type Row, rowVersion, type SemanticRow, type Sparse } from "./row-shape.ts";
import { add, type SemanticTally, similarityBounds } from "./semantic-tally.ts";

/**
 * A roll-up as a value of the store: JSON without what is zero, money as decimal text since it outgrows a number. A row
 * of a version that is not known is not read, and neither is one that is damaged.
 */

export function encodeRow(rollup: Rollup): Uint8Array {
  const { requests, saved, spent, hit, miss, unpriced, semantic, prompts } = rollup;
  const row: Row = {
    v: rowVersion,
    requests: Object.fromEntries(Object.entries(requests).filter(([, calls]) => calls !== 0)),
    saved: Object.fromEntries(
      savers.flatMap((by) => {
        const { hits, wrong, timeMs, timed, bytes, account } = saved[by];
        if (saved[by].isEmpty) return [];
        return [[by, { hits, wrong, timeMs, timed, bytes, account: accountRow(account) }]];
      }),
    ),
    spent: Object.fromEntries(
      purposes.flatMap((what) => (spent[what].answers === 0 ? [] : [[what, accountRow(spent[what])]])),
    ),
    hit: hit.filled(),
    miss: miss.filled(),
    unpriced: Object.fromEntries(unpriced),
    ...(semantic.isEmpty ? {} : { semantic: semanticRow(semantic) }),
    ...(prompts.size === 0 ? {} : { prompts: Object.fromEntries(prompts) }),
  };
  return Buffer.from(JSON.stringify(row), "utf8");
}

/** `undefined` for what is no row of this version. */
export function decodeRow(bytes: Uint8Array): Rollup | undefined {
  const rollup = new Rollup();
  return addRow(rollup, bytes) ? rollup : undefined;
}

/** Adds the row to the roll-up; false, and nothing is added, for what is no row of this version. */
export function addRow(rollup: Rollup, bytes: Uint8Array): boolean {
  const row = read(bytes);
  if (row === undefined) return false;
  for (const kind of outcomes) rollup.requests[kind] += row.requests[kind] ?? 0;
  for (const by of savers) {
    const given = row.saved[by];
    if (given === undefined) continue;
    const tally = rollup.saved[by];
    tally.hits += given.hits;
    tally.wrong += given.wrong;
    tally.timeMs += given.timeMs;
    tally.timed += given.timed;
    tally.bytes += given.bytes;
    book(tally.account, given.account);
  }
  for (const what of purposes) if (row.spent[what] !== undefined) book(rollup.spent[what], row.spent[what]);
  fill(rollup.hit, row.hit);
  fill(rollup.miss, row.miss);
  for (const [model, answers] of Object.entries(row.unpriced)) rollup.addUnpriced(model, answers);
  if (row.semantic !== undefined) addSemantic(rollup.semantic, row.semantic);
  for (const [prompt, calls] of Object.entries(row.prompts ?? {})) rollup.addPrompt(prompt, calls);
  return true;
}

function read(bytes: Uint8Array): Row | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function semanticRow(semantic: SemanticTally): SemanticRow {
  const { looks, hits, wouldHits, observed, similarities, refusals, vetoes, verdicts } = semantic;
  return {
    n: [looks, hits, wouldHits],
    observed: accountRow(observed),
    similarities: similarities.flatMap((times, bucket) => (times === 0 ? [] : [[bucket, times] as const])),
    refusals: Object.fromEntries(refusals),
    vetoes: Object.fromEntries(vetoes),
    verdicts: Object.fromEntries([...verdicts].map(([by, { right, wrong }]) => [by, [right, wrong]])),
  };
}

function addSemantic(semantic: SemanticTally, row: SemanticRow): void {
  const [looks = 0, hits = 0, wouldHits = 0] = row.n;
  semantic.looks += looks;
  semantic.hits += hits;
  semantic.wouldHits += wouldHits;
  book(semantic.observed, row.observed);
  for (const [bucket, times] of row.similarities) semantic.addSimilar(Math.min(bucket, similarityBounds.length), times);
  for (const [reason, times] of Object.entries(row.refusals)) add(semantic.refusals, reason, times);
  for (const [guard, times] of Object.entries(row.vetoes)) add(semantic.vetoes, guard, times);
  for (const [by, [right = 0, wrong = 0]] of Object.entries(row.verdicts)) semantic.judge(by, { right, wrong });
}

function accountRow({ answers, unpriced, tokens, picodollars, conservativePicodollars }: Account): AccountRow {
  return {
    n: [answers, unpriced, ...kinds.map((kind) => tokens[kind])],
    usd: String(picodollars),
    ...(conservativePicodollars === picodollars ? {} : { least: String(conservativePicodollars) }),
  };
}

function book(account: Account, { n, usd, least }: AccountRow): void {
  const [answers = 0, unpriced = 0, ...given] = n;
  const tokens = Object.fromEntries(kinds.map((kind, index) => [kind, given[index]])) as unknown as TokenCounts;
  const picodollars = BigInt(usd);
  const conservativePicodollars = least === undefined ? picodollars : BigInt(least);
  account.merge({ answers, unpriced, tokens, picodollars, conservativePicodollars });
}

function fill(histogram: LogHistogram, filled: Sparse): void {
  for (const [bucket, times] of filled) histogram.addTo(Math.min(bucket, buckets - 1), times);
}
