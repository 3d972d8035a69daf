import type { Clock } from "../core/clock.ts";
import type { OriginError } from "../core/errors.ts";
import type { AnswerFacts } from "../core/recording.ts";
import type { OriginAnswer, OriginCall, Trace } from "../core/trace.ts";

/** As much of a call as is told of what is asked of its origin. */
export interface WatchedCall {
  readonly originId: string;
  readonly protocol: { readonly name: string };
  readonly facts: { readonly model: string; readonly stream?: boolean };
}

/** Tells the trace of one call to an origin: that it begins, and how it ends. */
export class OriginWatch {
  readonly originCall: OriginCall;
  readonly #parts: { readonly clock: Clock; readonly trace: Trace };
  readonly #call: WatchedCall;
  #startedAt: number | undefined;
  #firstByteMs: number | undefined;
  #answer: OriginAnswer | undefined;

  constructor(
    parts: { readonly clock: Clock; readonly trace: Trace },
    call: WatchedCall,
    originCall: OriginCall = Object.freeze({}),
  ) {
    this.#parts = parts;
    this.#call = call;
    this.originCall = originCall;
  }

  start(): void {
    const { clock, trace } = this.#parts;
    this.#startedAt = clock.monotonic();
    trace({ type: "origin-start", ...this.#told() });
  }

  /** A piece of a stream is there. */
  received(): void {
    if (this.#firstByteMs === undefined && this.#startedAt !== undefined)
      this.#firstByteMs = this.#parts.clock.monotonic() - this.#startedAt;
  }

  read({ model, usage, choices }: Pick<AnswerFacts, "model" | "usage" | "choices">): void {
    this.#answer = { model, usage, finish: choices.map(({ finish }) => finish) };
  }

  /** What has not begun does not end, and nothing ends twice. */
  end(result: number | OriginError["failure"]): void {
    if (this.#startedAt === undefined) return;
    const { clock, trace } = this.#parts;
    const durationMs = clock.monotonic() - this.#startedAt;
    this.#startedAt = undefined;
    trace({
      type: "origin-end",
      ...this.#told(),
      result,
      durationMs,
      ...(this.#firstByteMs === undefined ? {} : { firstByteMs: this.#firstByteMs }),
      ...(this.#answer === undefined ? {} : { answer: this.#answer }),
    });
  }

  #told() {
    const { facts, originId, protocol } = this.#call;
    const { model, stream = false } = facts;
    return { originId, protocol: protocol.name, model, stream, originCall: this.originCall };
  }
}
