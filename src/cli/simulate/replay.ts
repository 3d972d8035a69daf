import process from "node:process";
import type { LoggedCall } from "../../access-log/logged-call.ts";
import type { Answer } from "../../core/answer.ts";
import type { Caller } from "../../core/call.ts";
import type { Clock } from "../../core/clock.ts";
import type { Embedder } from "../../core/embedder.ts";
import { isEmbeddingProtocol, type WireFormat } from "../../core/embedding-protocol.ts";
import type { Origin } from "../../core/origin.ts";
import { assembleCore, type Core, type CoreOptions } from "../../core-assembly.ts";
import type { IncomingCall } from "../../embeddings/embedding-intake.ts";
import type { Settings } from "../../options.ts";
import { embedded } from "../../vectors/embedded.ts";
import { formatNamed } from "./formats/wire-place.ts";
import { type Measures, SettingMeasures } from "./measures.ts";
import type { ReplayedCall } from "./replayed-call.ts";
import { seededRandom } from "./seeded-random.ts";
import { simulatedOrigin } from "./simulated-origin.ts";
import { simulatedProtocol, simulatedVectors } from "./simulated-protocol.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { type Verdict, verdictOf } from "./wrong-hits.ts";

/**
 * A log played to one setting: the very core of the gateway, over a store in memory, in time of its own. A call is begun at
 * its instant, the origin answers after the time that the log tells, and between two instants everything is done that
 * needs no time. So calls that overlapped overlap again, entries age, and what is refreshed in the background is.
 */

/** One way to be configured, by a name for reports. */
export interface Setting {
  readonly name: string;
  readonly settings: Settings;
  /** Default: what comes with the package. */
  readonly embedder?: Embedder;
  /** What happened besides the calls, such as purges: a log does not tell of it, but who was there can. */
  readonly happenings?: readonly Happening[];
  /**
   * An origin as the calls meet it; default: as the log says. Nothing in a log says that an answer could not be refreshed
   * in the background.
   */
  readonly originOf?: (logged: Origin, clock: Clock) => Origin;
  /**
   * What an origin takes, in milliseconds; default: as the log says, which does not tell what was refreshed in the
   * background, and counts what the gateway itself took.
   */
  readonly durationOf?: (call: LoggedCall) => number;
  /** Is shown each answer. */
  readonly onAnswer?: (answer: Answer) => void;
}

export interface Happening {
  /** In milliseconds since the epoch. */
  readonly at: number;
  happen(core: Pick<Core, "invalidate" | "feedback">): Promise<unknown>;
}

/** When time begins for logs that tell none: prices have dates. */
const usualStart = Date.UTC(2026, 0, 1);

export class Replay {
  readonly name: string;
  readonly measures: Measures;
  readonly #measures: SettingMeasures;
  readonly #clock: VirtualClock;
  readonly #core: Core;
  /** Work outside of this thread's hands. */
  readonly #abroad: ReadonlySet<Promise<unknown>>;
  readonly #originOf: NonNullable<Setting["originOf"]>;
  readonly #durationOf: Setting["durationOf"];
  readonly #onAnswer: (answer: Answer) => void;
  /** Why something that happened besides the calls did not succeed. */
  readonly #failures: unknown[] = [];
  /** Calls without an answer yet. */
  readonly #open = new Set<Promise<void>>();

  static async open(setting: Setting, startAt = usualStart): Promise<Replay> {
    const { name, settings, embedder, happenings = [] } = setting;
    const clock = new VirtualClock(startAt);
    const measures = new SettingMeasures(name, settings.layers.semantic.mode, clock);
    const abroad = new Set<Promise<unknown>>();
    const { maxVectors } = settings.layers.semantic;
    const options: CoreOptions = {
      // A key that is given is not asked for again and again, which would take for ever where the time of the log jumps.
      settings: { ...settings, security: { ...settings.security, masterKey: settings.security.masterKey ?? name } },
      clock,
      random: seededRandom(),
      trace: measures.hear,
      semantic: {
        // In this thread, so that a look-up is over before time goes on.
        vectors: embedded({ clock, maxVectors, bytesScannedAtOnce: Number.MAX_SAFE_INTEGER }),
        ...(embedder && { embedder: awaited(embedder, abroad) }),
      },
    };
    const core = await assembleCore(options);
    // It takes real time, in which virtual time would go on.
    await core.prepared();
    const replay = new Replay(setting, measures, clock, core, abroad);
    for (const { at, happen } of happenings) {
      const failed = (error: unknown): void => void replay.#failures.push(error);
      clock.after(at - clock.now(), () => void held(happen(core), abroad).catch(failed));
    }
    return replay;
  }

  private constructor(
    { name, originOf = (logged) => logged, durationOf, onAnswer = () => {} }: Setting,
    measures: SettingMeasures,
    clock: VirtualClock,
    core: Core,
    abroad: ReadonlySet<Promise<unknown>>,
  ) {
    this.name = name;
    this.#originOf = originOf;
    this.#durationOf = durationOf;
    this.#onAnswer = onAnswer;
    this.measures = measures;
    this.#measures = measures;
    this.#clock = clock;
    this.#core = core;
    this.#abroad = abroad;
  }

  get core(): Core {
    return this.#core;
  }

  /** Begins the call at its time; one without a time comes when all before it are answered. */
  take(replayed: ReplayedCall): void | Promise<void> {
    const { call } = replayed;
    const { nextAt } = this.#clock;
    const isQuiet = call.at === undefined ? this.#open.size === 0 : nextAt === undefined || nextAt > call.at;
    if (!isQuiet) return this.#takeLater(replayed);
    if (call.at !== undefined) this.#clock.moveTo(call.at);
    return this.#begin(replayed);
  }

  async #takeLater(replayed: ReplayedCall): Promise<void> {
    const { at } = replayed.call;
    if (at === undefined) while (this.#open.size > 0 && this.#clock.nextAt !== undefined) await this.#tick();
    else {
      for (let next = this.#clock.nextAt; next !== undefined && next <= at; next = this.#clock.nextAt)
        await this.#tick();
      this.#clock.moveTo(at);
    }
    await this.#begin(replayed);
  }

  /** Lets all calls come to their end, and closes the store. */
  async finish(): Promise<void> {
    while (this.#open.size > 0 && this.#clock.nextAt !== undefined) await this.#tick();
    await this.#still();
    if (this.#failures.length > 0) throw this.#failures[0];
    await this.#measures.finish(this.#core);
  }

  async close(): Promise<void> {
    const closing = this.#core.close();
    await this.#still();
    // What waits for a timer of its own is not waited for.
    await Promise.race([closing, this.#still()]);
  }

  async #tick(): Promise<void> {
    this.#clock.fireNext();
    await this.#still();
  }

  #begin(replayed: ReplayedCall): void | Promise<void> {
    const { call, originMs } = replayed;
    const format = formatNamed(call.protocol);
    if (call.request === undefined || format === undefined) {
      this.#measures.unread(call);
      return;
    }
    const protocol = isEmbeddingProtocol(format) ? simulatedVectors(format, call) : simulatedProtocol(format, call);
    const beganAt = this.#clock.monotonic();
    const done = (answer: Answer, verdict?: Verdict): void => {
      const tookMs = this.#clock.monotonic() - beganAt;
      this.#measures.answered({ ...replayed, answer, tookMs, verdict });
      this.#onAnswer(answer);
    };
    let handled: ReturnType<Core["handle"]>;
    try {
      handled = this.#core.handle(this.#incoming(call, protocol, originMs), this.#callerOf(call));
    } catch {
      // Refused, which was told to the trace.
      return;
    }
    if (!(handled instanceof Promise)) {
      done(handled);
      // What is answered at once may have begun something: the next call must not come before that is under way.
      return handled.outcome.kind === "hit" ? undefined : this.#still();
    }
    const finishing = handled.then(async (answer) => {
      done(answer, verdictOf(format, call, answer));
      await drained(answer);
    });
    const settled = finishing.then(undefined, () => {}).finally(() => this.#open.delete(settled));
    this.#open.add(settled);
    return this.#still();
  }

  #incoming(call: LoggedCall, protocol: WireFormat, durationMs: number): IncomingCall {
    const tookMs = this.#durationOf?.(call) ?? durationMs;
    const logged = simulatedOrigin({ clock: this.#clock, format: protocol, call, durationMs: tookMs });
    const origin = this.#originOf(logged, this.#clock);
    const rawHeaders: string[] = [];
    for (const [name, value] of Object.entries(call.headers)) rawHeaders.push(name, value);
    if (call.tenant !== undefined) rawHeaders.push("authorization", call.tenant);
    if (call.user !== undefined && call.headers["x-ai-user"] === undefined) rawHeaders.push("x-ai-user", call.user);
    return {
      protocol,
      endpoint: call.endpoint,
      originFor: () => origin,
      query: call.query,
      rawHeaders,
      body: Buffer.from(JSON.stringify(call.request)),
    };
  }

  #callerOf({ goneMs }: LoggedCall): Caller {
    if (goneMs === undefined) return { onAbandon() {} };
    const goneAt = this.#clock.monotonic() + goneMs;
    return {
      onAbandon: (listener) => {
        this.#clock.after(goneAt - this.#clock.monotonic(), listener);
      },
    };
  }

  /** Until nothing goes on any more without a timer: whatever was resolved has run by the next tick of the process. */
  async #still(): Promise<void> {
    do {
      await nextTick();
      if (this.#abroad.size > 0) await Promise.race(this.#abroad);
    } while (this.#abroad.size > 0);
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

async function drained({ body }: Answer): Promise<void> {
  if (body instanceof Uint8Array) return;
  for (let step = await body.next(); step.done !== true; step = await body.next());
}

/** Time stands still while an embedder that works elsewhere is at work. */
function awaited(embedder: Embedder, abroad: Set<Promise<unknown>>): Embedder {
  return Object.assign(Object.create(embedder) as Embedder, {
    embed: (...parameters: Parameters<Embedder["embed"]>) => {
      const working = embedder.embed(...parameters);
      if (!(working instanceof Promise)) return working;
      return held(working, abroad);
    },
  });
}

/** Time stands still until this is settled. */
function held<Result>(work: Promise<Result>, abroad: Set<Promise<unknown>>): Promise<Result> {
  const settled: Promise<unknown> = work.then(
    () => abroad.delete(settled),
    () => abroad.delete(settled),
  );
  abroad.add(settled);
  return work;
}
