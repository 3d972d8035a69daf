import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import type { Random } from "../../src/core/clock.ts";
import { editedPassage, everyday, lookAlikes, news, otherWords, passages, singular, status } from "./questions.ts";
import { type Team, teams, type Wish } from "./wire.ts";

/** Who asks what, and when: few at night, most before noon and after it, and what happens on this day besides. */

export interface PlannedCall {
  readonly at: number;
  readonly wish: Wish;
}

const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** Bursts of calls within each hour of the day. */
const busyness = [5, 3, 3, 3, 5, 9, 24, 48, 84, 108, 98, 82, 66, 78, 100, 104, 86, 66, 48, 36, 28, 20, 13, 8];

/** Shares of what the calls of the hours are. */
const kinds = [
  [0.52, "everyday"],
  [0.15, "other words"],
  [0.05, "look-alike"],
  [0.12, "singular"],
  [0.06, "status"],
  [0.06, "vectors"],
  [0.02, "bypass"],
  [0.02, "refresh"],
] as const;

const sharesOfTeams: readonly (readonly [share: number, team: Team])[] = [
  [0.45, teams.support],
  [0.2, teams.sales],
  [0.2, teams.field],
  [0.15, teams.research],
];

/** The hours between `begin` and `end`, one burst after the other. */
export function ordinaryCalls(begin: number, end: number, random: Random): readonly PlannedCall[] {
  const calls: PlannedCall[] = [];
  let at = begin;
  let number = 0;
  for (;;) {
    const perHour = busyness[new Date(at).getHours()] as number;
    at += ((0.4 + 1.2 * random.fraction()) * 60 * minuteMs) / perHour;
    if (at >= end - minuteMs) return calls;
    const size = 1 + Math.floor(4 * random.fraction() ** 2);
    for (let index = 0; index < size; index++) calls.push({ at: at + index * 900, wish: wishOf(number++, random) });
  }
}

/**
 * The instant within a day before `end` that has this time of day, at the place where the demo runs; somewhat later where
 * that would be at once after the beginning, when nothing is stored yet.
 */
export function timeOfDay(end: number, hours: number, minutes: number): number {
  const instant = new Date(end).setHours(hours, minutes, 0, 0);
  const last = end - 45 * minuteMs;
  return Math.max(instant > last ? instant - dayMs : instant, end - dayMs + 75 * minuteMs);
}

/** Two dozen ask the same at the same moment, half of them as streams. */
export function crowd(at: number): readonly PlannedCall[] {
  return Array.from({ length: 24 }, (_, index) => ({
    at: at + index * 20,
    wish: { team: teams.support, ask: news.text, stream: index % 2 === 0 },
  }));
}

/** The conditions are indexed once more, some of them in a new edition. */
export function indexing(at: number, edition: number): readonly PlannedCall[] {
  const edited = passages.map((passage, index) =>
    index % 7 === edition % 7 ? editedPassage(index, edition) : passage,
  );
  const batches = Array.from({ length: Math.ceil(edited.length / 8) }, (_, index) =>
    edited.slice(8 * index, 8 * index + 8),
  );
  return batches.map((ask, index) => ({ at: at + index * 1_500, wish: { team: teams.research, ask } }));
}

/** Everything that is asked every day. */
export function everyQuestion(at: number, headers: Wish["headers"] = {}): readonly PlannedCall[] {
  return everyday.map(({ text }, index) => ({ at: at + index * 700, wish: wishFor(teams.support, text, { headers }) }));
}

/** For whoever comes next: nothing that is older than ten minutes, and each under its own words. */
export function handover(at: number): readonly PlannedCall[] {
  return everyQuestion(at, { "cache-control": "max-age=600", "x-ai-cache-layers": "exact" });
}

/** What comes in while somebody looks on. */
export function liveCall(number: number): Wish {
  return wishOf(10_000 + number, seededRandom(number));
}

function wishOf(number: number, random: Random): Wish {
  const team = chosen(sharesOfTeams, random);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(items.length * random.fraction() ** 1.6)] as Item;
  const stream = team.provider === "openai" && random.fraction() < 0.4;
  switch (chosen(kinds, random)) {
    case "everyday":
      return wishFor(team, pick(everyday).text, { stream });
    case "other words":
      return wishFor(team, pick(otherWords)[1], { stream });
    case "look-alike":
      return wishFor(team, pick(lookAlikes).text);
    case "singular":
      return wishFor(team, singular(number));
    case "status":
      return wishFor(teams.support, pick(status).text, { headers: { "x-ai-cache-namespace": "live" } });
    case "vectors":
      return { team: teams.research, ask: [pick(passages)] };
    case "bypass":
      return wishFor(team, pick(everyday).text, { headers: { "x-ai-cache": "off" } });
    case "refresh":
      return wishFor(team, pick(everyday).text, { headers: { "x-ai-cache": "refresh" } });
  }
}

/** What the conditions say of money carries a tag, to be taken back when they change. */
function wishFor(team: Team, ask: string, rest: Omit<Wish, "team" | "ask"> = {}): Wish {
  const isPriced = /cost|charged|pass|card/.test(ask);
  return { team, ask, ...rest, ...(isPriced ? { headers: { "x-ai-cache-tags": "conditions", ...rest.headers } } : {}) };
}

function chosen<Item>(shares: readonly (readonly [share: number, item: Item])[], random: Random): Item {
  let left = random.fraction();
  for (const [share, item] of shares) {
    left -= share;
    if (left < 0) return item;
  }
  return shares[0]?.[1] as Item;
}
