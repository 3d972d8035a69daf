import { openLog } from "../../src/cli/simulate/log-records.ts";
import type { Figures } from "../../src/cli/simulate/measures.ts";
import type { Setting } from "../../src/cli/simulate/replay.ts";
import { simulate } from "../../src/cli/simulate/simulation.ts";
import type { LedgerTotals } from "../../src/telemetry/ledger.ts";

/**
 * The day a second time: what `reprise simulate` makes of its log must be what the ledger counted while it was lived, call
 * for call and to the millionth of a dollar. Both are taken before anything is given back for an answer that was reported.
 */

/** What was counted when the day was lived. */
export type Lived = Pick<LedgerTotals, "requests" | "saved" | "spent">;
/** What the replay of its log says. */
export type Replayed = Pick<Figures, "outcomes" | "layers" | "money">;

export async function playAgain(log: string, setting: Setting): Promise<Replayed> {
  const { reading, broken, settings } = await simulate(openLog(log), { format: undefined, model: undefined }, [
    setting,
  ]);
  const [figures] = settings;
  if (figures === undefined || broken !== undefined || reading.broken + reading.missing + reading.clockJumps > 0)
    throw new Error(`The log of the day is not whole: ${broken ?? JSON.stringify(reading)}`);
  return figures;
}

export interface Compared {
  readonly what: string;
  readonly lived: string;
  readonly replayed: string;
}

export function compared(lived: Lived, replayed: Replayed): readonly Compared[] {
  const outcomes = (Object.keys(lived.requests) as (keyof Lived["requests"])[]).map((kind) => {
    return { what: kind.toUpperCase(), lived: String(lived.requests[kind]), replayed: String(replayed.outcomes[kind]) };
  });
  const layers = (["exact", "semantic", "embedding", "coalescing"] as const).flatMap((layer) => {
    const here = lived.saved[layer];
    const there = replayed.layers.find((one) => one.layer === layer);
    return [
      { what: `booked for ${layer}`, lived: String(here.answers), replayed: String(there?.answers ?? 0) },
      { what: `USD saved by ${layer}`, lived: micro(here.usd), replayed: micro(there?.usd ?? "0") },
    ];
  });
  const spent = { what: "USD spent", lived: micro(lived.spent.usd), replayed: micro(replayed.money.spent) };
  return [...outcomes, ...layers, spent];
}

export function unequal(rows: readonly Compared[]): readonly string[] {
  return rows
    .filter(({ lived, replayed }) => lived !== replayed)
    .map(({ what, lived, replayed }) => `${what}: the ledger counted ${lived}, the replay ${replayed}`);
}

function micro(usd: string): string {
  return Number(usd).toFixed(6);
}
