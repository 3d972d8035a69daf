import { wilsonBounds } from "../../src/layers/semantic/boundary/wilson.ts";
import type { Bound, BudgetRow, Table } from "../benchmark.ts";
import { budgetRow } from "../budget.ts";
import type { Judged } from "./judging.ts";
import type { System } from "./systems.ts";
import {
  curveOf,
  curveShares,
  partialArea,
  recall,
  recallAt,
  type Share,
  shown,
  type Tally,
  tally,
  wrongPerHit,
  wrongPerQuestion,
} from "./tally.ts";

/** From what was judged to the tables and to the lines of the budget. */

/** The one of plain caches that is shown where all would be too many. */
const usualThreshold = 0.92;

export interface Run {
  readonly system: System;
  readonly judged: readonly Judged[];
}

/** A system at one point: a plain cache at one of its thresholds. */
interface Point {
  readonly name: string;
  readonly judged: readonly Judged[];
  readonly threshold: number | undefined;
}

const own = /^own (?:open|held out): /;
const isRepeat = ({ counted }: Judged) => /^(?:near-repeat|one typo|two typos|paraphrase: gptcache)/.test(counted);
const isDistinct = ({ counted }: Judged) => counted === "distinct questions";
const isConversation = ({ counted }: Judged) => counted === "own conversations" || counted === "agent's turns";
const isOwn = ({ counted }: Judged) => own.test(counted);
const isOwnTrap = ({ counted }: Judged) => /^own (?:open|held out): trap/.test(counted);
/** Asked where many others are stored, so that there is something wrong to be found. */
const isOfStream = ({ counted }: Judged) => !/^own |: (?:same|other)$/.test(counted);
const isLabelledRepeat = ({ counted }: Judged) => counted.endsWith(": same");
const isLabelledTrap = ({ counted }: Judged) => counted.endsWith(": other");
const isTrap = (one: Judged) => isOwnTrap(one) || isLabelledTrap(one);
/** The classes that must hardly ever be wrong. */
const isStrict = ({ counted }: Judged) =>
  /: trap, (?:number|negation|direction|code)$|^(?:checklist (?:Negation|Temporal|SRL)|paws): other$/.test(counted);
const isOwnNear = ({ counted }: Judged) => counted.includes(": repeat, nearly");
const isOwnParaphrase = ({ counted }: Judged) => counted.includes(": repeat, other words");
const starts =
  (text: string) =>
  ({ counted }: Judged) =>
    counted.startsWith(text);

const headline: readonly (readonly [string, (one: Judged) => boolean, (tally: Tally) => Share])[] = [
  ["near-repeats served", starts("near-repeat"), recall],
  ["of these hits wrong", starts("near-repeat"), wrongPerHit],
  ["one typo (MARCO) served", starts("one typo: MARCO"), recall],
  ["of these hits wrong", starts("one typo: MARCO"), wrongPerHit],
  ["paraphrases (gptcache) served", starts("paraphrase: gptcache"), recall],
  ["of these hits wrong", starts("paraphrase: gptcache"), wrongPerHit],
  ["own repeats in nearly the same words served", isOwnNear, recall],
  ["own repeats in other words served", isOwnParaphrase, recall],
  ["own traps answered", isOwnTrap, wrongPerQuestion],
  ["labelled pairs that ask the same served", isLabelledRepeat, recall],
  ["labelled pairs that do not answered", isLabelledTrap, wrongPerQuestion],
  ["distinct questions answered", isDistinct, wrongPerQuestion],
  ["other conversations answered", isConversation, wrongPerQuestion],
];

export function tablesOf(runs: readonly Run[]): readonly Table[] {
  const points = runs.flatMap(pointsOf);
  const shownPools = pools.filter(({ which }) => runs.some(({ judged }) => judged.some(which)));
  const shownHeadline = headline.filter(([, which]) => runs.some(({ judged }) => judged.some(which)));
  const overview: Table = {
    title: "Systems",
    head: [
      "",
      ...shownHeadline.map(([name]) => name),
      ...shownPools.map(({ name }) => `${name}: repeats served at 1 % wrong hits`),
    ],
    rows: points.map(({ name, judged, threshold }) => [
      name,
      ...shownHeadline.map(([, which, share]) => shown(share(tally(judged.filter(which), threshold)))),
      ...shownPools.map(({ which }) => atOnePercent(judged.filter(which))),
    ]),
  };
  const inDetail = points.filter(({ threshold = usualThreshold }) => threshold === usualThreshold);
  const byClass = (title: string, which: (one: Judged) => boolean, share: (tally: Tally) => Share): Table => {
    const classes = [...new Set(runs.flatMap(({ judged }) => judged.filter(which).map(({ counted }) => counted)))];
    return {
      title,
      head: ["", ...inDetail.map(({ name }) => name)],
      rows: classes.sort().map((one) => [
        one,
        ...inDetail.map(({ judged, threshold }) =>
          shown(
            share(
              tally(
                judged.filter(({ counted }) => counted === one),
                threshold,
              ),
            ),
          ),
        ),
      ]),
    };
  };
  return [
    overview,
    byClass("Traps answered, by class", isTrap, wrongPerQuestion),
    byClass("Repeats served, by kind", (one) => one.isServable && !isConversation(one), recall),
    byClass("Wrong hits among many stored questions", isOfStream, wrongPerHit),
    missesOf(runs[0] as Run),
  ].filter(({ rows }) => rows.length > 0);
}

/** What recall at a share of wrong hits is taken over. */
const pools = [
  { name: "streams", which: (one: Judged) => isRepeat(one) || isDistinct(one) },
  { name: "own pairs, held out", which: ({ counted }: Judged) => counted.startsWith("own held out") },
  { name: "own pairs, open", which: ({ counted }: Judged) => counted.startsWith("own open") },
  { name: "labelled pairs", which: (one: Judged) => isLabelledRepeat(one) || isLabelledTrap(one) },
] as const;

/** Why repeats are not served: what said no to the nearest, or to the best that no guard vetoed. */
function missesOf({ system, judged }: Run): Table {
  const kinds: readonly (readonly [string, (one: Judged) => boolean])[] = [
    ["near-repeats", starts("near-repeat")],
    ["one typo (MARCO)", starts("one typo: MARCO")],
    ["paraphrases (gptcache)", starts("paraphrase: gptcache")],
    ["own, nearly the same words", isOwnNear],
    ["own, other words", isOwnParaphrase],
  ];
  const columns = kinds.map(([name, which]) => {
    const repeats = judged.filter((one) => one.isServable && which(one));
    return { name, repeats, missed: repeats.filter(({ serves }) => serves !== true) };
  });
  const asked = columns.filter(({ repeats }) => repeats.length > 0);
  const reasons = [...new Set(asked.flatMap(({ missed }) => missed.map(({ why }) => why)))].sort();
  return {
    title: `Repeats that ${system.name}, ${system.vectors}, does not serve, by the reason`,
    head: ["", ...asked.map(({ name }) => name)],
    rows: reasons.map((reason) => [
      reason,
      ...asked.map(({ repeats, missed }) => {
        const part = missed.filter(({ why }) => why === reason).length;
        return `${((100 * part) / repeats.length).toFixed(1)} %`;
      }),
    ]),
  };
}

function pointsOf({ system, judged }: Run): readonly Point[] {
  const name = `${system.name}, ${system.vectors}`;
  if (system.thresholds.length === 0) return [{ name, judged, threshold: undefined }];
  return system.thresholds.map((threshold) => ({ name: `${name} ${threshold}`, judged, threshold }));
}

function atOnePercent(judged: readonly Judged[]): string {
  return judged.length === 0 ? "–" : `${(100 * recallAt(curveOf(judged), 0.01)).toFixed(1)} %`;
}

/** How much is served at which share of wrong hits, for the result file. */
export function curvesOf(runs: readonly Run[]): unknown {
  return runs.map(({ system, judged }) => ({
    system: `${system.name}, ${system.vectors}`,
    curves: pools.map(({ name, which }) => {
      const curve = curveOf(judged.filter(which));
      return {
        pool: name,
        recall: curveShares.map((share) => ({ wrongPerHit: share, recall: recallAt(curve, share) })),
        partialArea: partialArea(curve),
      };
    }),
  }));
}

const least = (must: number, aim?: number): Bound => ({ must, ...(aim && { aim }), better: "higher", unit: "%" });
const most = (must: number, aim?: number): Bound => ({ must, ...(aim && { aim }), better: "lower", unit: "%" });

export function budgetOf({ judged }: Run): readonly BudgetRow[] {
  const row = (what: string, which: (one: Judged) => boolean, share: (tally: Tally) => Share, bound: Bound) => {
    const chosen = judged.filter(which);
    return chosen.length === 0 ? [] : [shareRow(what, share(tally(chosen, undefined)), bound)];
  };
  const atOnePercentWrong = (what: string, against: string, { which }: (typeof pools)[number]) => {
    const chosen = judged.filter(which);
    if (chosen.length === 0) return [];
    return [budgetRow(what, against, [100 * recallAt(curveOf(chosen), 0.01)], least(35, 60))];
  };
  return [
    ...row("near-repeats served", starts("near-repeat"), recall, least(97, 98)),
    ...row("questions with one typo served", starts("one typo: MARCO"), recall, least(90, 95)),
    ...row("questions with one typo: hits that are wrong", starts("one typo: MARCO"), wrongPerHit, most(0.5)),
    ...atOnePercentWrong(
      "repeats of data sets that are served where 1 % of hits is wrong",
      "near-repeats, typos and paraphrases of five sets",
      pools[0],
    ),
    ...atOnePercentWrong(
      "own repeats that are served where 1 % of hits is wrong, held-out half",
      "all own repeats of that half, beside as many traps",
      pools[1],
    ),
    ...row("own repeats served, both halves", (one) => isOwn(one) && one.isServable, recall, least(35, 60)),
    ...row("own traps answered", isOwnTrap, wrongPerQuestion, most(1, 0.5)),
    ...row("traps of number, negation, direction and code answered", isStrict, wrongPerQuestion, most(0.3)),
    ...row("traps of data sets answered", (one) => isTrap(one) && !isOwn(one), wrongPerQuestion, most(1, 0.5)),
    ...row("distinct questions answered", isDistinct, wrongPerQuestion, most(0.1, 0.05)),
    ...row("other conversations answered", isConversation, wrongPerQuestion, most(0)),
  ];
}

function shareRow(what: string, { part, whole }: Share, bound: Bound): BudgetRow {
  const { lower, upper } = wilsonBounds(part, whole);
  const row = budgetRow(what, `${whole} in all`, [whole === 0 ? 0 : (100 * part) / whole], bound);
  return { ...row, least: 100 * lower, most: 100 * upper, samples: whole };
}
