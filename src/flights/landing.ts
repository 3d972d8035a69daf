import type { Answer } from "../core/answer.ts";
import type { Asked, Call, Caller } from "../core/call.ts";
import { OriginError } from "../core/errors.ts";
import { type Outcome, pendingStored, type Stored } from "../core/outcome.ts";
import type { MissReason } from "../core/outcome-reasons.ts";
import type { ReplayView } from "../core/protocol.ts";
import { contentType, passedOn } from "./answer-forms.ts";
import type { Flight } from "./flight.ts";
import type { FlightHead } from "./flight-parts.ts";
import type { WholeAnswer } from "./origin-answer.ts";
import { passBy } from "./pass-by.ts";
import { UncountedStream } from "./uncounted-stream.ts";

/** A flight that has something to pass on, and how this caller came to it. */
export interface Landing {
  readonly flight: Flight;
  readonly head: FlightHead;
  readonly joined: boolean;
  /** Why the cache had no answer. */
  readonly reason: MissReason;
  /** What hears of a call to the origin of its own. */
  readonly parts: Parameters<typeof passBy>[3];
}

/** The origin's answer in the form this caller wants. */
export async function land(asked: Asked, caller: Caller, landing: Landing): Promise<Answer> {
  const { flight, head, joined, parts, reason } = landing;
  const { call } = asked;
  const { stream, includeUsage } = call.facts;
  // The one who began is told what it cost; it was not computed for the others.
  const zeroUsage = joined && call.policy.hitUsage === "zero";
  const outcome = (stored: Stored): Outcome => {
    if (joined) return { kind: "coalesced", stored };
    return reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason, stored };
  };
  // Too large to be kept, and thus to be played in another form than it came in.
  const alone = () =>
    passBy(asked, caller, { kind: "miss", reason, stored: { state: "refused", reason: "too_large" } }, parts);
  if (head.kind === "live" && head.form === "raw" && stream && joined) return alone();
  if (head.kind === "live" && (head.form === "raw" || stream)) {
    const live = flight.read(!includeUsage);
    const body = zeroUsage && head.form === "events" ? new UncountedStream(live, call.protocol) : live;
    return {
      status: head.status,
      headers: passedOn(head.headers, joined),
      body,
      outcome: outcome(pendingStored),
      originStatus: head.status,
    };
  }
  const answer = head.kind === "whole" ? head.answer : await flight.complete;
  if (head.kind === "live" && joined && isTooLarge(answer.stored)) return alone();
  const converted = inWantedForm(call, answer, head.kind === "live", zeroUsage);
  const headers = {
    ...passedOn(answer.headers, joined),
    ...(converted === undefined ? {} : { "content-type": contentType(call) }),
  };
  return {
    status: answer.status,
    headers,
    body: converted ?? answer.body,
    outcome: outcome(answer.stored),
    originStatus: answer.status,
  };
}

/** The answer in another form than it came in, or without its counts, where that is what the caller is to get. */
function inWantedForm(
  call: Call,
  answer: WholeAnswer,
  cameAsEvents: boolean,
  zeroUsage: boolean,
): Uint8Array | undefined {
  const { recording } = answer;
  const isInForm = cameAsEvents === call.facts.stream;
  if (isInForm && !zeroUsage) return undefined;
  if (recording === undefined) {
    if (isInForm || !cameAsEvents) return undefined;
    const why = isTooLarge(answer.stored)
      ? "streamed an answer too large to put together"
      : "reported an error in its stream";
    throw new OriginError("truncated", { message: `The origin ${why}.` });
  }
  const view: ReplayView = { includeUsage: call.facts.includeUsage, zeroUsage };
  return call.facts.stream ? call.protocol.replayEvents(recording, view) : call.protocol.replayJson(recording, view);
}

function isTooLarge(stored: Stored): boolean {
  return stored.state === "refused" && stored.reason === "too_large";
}
