import type { Answer, CompletedAnswer } from "../core/answer.ts";
import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import type { Pricer } from "../core/cost.ts";
import { OriginError } from "../core/errors.ts";
import { type FingerprintKey, fingerprint } from "../core/fingerprint.ts";
import type { LogContent } from "./access-log-options.ts";
import type { AnsweredCall, CallListener, RefusedCall } from "./answered-call.ts";
import type { EndedCall } from "./ended-call.ts";
import { renderDropped, renderLine, renderRefusal } from "./line-rendering.ts";
import { LogFile, type LogFileOptions } from "./log-file.ts";
import { Redactor } from "./redaction.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/**
 * One line for each call, written in the background. On the path of a call nothing happens but that it joins a queue.
 * The queue is bounded, with a fair share for each tenant; what does not fit, or cannot be written, is counted, and the
 * next line that can be written says how many are missing. Nothing here can fail a call.
 *
 * A sample takes all calls of one key or none of them: were each call drawn by itself, repeats would look rarer than they
 * are.
 */

export interface AccessLogOptions extends LogFileOptions {
  /** The share of keys whose calls are logged. */
  readonly sample: number;
  readonly content: LogContent;
}

export interface AccessLogParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly key: FingerprintKey;
  readonly pricer: Pricer;
  /** The file cannot be written (the reason), or can again (`undefined`). */
  readonly onTrouble: (reason: string | undefined) => void;
}

const gatherMs = 200;
/** Calls that are put into words without letting others have a turn. */
const batch = 32;
const batchBytes = 512 * 1024;
/** Of bodies that wait to be written. */
const mostWaitingBytes = 32 * 1024 * 1024;
const sampleSteps = 2 ** 30;

type Waiting = { readonly ended: EndedCall } | { readonly refused: Refused };

/** Without its body, which is not written. */
type Refused = Omit<RefusedCall, "request"> & { readonly protocol: string };
/** Those who were refused before it was known who asked have a share together. */
const nobody = "";

export class AccessLog implements CallListener {
  readonly #parts: Omit<AccessLogParts, "pricer">;
  readonly #redactor: Redactor;
  readonly #file: LogFile;
  #options: AccessLogOptions;
  #pricer: Pricer;
  readonly #waiting = new WaitingCalls<Waiting>(mostWaitingBytes);
  #cancel: CancelTimer | undefined;
  #writing: Promise<void> | undefined;
  #dropped = 0;
  #droppedInAll = 0;
  #isFailing = false;

  constructor(options: AccessLogOptions, { pricer, ...parts }: AccessLogParts) {
    this.#options = options;
    this.#pricer = pricer;
    this.#parts = parts;
    this.#redactor = new Redactor(parts.key);
    this.#file = new LogFile(options);
  }

  /** Calls that are missing in the log. */
  get dropped(): number {
    return this.#droppedInAll;
  }

  answered(heard: AnsweredCall): void {
    const { answer, caller, startedAt } = heard;
    if (!this.#isSampled(heard.call.key)) return;
    const { clock } = this.#parts;
    const waitMs = clock.monotonic() - startedAt;
    const { complete } = answer;
    if (complete === undefined) {
      const isGone = answer.failure?.failure === "aborted";
      this.#end(heard, { waitMs, durationMs: waitMs, complete: undefined, failure: undefined, isGone });
      return;
    }
    let goneAt: number | undefined;
    caller.onAbandon(() => {
      goneAt = clock.monotonic();
    });
    const end = (done: CompletedAnswer | undefined, failure: EndedCall["end"]["failure"]): void => {
      const durationMs = (goneAt ?? clock.monotonic()) - startedAt;
      const isGone = goneAt !== undefined || failure === "aborted";
      this.#end(heard, { waitMs, durationMs, complete: done, failure, isGone });
    };
    complete.then(
      (done) => end(done, undefined),
      (error: unknown) => end(undefined, error instanceof OriginError ? error.failure : "truncated"),
    );
  }

  refused({ request, ...told }: RefusedCall): void {
    if (this.#options.sample >= 1 || this.#parts.random.fraction() < this.#options.sample)
      this.#push(nobody, { refused: { ...told, protocol: request.protocol.name } }, 0);
  }

  /** Opens the file anew: somebody has moved it away. */
  reopen(options: AccessLogOptions, pricer: Pricer): void {
    this.#options = options;
    this.#pricer = pricer;
    this.#file.reopen(options);
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.#cancel?.();
    await this.#writing;
    await this.#write();
    // Where the file cannot be written: nobody tries again.
    this.#drop(this.#waiting.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).length);
    await this.#file.close();
  }

  #isSampled(key: string | undefined): boolean {
    const { sample } = this.#options;
    if (sample >= 1) return true;
    if (key === undefined) return this.#parts.random.fraction() < sample;
    const drawn = Buffer.from(fingerprint(this.#parts.key, `access-log sample\n${key}`), "base64url").readUInt32BE(0);
    return (drawn >>> 2) / sampleSteps < sample;
  }

  #end({ request, call, answer, at }: AnsweredCall, end: EndedCall["end"]): void {
    const id = this.#newId();
    const bytes = request.body.length + lengthOf(answer, end.complete);
    this.#push(call.principal.tenant, { ended: { id, request, call, answer, at, end } }, bytes);
  }

  #newId(): string {
    return Buffer.from(this.#parts.random.bytes(12)).toString("base64url");
  }

  #push(tenant: string, call: Waiting, bytes: number): void {
    this.#drop(this.#waiting.push(tenant, call, bytes));
    if (this.#waiting.length > 0) this.#writeSoon();
  }

  #writeSoon(): void {
    if (this.#writing !== undefined) return;
    this.#cancel ??= this.#parts.clock.after(gatherMs, () => {
      this.#cancel = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#writeSoon();
      });
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 || this.#dropped > 0) {
      const taken = this.#waiting.take(batch, batchBytes);
      const told = this.#dropped;
      const lines = told > 0 ? [renderDropped(this.#parts.clock.now(), told)] : [];
      const worded = taken.flatMap((call) => this.#render(call) ?? []);
      lines.push(...worded);
      if (lines.length === 0) continue;
      try {
        await this.#file.append(`${lines.join("\n")}\n`, this.#parts.clock.now());
        this.#dropped -= told;
        this.#tell(undefined);
      } catch (error) {
        this.#drop(worded.length);
        this.#tell(error instanceof Error ? error.message : String(error));
        return;
      }
    }
  }

  /** `undefined` for what cannot be put into words, which is counted: nothing of a call may end the gateway. */
  #render(call: Waiting): string | undefined {
    try {
      if ("refused" in call) {
        const { at, code, status, protocol } = call.refused;
        return renderRefusal(at, this.#newId(), protocol, code, status);
      }
      const { content } = this.#options;
      return renderLine({ content, redactor: this.#redactor, pricer: this.#pricer }, call.ended);
    } catch {
      this.#drop(1);
      return undefined;
    }
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#droppedInAll += count;
  }

  #tell(reason: string | undefined): void {
    if ((reason !== undefined) === this.#isFailing) return;
    this.#isFailing = reason !== undefined;
    this.#parts.onTrouble(reason);
  }
}

/** Of a stream what is kept of it. */
function lengthOf({ body }: Answer, complete: CompletedAnswer | undefined): number {
  return body instanceof Uint8Array ? body.length : (complete?.recording?.body.length ?? 0);
}
