import type { AnswerStream } from "../core/answer.ts";
import type { Asked, Call } from "../core/call.ts";
import type { CancelTimer } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { OriginError } from "../core/errors.ts";
import type { RecordTicket } from "../core/layer.ts";
import type { OriginResponse } from "../core/origin.ts";
import { pendingStored, type Stored } from "../core/outcome.ts";
import type { ProtocolError, StreamRecorder } from "../core/protocol.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";
import { StreamFanout } from "../core/stream-fanout.ts";
import type { OriginCall } from "../core/trace.ts";
import { FlightHolders } from "./flight-holders.ts";
import type { FlightHead, FlightParts, Seat } from "./flight-parts.ts";
import {
  asOriginError,
  type CompleteAnswer,
  collect,
  mediaType,
  mostErrorBytes,
  type WholeAnswer,
} from "./origin-answer.ts";
import { OriginWatch } from "./origin-watch.ts";
import { sendWithWishes } from "./origin-wishes.ts";

/**
 * One origin call and everybody who waits for it. The flight belongs to no caller: each holds it while it wants
 * the answer, and when nobody does the origin call is aborted (flight-holders.ts says when). A stream is passed on event by event from
 * the first byte; an answer in one piece is read whole, so that a broken one becomes an error and not half a body.
 * The answer is judged and stored before its last event is handed out: whoever has seen the end can have a hit.
 */

/** An origin that goes on behind its terminal event is hung up on after this much, or this long. */
const mostTrailingBytes = 64 * 1024;
const trailingMs = 1_000;

/** What a slow store may add to an answer; after it the answer goes out and the writing goes on. */
const settleBudgetMs = 25;

export class Flight {
  readonly call: Call;
  /** Generations and time from before the origin was called; `undefined` when the store cannot tell. */
  readonly ticket: Promise<RecordTicket | undefined>;
  /** Resolves when there is something to pass on; rejects with `OriginError`. */
  readonly head: Promise<FlightHead>;
  /** A stream's complete answer; rejects with `OriginError` when it broke off. */
  readonly complete: Promise<WholeAnswer>;
  /** How many callers joined after the first. */
  followers = 0;
  /** Another process called the origin, and keeps the answer. */
  isFollower = false;
  readonly #asked: Asked;
  readonly #parts: FlightParts;
  readonly #abort = new AbortController();
  readonly #fanout: StreamFanout;
  readonly #holders: FlightHolders;
  readonly #watch: OriginWatch;
  readonly #head = Promise.withResolvers<FlightHead>();
  readonly #complete = Promise.withResolvers<WholeAnswer>();
  #told: OriginResponse["told"];
  #recorder: StreamRecorder | undefined;
  #closed = false;
  #settled = false;
  #failed = false;
  #begun = false;
  #replaced = false;

  constructor(asked: Asked, parts: FlightParts) {
    this.call = asked.call;
    this.#asked = asked;
    this.#parts = parts;
    this.#watch = new OriginWatch(parts, asked.call);
    this.#fanout = new StreamFanout(parts.limits.windowBytes);
    this.#holders = new FlightHolders({
      clock: parts.clock,
      patience: parts.patience,
      isWantedElsewhere: parts.isWantedElsewhere,
      onDetached: (isDetached) => parts.onDetached(isDetached),
      giveUp: () => this.abandon(),
    });
    this.ticket = parts.prepare();
    this.head = this.#head.promise;
    this.complete = this.#complete.promise;
    // Whoever waits hears of a failure; if nobody does, it is not an unhandled one.
    this.head.catch(() => {});
    this.complete.catch(() => {});
  }

  /** What its call to the origin is in the trace. */
  get originCall(): OriginCall {
    return this.#watch.originCall;
  }

  /** Whether a newcomer would still get the whole answer. */
  get isOpen(): boolean {
    return !this.#closed;
  }

  /** Whether the origin was called already: who comes now may want an answer that was computed later. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** A newer answer takes the place of this one: it still goes to all who wait, and is not stored. */
  replace(): void {
    this.#replaced = true;
  }

  /** What its stream has said so far, if it is one. */
  get heard(): AnswerFacts | undefined {
    return this.#recorder?.facts();
  }

  /** Whether the origin gave no whole answer. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  start(): void {
    this.#run().catch((error: unknown) => this.#fail(asOriginError(error)));
  }

  /** Keeps the origin call going until the returned function is called. */
  hold(): () => void {
    return this.#holders.hold();
  }

  /** Keeps the origin call going, and the start of its answer for the caller to read. */
  board(): Seat {
    const release = this.hold();
    const decided = this.#fanout.reserve();
    return {
      decided,
      leave: () => {
        decided();
        release();
      },
    };
  }

  /** The stream from its first event. `lean`: without the usage that the caller did not ask for. */
  read(lean: boolean): AnswerStream {
    const release = this.hold();
    return this.#fanout.reader(lean, release, () =>
      this.#farewell({
        status: 502,
        code: "reader_too_slow",
        message: "The stream was read too slowly and its buffer is full.",
      }),
    );
  }

  /** Hangs up on the origin, unless it has answered. */
  abandon(): void {
    if (this.#settled) return;
    this.#close();
    const error = new OriginError("aborted", { message: "Nobody waits for this answer any more." });
    this.#abort.abort(error);
    this.#fail(error);
  }

  async #run(): Promise<void> {
    const parts = this.#parts;
    const ticket = await this.ticket;
    this.#begun = true;
    const watch = this.#watch;
    const compute = () => sendWithWishes(this.#asked, parts.wishes, this.#abort.signal, watch);
    try {
      const { response, isFollower } = await parts.ask(compute, ticket, this.#abort.signal);
      this.isFollower = isFollower;
      this.#told = response.told;
      if (response.status === 200 && mediaType(response.headers) === "text/event-stream")
        await this.#runEvents(response, ticket);
      else await this.#runWhole(response, ticket);
      watch.end(response.status);
    } catch (error) {
      const failure = asOriginError(error);
      watch.end(failure.failure);
      throw failure;
    }
  }

  async #runEvents(response: OriginResponse, ticket: RecordTicket | undefined): Promise<void> {
    const { limits } = this.#parts;
    const recorder = this.call.protocol.recordStream({ maxEventBytes: limits.maxEventBytes });
    this.#recorder = recorder;
    this.#head.resolve({ kind: "live", status: response.status, headers: response.headers, form: "events" });
    let tooLarge = false;
    const finish = (): Promise<void> => {
      const recording = tooLarge ? undefined : recorder.recording();
      return this.#finishEvents(response, ticket, recorder.facts(), recording, tooLarge);
    };
    let broken: unknown;
    let [held, trailing] = [0, 0];
    let keepConnection: CancelTimer | undefined;
    try {
      for await (const chunk of response.body) {
        this.#holders.received(chunk.length);
        this.#watch.received();
        // Behind the terminal event the connection is only read to its end, so that it can be used again.
        if (this.#settled) {
          trailing += chunk.length;
          if (trailing > mostTrailingBytes) break;
          continue;
        }
        for (const item of recorder.push(chunk)) {
          held += item.bytes.length;
          if (item.terminal) await finish();
          this.#fanout.push(item);
          if (item.terminal) {
            this.#fanout.end();
            keepConnection = this.#parts.clock.after(trailingMs, () => this.#abort.abort());
            break;
          }
        }
        // Comments are not recorded, but kept for late readers all the same.
        if (!tooLarge && held > limits.maxEntryBytes) {
          tooLarge = true;
          this.#close();
          this.#holders.stopWaiting();
          recorder.stopRecording();
          this.#fanout.letGo();
        }
        await this.#fanout.pressure();
      }
    } catch (error) {
      broken = error;
    }
    keepConnection?.();
    if (this.#failed) throw this.#abort.signal.reason;
    if (this.#settled) return;
    const last = broken === undefined ? recorder.close?.() : undefined;
    if (last !== undefined) {
      await finish();
      return this.#fanout.end();
    }
    recorder.end();
    const facts = recorder.facts();
    await this.#finishEvents(response, ticket, facts, undefined, tooLarge);
    // The origin has said what is wrong in its own words.
    if (facts.error) return this.#fanout.end();
    throw broken ?? new OriginError("truncated", { message: "The origin ended its stream before the terminal event." });
  }

  async #finishEvents(
    response: OriginResponse,
    ticket: RecordTicket | undefined,
    facts: AnswerFacts,
    recording: Recording | undefined,
    tooLarge: boolean,
  ): Promise<void> {
    const { status, headers } = response;
    const stored = await this.#settle({ status, headers, facts, recording, tooLarge, ticket });
    if (!facts.terminal && !facts.error) return;
    this.#complete.resolve({
      status,
      headers,
      body: new Uint8Array(),
      recording: facts.error || !facts.wellFormed ? undefined : recording,
      stored,
    });
  }

  async #runWhole(response: OriginResponse, ticket: RecordTicket | undefined): Promise<void> {
    const { status, headers } = response;
    const { maxEntryBytes } = this.#parts.limits;
    const limit = status === 200 ? maxEntryBytes : Math.max(maxEntryBytes, mostErrorBytes);
    const { body, overflow } = await collect(response.body, limit, (bytes) => this.#holders.received(bytes));
    if (overflow !== undefined) return this.#runRaw(response, body, overflow, ticket);
    const read = status === 200 ? this.call.protocol.readJson(body) : undefined;
    const recording = read?.facts.wellFormed === true && !read.facts.error ? read.recording : undefined;
    const stored = await this.#settle({
      status,
      headers,
      facts: read?.facts,
      recording: read?.recording,
      tooLarge: false,
      ticket,
    });
    const answer: WholeAnswer = { status, headers, body, recording, stored };
    this.#complete.resolve(answer);
    this.#head.resolve({ kind: "whole", answer });
  }

  /** An answer in one piece that is too large to keep is handed on as it comes. */
  async #runRaw(
    response: OriginResponse,
    body: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
    ticket: RecordTicket | undefined,
  ): Promise<void> {
    const { status, headers } = response;
    this.#close();
    this.#holders.stopWaiting();
    this.#fanout.push({ bytes: body, lean: body });
    this.#fanout.letGo();
    this.#head.resolve({ kind: "live", status, headers, form: "raw" });
    for await (const chunk of rest) {
      this.#fanout.push({ bytes: chunk, lean: chunk });
      await this.#fanout.pressure();
    }
    const stored = await this.#settle({
      status,
      headers,
      facts: undefined,
      recording: undefined,
      tooLarge: true,
      ticket,
    });
    this.#complete.resolve({ status, headers, body: new Uint8Array(), recording: undefined, stored });
    this.#fanout.end();
  }

  /** Who comes while the answer is still being written joins and finds it whole. */
  async #settle(answer: Omit<CompleteAnswer, "replaced">): Promise<Stored> {
    if (answer.facts !== undefined) this.#watch.read(answer.facts);
    this.#told?.(answer.facts?.usage);
    const settling = this.#parts.settle({ ...answer, replaced: this.#replaced });
    settling.then(() => this.#close());
    const stored = await withDeadline(settling, settleBudgetMs, this.#parts.clock, () => pendingStored);
    this.#settled = true;
    this.#holders.end();
    return stored;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onClosed();
  }

  #fail(error: OriginError): void {
    this.#failed = true;
    this.#settled = true;
    this.#holders.end();
    this.#close();
    this.#head.reject(error);
    this.#complete.reject(error);
    this.#fanout.fail(error, this.#farewell({ status: error.status, code: error.code, message: error.message }));
  }

  #farewell(error: ProtocolError): Uint8Array {
    return this.call.protocol.renderError(error, "event");
  }
}
