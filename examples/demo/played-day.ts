import type { Setting } from "../../src/cli/simulate/replay.ts";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import type { Core } from "../../src/core-assembly.ts";
import type { GatewayConfig } from "../../src/gateway/index.ts";
import type { LedgerTotals } from "../../src/telemetry/ledger.ts";
import { DayTime } from "./day-time.ts";
import { Desk, type Exchange } from "./desk.ts";
import { durationMs, Model, type ModelRequest } from "./model.ts";
import { crowd, dayMs, handover, indexing, ordinaryCalls, type PlannedCall, timeOfDay } from "./plan-of-the-day.ts";
import { PlayedGateway, unreachable } from "./played-gateway.ts";

/** A day at the desk, lived in some seconds: it ends at `endsAt`, a moment before the real gateway starts. */

export interface PlayedDay {
  readonly desk: Desk;
  /** What happened, one line each, in the order of time. */
  readonly events: readonly string[];
  /** What the ledger counted, with answers that were reported as wrong. */
  readonly counted: LedgerTotals;
}

const minuteMs = 60_000;
const outageMs = 30 * minuteMs;
const busyMs = 4 * minuteMs;

export class Day {
  readonly model: Model;
  readonly #endsAt: number;
  readonly #time: DayTime;
  readonly #events: { readonly at: number; readonly text: string }[] = [];

  constructor(endsAt: number) {
    this.#endsAt = endsAt;
    this.#time = new DayTime(endsAt - dayMs);
    this.model = new Model(() => this.#isWithin(this.#busyAt, busyMs));
  }

  get #outageAt(): number {
    return timeOfDay(this.#endsAt, 13, 10);
  }

  get #busyAt(): number {
    return timeOfDay(this.#endsAt, 9, 30);
  }

  get #purgeAt(): number {
    return timeOfDay(this.#endsAt, 15, 0);
  }

  get #reportAt(): number {
    return timeOfDay(this.#endsAt, 16, 10);
  }

  /** The day once more, as `reprise simulate` plays a log to settings; with what happened in it that no log tells. */
  replayed(config: GatewayConfig): Setting {
    const answers: Pick<Exchange, "layer" | "entry">[] = [];
    return {
      name: "the day",
      settings: config,
      happenings: [
        { at: this.#purgeAt, happen: takeBackConditions },
        { at: this.#reportAt, happen: (core) => complain(core, answers) },
      ],
      originOf: (logged, clock) => ({
        id: logged.id,
        send: async (request, signal) => {
          const isOpenAi = logged.id.startsWith(config.upstreams["openai"]?.url ?? logged.id);
          if (isOpenAi && isWithin(clock.now(), this.#outageAt, outageMs)) return unreachable(clock, "openai");
          const response = await logged.send(request, signal);
          return isWithin(clock.now(), this.#busyAt, busyMs) ? { ...response, ...tooBusy } : response;
        },
      }),
      durationOf: ({ request }) => durationMs(request as ModelRequest),
      onAnswer({ outcome }) {
        if (outcome.kind === "hit") answers.push({ layer: outcome.layer, entry: outcome.entry });
      },
    };
  }

  async play(config: GatewayConfig): Promise<PlayedDay> {
    const time = this.#time;
    const gateway = await PlayedGateway.open({
      config,
      time,
      durationMs,
      isReachable: (upstream) => upstream !== "openai" || !this.#isWithin(this.#outageAt, outageMs),
    });
    const desk = new Desk(gateway.send);
    const failed: unknown[] = [];
    const begun = (work: Promise<unknown>): void => void work.catch((error: unknown) => failed.push(error));
    for (const { at, wish } of this.#calls()) time.at(at, () => begun(desk.ask(wish)));
    time.at(this.#purgeAt, () => begun(this.#purge(gateway)));
    time.at(this.#reportAt, () => begun(this.#report(gateway, desk)));
    this.#tellOfPlan();
    // Answers that are under way at the end are waited for.
    await time.liveUntil(this.#endsAt - minuteMs / 6);
    const closing = gateway.close();
    await time.liveUntil(this.#endsAt);
    await closing;
    const counted = gateway.core.ledger.totals();
    if (failed.length > 0) throw new AggregateError(failed, "The day did not go as planned.");
    return { desk, counted, events: this.#events.sort((one, other) => one.at - other.at).map(told) };
  }

  #calls(): readonly PlannedCall[] {
    const end = this.#endsAt;
    return [
      ...ordinaryCalls(end - dayMs, end - 6 * minuteMs, seededRandom(7)),
      ...indexing(timeOfDay(end, 5, 0), 1),
      ...indexing(timeOfDay(end, 12, 0), 2),
      ...crowd(timeOfDay(end, 11, 0)),
      ...handover(end - 5 * minuteMs),
    ];
  }

  #isWithin(at: number, durationMs: number): boolean {
    return isWithin(this.#time.now(), at, durationMs);
  }

  /** New conditions: what was said of money is not true any more. */
  async #purge({ core }: PlayedGateway): Promise<void> {
    await takeBackConditions(core);
    this.#tell(this.#time.now(), 'new rental conditions: everything with the tag "conditions" is taken back');
  }

  async #report({ core }: PlayedGateway, desk: Desk): Promise<void> {
    const last = await complain(core, desk.exchanges);
    if (last === undefined) return;
    desk.reported.push(last);
    this.#tell(this.#time.now(), `somebody reports a wrong answer to "${last.wish.ask}": it is not counted as saved`);
  }

  #tellOfPlan(): void {
    const end = this.#endsAt;
    this.#tell(timeOfDay(end, 5, 0), "the rental conditions are indexed: most texts have their vectors");
    this.#tell(this.#busyAt, "the models turn requests down for four minutes (429)");
    this.#tell(timeOfDay(end, 11, 0), "24 people ask the same at the same moment");
    this.#tell(this.#outageAt, "one provider cannot be reached for half an hour");
  }

  #tell(at: number, text: string): void {
    this.#events.push({ at, text });
  }
}

const tooBusy = { status: 429, headers: { "retry-after": "20" } };

function isWithin(now: number, at: number, durationMs: number): boolean {
  return now >= at && now < at + durationMs;
}

type Judged = Pick<Core, "invalidate" | "feedback">;

function takeBackConditions(core: Judged): Promise<unknown> {
  return core.invalidate({ tags: ["conditions"] });
}

/** Somebody complains of the last answer to a like question that was given for the first time. */
async function complain<One extends Pick<Exchange, "layer" | "entry">>(
  core: Judged,
  answers: readonly One[],
): Promise<One | undefined> {
  const first = new Map<string, One>();
  for (const answer of answers) {
    const { layer, entry } = answer;
    if (layer === "semantic" && entry !== undefined && !first.has(entry)) first.set(entry, answer);
  }
  const last = [...first.values()].at(-1);
  if (last?.entry !== undefined) await core.feedback({ entry: last.entry, verdict: "wrong", note: "from the demo" });
  return last;
}

const clockFace = new Intl.DateTimeFormat("en", {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

function told({ at, text }: { readonly at: number; readonly text: string }): string {
  return `${clockFace.format(at)}  ${text}`;
}
