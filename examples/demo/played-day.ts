import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import type { GatewayConfig } from "../../src/gateway/index.ts";
import { DayTime } from "./day-time.ts";
import { Desk, type Exchange } from "./desk.ts";
import { Model } from "./model.ts";
import { crowd, dayMs, handover, indexing, ordinaryCalls, type PlannedCall, timeOfDay } from "./plan-of-the-day.ts";
import { PlayedGateway } from "./played-gateway.ts";

/** A day at the desk, lived in some seconds: it ends at `endsAt`, a moment before the real gateway starts. */

export interface PlayedDay {
  readonly desk: Desk;
  /** What happened, one line each, in the order of time. */
  readonly events: readonly string[];
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

  async play(config: GatewayConfig): Promise<PlayedDay> {
    const time = this.#time;
    const gateway = await PlayedGateway.open({
      config,
      time,
      durationMs: (body) => this.model.durationMs(body),
      isReachable: (upstream) => upstream !== "openai" || !this.#isWithin(this.#outageAt, outageMs),
    });
    const desk = new Desk(gateway.send);
    const failed: unknown[] = [];
    const begun = (work: Promise<unknown>): void => void work.catch((error: unknown) => failed.push(error));
    for (const { at, wish } of this.#calls()) time.at(at, () => begun(desk.ask(wish)));
    time.at(timeOfDay(this.#endsAt, 15, 0), () => begun(this.#purge(gateway)));
    time.at(timeOfDay(this.#endsAt, 16, 10), () => begun(this.#report(gateway, desk)));
    this.#tellOfPlan();
    // Answers that are under way at the end are waited for.
    await time.liveUntil(this.#endsAt - minuteMs / 6);
    const closing = gateway.close();
    await time.liveUntil(this.#endsAt);
    await closing;
    if (failed.length > 0) throw new AggregateError(failed, "The day did not go as planned.");
    return { desk, events: this.#events.sort((one, other) => one.at - other.at).map(told) };
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
    const now = this.#time.now();
    return now >= at && now < at + durationMs;
  }

  /** New conditions: what was said of money is not true any more. */
  async #purge({ core }: PlayedGateway): Promise<void> {
    await core.invalidate({ tags: ["conditions"] });
    this.#tell(this.#time.now(), 'new rental conditions: everything with the tag "conditions" is taken back');
  }

  /** Somebody complains of the last answer to a like question that was given for the first time within the hour. */
  async #report({ core }: PlayedGateway, desk: Desk): Promise<void> {
    const first = new Map<string, Exchange>();
    for (const exchange of desk.exchanges) {
      const { layer, entry } = exchange;
      if (layer === "semantic" && entry !== undefined && !first.has(entry)) first.set(entry, exchange);
    }
    const last = [...first.values()].at(-1);
    if (last?.entry === undefined) return;
    await core.feedback({ entry: last.entry, verdict: "wrong", note: "from the demo" });
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

const clockFace = new Intl.DateTimeFormat("en", {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

function told({ at, text }: { readonly at: number; readonly text: string }): string {
  return `${clockFace.format(at)}  ${text}`;
}
