import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import type { Cost } from "../../core/cost.ts";
import { usdText } from "../../core/money.ts";
import type { Outcome } from "../../core/outcome.ts";
import type { SavedBy, Trace, TraceEvent } from "../../core/trace.ts";
import { memory } from "../../stores/memory.ts";
import { savers } from "../ledger.ts";
import { startOf, stepFor } from "./periods.ts";
import { Rollups } from "./rollups.ts";

/**
 * Several processes over one store, with restarts, reports of wrong answers and any time in between, against one list of
 * everything that happened, added up afterwards in the plainest way there is.
 */

interface Happened {
  readonly at: number;
  readonly event: TraceEvent;
  readonly timeMs: number | undefined;
}

const outcomes = ["hit", "stale", "miss", "coalesced", "refresh", "bypass", "error"] as const;

const aCost: fc.Arbitrary<Cost> = fc.record({
  usage: fc.option(
    fc.record({
      inputTokens: fc.nat(5_000),
      cachedInputTokens: fc.nat(5_000),
      cacheWriteTokens: fc.nat(5_000),
      outputTokens: fc.nat(5_000),
      reasoningTokens: fc.nat(5_000),
    }),
    { nil: undefined },
  ),
  price: fc.option(
    fc.record({
      picodollars: fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
      usd: fc.constant(""),
      source: fc.constant("override"),
      conservativePicodollars: fc.nat(1_000),
    }),
    { nil: undefined },
  ),
});

const aCall = fc.record({
  kind: fc.constant("call" as const),
  node: fc.nat(2),
  outcome: fc.constantFrom(...outcomes),
  layer: fc.constantFrom("exact", "semantic", "embedding", "edge"),
  entry: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
  model: fc.constantFrom("m", "n"),
  stream: fc.boolean(),
  durationMs: fc.nat(3_000),
  cost: aCost,
  bytes: fc.nat(10_000),
});
const aStep = fc.oneof(
  { weight: 8, arbitrary: aCall },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), durationMs: fc.nat(40 * 60_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), node: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      node: fc.nat(2),
      entry: fc.constantFrom("a", "b", "c"),
    }),
  },
);
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 500; turn++) await Promise.resolve();
}

/** Long enough for everything to be written; not so much at once that whoever waits for the store gives up. */
async function written(clock: ManualClock): Promise<void> {
  for (let second = 0; second < 12; second++) {
    clock.advance(1_000);
    await settled();
  }
}

/** Plays the steps; gives what happened, the clock, and one more process that only reads. */
async function play(steps: readonly Step[]) {
  const clock = new ManualClock(Date.UTC(2026, 2, 1, 22, 58, 11));
  const store = memory({ clock });
  const happened: Happened[] = [];
  const undone: TraceEvent[] = [];
  const starting = () => {
    const trace: Trace = (event) => {
      undone.push(event);
      happened.push({ at: clock.now(), event, timeMs: undefined });
      rollups.hear(event);
    };
    const rollups: Rollups = new Rollups({ store, clock, random: systemRandom, trace });
    return { rollups, times: new Map<string, number[]>() };
  };
  const nodes = [starting(), starting(), starting()];
  for (const step of steps) {
    if (step.kind === "wait") {
      clock.advance(step.durationMs);
      await settled();
    } else if (step.kind === "restart") {
      await nodes[step.node]?.rollups.close();
      nodes[step.node] = starting();
    } else if (step.kind === "report") {
      // Notes of what others have served are in the store by now.
      await written(clock);
      await nodes[step.node]?.rollups.undo(`t:${step.entry}`);
    } else {
      const { rollups, times } = nodes[step.node] as (typeof nodes)[0];
      const { outcome, layer, model, stream, durationMs, cost, bytes, entry } = step;
      const told = { protocol: "p", originId: "o", model };
      const hear = (event: TraceEvent, timeMs?: number): void => {
        happened.push({ at: clock.now(), event, timeMs });
        rollups.hear(event);
      };
      if (outcome === "hit" || outcome === "stale") {
        const measured = [...(times.get(`${model} ${stream}`) ?? [])].slice(-31).sort((a, b) => a - b);
        const median = measured[Math.floor((measured.length - 1) / 2)];
        const timeMs = median === undefined ? undefined : Math.max(0, Math.round(median - durationMs));
        const time = { stream, waitedMs: durationMs };
        const saving = { type: "saving", by: layer, ...told, cost, bytes, time } as const;
        hear(entry === undefined ? saving : { ...saving, entry: `t:${entry}` }, timeMs);
      } else if (outcome === "coalesced") hear({ type: "saving", by: "coalescing", ...told, cost, bytes });
      else if (outcome === "miss") {
        times.set(`${model} ${stream}`, [...(times.get(`${model} ${stream}`) ?? []), durationMs]);
        hear({ type: "origin-end", ...told, stream, result: 200, durationMs, originCall: {} });
        hear({ type: "spending", ...told, cost });
      } else if (outcome === "bypass") hear({ type: "spending", overhead: "judge", ...told, cost });
      const ended = { kind: outcome, layer, entry: "", ageMs: 0, ttlMs: 0 } as never;
      hear({ type: "call-end", outcome: ended, ...told, stream, durationMs });
    }
  }
  await written(clock);
  const reader = starting().rollups;
  return { clock, happened, undone, reader };
}

interface Booked {
  readonly sign: 1 | -1;
  readonly cost: Cost;
  readonly bytes: number;
  readonly timeMs: number | undefined;
}

function answeredBy(outcome: Outcome): SavedBy | undefined {
  if (outcome.kind === "coalesced") return "coalescing";
  return outcome.kind === "hit" || outcome.kind === "stale" ? outcome.layer : undefined;
}

/** Signed savings of one saver. */
function bookedFor(happened: readonly Happened[], by: SavedBy): readonly Booked[] {
  return happened.flatMap(({ event, timeMs }): readonly Booked[] => {
    if (event.type === "saving" && event.by === by) return [{ ...event, sign: 1, timeMs }];
    if (event.type === "saving-undone" && event.by === by) return [{ ...event, sign: -1 }];
    return [];
  });
}

describe("roll-ups of several processes", () => {
  it("are what one list of all that happened adds up to", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aStep, { maxLength: 60 }),
        fc.constantFrom("1h", "2h", "24h", "30d"),
        async (steps, window) => {
          const { clock, happened, reader } = await play(steps);
          const now = clock.now();
          const [, digits, unit] = /(\d+)(.)/.exec(window) ?? [];
          const windowMs = Number(digits) * (unit === "h" ? 3_600_000 : 86_400_000);
          const within = happened.filter(({ at }) => at >= startOf(stepFor(windowMs), now - windowMs));
          const report = await reader.stats(window);

          expect(report.complete).toBe(true);
          const calls = within.flatMap(({ event }) => (event.type === "call-end" ? [event.outcome] : []));
          expect(report.calls).toBe(calls.length);
          for (const kind of outcomes)
            expect(report.requests[kind]).toBe(calls.filter((call) => call.kind === kind).length);
          let [list, least] = [0n, 0n];
          for (const by of savers) {
            const booked = bookedFor(within, by);
            const sum = (of: (booking: (typeof booked)[0]) => number): number =>
              booked.reduce((total, booking) => total + booking.sign * of(booking), 0);
            const money = (of: (price: NonNullable<Cost["price"]>) => number): bigint =>
              booked.reduce(
                (total, { sign, cost }) => total + (cost.price ? BigInt(sign) * BigInt(of(cost.price)) : 0n),
                0n,
              );
            const [ownList, ownLeast] = [
              money(({ picodollars }) => picodollars),
              money(({ picodollars, conservativePicodollars = picodollars }) => conservativePicodollars),
            ];
            list += ownList;
            least += ownLeast;
            expect(report.saved[by]).toEqual({
              hits: calls.filter((call) => answeredBy(call) === by).length,
              answers: sum(() => 1),
              wrong: booked.filter(({ sign }) => sign < 0).length,
              unpriced: sum(({ cost }) => (cost.price === undefined ? 1 : 0)),
              tokens: {
                inputTokens: sum(({ cost }) => cost.usage?.inputTokens ?? 0),
                cachedInputTokens: sum(({ cost }) => cost.usage?.cachedInputTokens ?? 0),
                cacheWriteTokens: sum(({ cost }) => cost.usage?.cacheWriteTokens ?? 0),
                outputTokens: sum(({ cost }) => cost.usage?.outputTokens ?? 0),
                reasoningTokens: sum(({ cost }) => cost.usage?.reasoningTokens ?? 0),
              },
              usd: { list: usdText(ownList), conservative: usdText(ownLeast) },
              timeMs: sum(({ timeMs }) => timeMs ?? 0),
              timed: sum(({ timeMs }) => (timeMs === undefined ? 0 : 1)),
              bytes: sum(({ bytes }) => bytes),
            });
          }
          const spent = (what: string): bigint =>
            within.reduce((total, { event }) => {
              if (event.type !== "spending" || (event.overhead ?? "inference") !== what) return total;
              return total + BigInt(event.cost.price?.picodollars ?? 0);
            }, 0n);
          expect(report.spent.inference.usd).toBe(usdText(spent("inference")));
          expect(report.gross.usd).toEqual({ list: usdText(list), conservative: usdText(least) });
          const overhead = spent("judge") + spent("embedding");
          expect(report.overhead.usd).toBe(usdText(overhead));
          expect(report.net.usd).toEqual({ list: usdText(list - overhead), conservative: usdText(least - overhead) });

          // Every call is in exactly one place.
          const { miss, refresh, bypass, error } = report.requests;
          const answered = savers.reduce((total, by) => total + report.saved[by].hits, 0);
          expect(answered + miss + refresh + bypass + error).toBe(report.calls);
          const { points } = await reader.timeseries({ metric: "requests", window, step: undefined });
          expect(points.reduce((total, [, value]) => total + Number(value), 0)).toBe(report.calls);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("take back what was booked for an entry once, whoever is told and however often", async () => {
    const cost = { usage: undefined, price: { picodollars: 70, usd: "", source: "override" } };
    const hit = (node: number, entry: "a" | "b" | "c"): Step => ({
      kind: "call",
      ...{ node, entry, outcome: "hit", layer: "semantic", model: "m", stream: false, durationMs: 1, bytes: 9, cost },
    });
    const report = (node: number, entry: "a" | "b" | "c"): Step => ({ kind: "report", node, entry });
    const nextDay: Step = { kind: "wait", durationMs: 12 * 3_600_000 };
    const steps = [
      hit(0, "a"),
      hit(0, "a"),
      hit(1, "a"),
      hit(1, "b"),
      nextDay,
      report(2, "a"),
      report(0, "a"),
      report(1, "c"),
    ];
    const { reader, undone, clock } = await play([...steps, { kind: "restart", node: 1 }, report(1, "a")]);
    expect(undone).toMatchObject([{ type: "saving-undone", by: "semantic", cost, bytes: 9 }]);
    const { saved } = await reader.stats("30d");
    expect(saved.semantic).toMatchObject({ hits: 4, answers: 3, wrong: 1, usd: { list: "0.00000000021" }, bytes: 27 });
    // On the day on which it was reported.
    const { points } = await reader.timeseries({ metric: "saved.usd", window: "2d", step: "day" });
    expect(points.slice(-2)).toEqual([
      [startOf("day", clock.now()) - 86_400_000, 280e-12],
      [startOf("day", clock.now()), -70e-12],
    ]);
  });
});
