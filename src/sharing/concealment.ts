import type { Answer } from "../core/answer.ts";
import type { Call } from "../core/call.ts";
import type { Clock, Random } from "../core/clock.ts";
import { chain } from "../core/maybe-promise.ts";
import type { Reissue } from "../core/reissue.ts";
import type { Sharing } from "../core/shared-scope.ts";
import { sleep } from "../core/sleep.ts";
import type { MaybePromise } from "../core/store.ts";
import { contentType, passedOn } from "../flights/answer-forms.ts";
import { PacedReplay } from "../layers/exact/paced-replay.ts";
import { newIdentity } from "./answer-identity.ts";
import { AnswerTimes, arrivalMs, type CourseKind, type Sizes } from "./answer-times.ts";
import { ConcealedStream } from "./concealed-stream.ts";

/**
 * What a member of a shared scope gets: the same from the cache as from the origin, so that nobody can find out what
 * others have asked. All answers have the same few fields, an id of their own and the present time; stored ones take, where
 * the scope wants that, as long as computed ones of late. Where too little is known of those that are
 * like it, calls are computed.
 */

export interface ConcealmentParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** The call of a member; what is not shared is none. */
export interface SharedCall extends Pick<Call, "protocol" | "facts" | "originId"> {
  readonly sharing: Sharing;
}

export function isShared(call: Call): call is Call & SharedCall {
  return call.sharing !== undefined;
}

export class Concealment {
  readonly #parts: ConcealmentParts;
  readonly #times: AnswerTimes;

  constructor(parts: ConcealmentParts) {
    this.#parts = parts;
    this.#times = new AnswerTimes(parts.random);
  }

  /** Whether a stored answer could not be given as if it were computed, so that a new one has to be. */
  wouldShow(call: Call, { body }: Pick<Answer, "body">): boolean {
    if (!isShared(call) || !call.sharing.delay) return false;
    return !(body instanceof Uint8Array && this.#times.knows(kindOf(call), sizesOf(call, body.length)));
  }

  /** `startedAt`: when the call came, by the monotonic clock. */
  conceal(call: SharedCall, startedAt: number, answered: MaybePromise<Answer>): MaybePromise<Answer> {
    return chain(answered, (answer) => {
      const { reissue } = call.protocol;
      const isAnswer = answer.status === 200 && reissue !== undefined;
      const isStored = answer.outcome.kind === "hit" || answer.outcome.kind === "stale";
      if (isAnswer && isStored && call.sharing.delay) return this.#later(call, reissue, startedAt, answer);
      answer.unasked?.();
      return isAnswer ? this.#now(call, reissue, startedAt, answer) : plain(answer);
    });
  }

  /** As soon as it is there. One that was computed for this very call tells how long that takes. */
  #now(call: SharedCall, reissue: Reissue, startedAt: number, answer: Answer): Answer {
    const { clock } = this.#parts;
    const elapsedMs = () => clock.monotonic() - startedAt;
    const headMs = elapsedMs();
    const isOwn = answer.outcome.kind === "miss" || answer.outcome.kind === "refresh";
    const kind = kindOf(call);
    const { body } = answer;
    if (body instanceof Uint8Array) {
      if (isOwn && !call.facts.stream) this.#times.note(kind, { ...sizesOf(call, body.length), headMs, marks: [] });
      return { ...uniform(call, answer), body: this.#reissued(call, reissue, body) };
    }
    // Too large to be kept, and so never anything else than computed.
    if (!call.facts.stream) return { ...uniform(call, answer), body };
    const events = () => reissue.events(newIdentity(this.#parts.random, clock.now()));
    const stream = new ConcealedStream(body, events, elapsedMs, (marks, bytes) => {
      if (isOwn) this.#times.note(kind, { ...sizesOf(call, bytes), headMs, marks });
    });
    return { ...uniform(call, answer), body: stream };
  }

  /** When a computed one would be there. */
  async #later(call: SharedCall, reissue: Reissue, startedAt: number, answer: Answer): Promise<Answer> {
    const { clock } = this.#parts;
    const { body } = answer;
    if (!(body instanceof Uint8Array)) return this.#now(call, reissue, startedAt, answer);
    const course = this.#times.draw(kindOf(call), sizesOf(call, body.length));
    const waitMs = (course?.headMs ?? 0) - (clock.monotonic() - startedAt);
    if (waitMs > 0) await sleep(clock, waitMs);
    answer.unasked?.();
    const bytes = this.#reissued(call, reissue, body);
    if (course === undefined || !call.facts.stream) return { ...uniform(call, answer), body: bytes };
    const plan = { startedAt, dueMs: (share: number) => arrivalMs(course, share) };
    return { ...uniform(call, answer), body: new PacedReplay(bytes, plan, clock) };
  }

  #reissued({ facts }: SharedCall, reissue: Reissue, body: Uint8Array): Uint8Array {
    const { clock, random } = this.#parts;
    const identity = newIdentity(random, clock.now());
    return facts.stream ? reissue.events(identity).push(body) : reissue.json(body, identity);
  }
}

function kindOf({ originId, facts }: Pick<Call, "originId" | "facts">): CourseKind {
  return { originId, model: facts.model, stream: facts.stream };
}

function sizesOf({ sharing }: SharedCall, bytes: number): Sizes {
  return { requestBytes: sharing.requestBytes, bytes };
}

/** Without what an answer has only when it was stored, or only when it was not. */
function uniform(call: SharedCall, answer: Answer): Answer {
  return { ...without(answer), headers: { "content-type": contentType(call) } };
}

/** What is no answer is never stored, so it needs to look like nothing else; what the provider says of its limits may go on. */
function plain(answer: Answer): Answer {
  return { ...without(answer), headers: passedOn(answer.headers, true) };
}

/** What was saved stays for those who count; nobody is told of it. */
function without({ twin: _twin, unasked: _unasked, ...answer }: Answer): Answer {
  return { ...answer, isConcealed: true };
}
