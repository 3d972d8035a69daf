import type { Asked, Call } from "../core/call.ts";
import type { OriginError } from "../core/errors.ts";
import { contentDigest, lengthPrefixed } from "../core/fingerprint.ts";
import { type Generation, isFirstToken } from "../core/generations.ts";
import type { FoundEntry, RecordTicket } from "../core/layer.ts";
import type { OriginResponse } from "../core/origin.ts";
import { pendingStored, type Stored } from "../core/outcome.ts";
import type { ReplayView } from "../core/protocol.ts";
import { contentType } from "../flights/answer-forms.ts";
import type { Asking } from "../flights/flight-parts.ts";
import type { CompleteAnswer } from "../flights/origin-answer.ts";
import type { Replayer } from "../layers/exact/replay.ts";
import { mayStore } from "../policy/eligibility.ts";
import type { Fleet } from "./fleet.ts";
import type { Following, Passage } from "./fleet-parts.ts";

/**
 * A flight's place among those of other processes. Only answers that may be stored are shared, and only by calls that
 * would store them alike: the key holds the tags and the ttl. It holds the generations too, so that nobody joins what was
 * begun before an invalidation.
 */

export interface FleetSeatParts {
  readonly fleet: Fleet | undefined;
  readonly replayer: Replayer;
  readonly asked: Asked;
  readonly slot: string;
  readonly following: Following;
  /** What is in the store now. */
  find(): Promise<FoundEntry | undefined>;
  /** Whether none of these was replaced since. */
  areCurrent(generations: readonly Generation[]): Promise<boolean>;
}

export class FleetSeat {
  readonly #parts: FleetSeatParts;
  #passage: Passage | undefined;

  constructor(parts: FleetSeatParts) {
    this.#parts = parts;
  }

  async ask(
    compute: () => Promise<OriginResponse>,
    ticket: RecordTicket | undefined,
    signal: AbortSignal,
  ): Promise<Asking> {
    const { fleet, asked, slot, following } = this.#parts;
    // Of what began before an invalidation that the store has forgotten nobody else could tell that it did.
    if (
      fleet === undefined ||
      ticket === undefined ||
      ticket.generations.some(({ isLost }) => isLost) ||
      !isSharedByFleet(asked.call)
    )
      return { response: await compute(), isFollower: false };
    const key = fleetKey(asked.call, slot, ticket);
    const { generations } = ticket;
    const isCurrent = (others: readonly Generation[]) => this.#areCurrent(others, generations);
    this.#passage = await fleet.board({
      key,
      owner: asked.call.principal,
      generations,
      isCurrent,
      stored: () => this.#stored(),
      compute,
      signal,
      following,
    });
    return this.#passage;
  }

  /** Judges and stores by `settle`, unless another process does. */
  async settle(answer: CompleteAnswer, settle: (answer: CompleteAnswer) => Promise<Stored>): Promise<Stored> {
    const passage = this.#passage;
    if (passage === undefined) return settle(answer);
    // Known before the one who asked has decided: who wants another form than it came in has to ask for itself.
    if (passage.isFollower) return answer.tooLarge ? { state: "refused", reason: "too_large" } : pendingStored;
    const isOvertaken = !(await passage.mayStore());
    const stored = await settle({ ...answer, replaced: answer.replaced || isOvertaken });
    passage.landed(answer.status);
    return stored;
  }

  failed(error: OriginError): void {
    this.#passage?.failed(error);
  }

  /** Whether another process waits for the answer; `undefined` where there are none. */
  get isWantedElsewhere(): (() => Promise<boolean>) | undefined {
    const { fleet, asked } = this.#parts;
    if (fleet === undefined || !isSharedByFleet(asked.call)) return undefined;
    return async () => this.#passage?.hasAudience() ?? false;
  }

  /** What both depend on is in the key; another's user is not. */
  async #areCurrent(others: readonly Generation[], own: readonly Generation[]): Promise<boolean> {
    const known = new Set(own.map(({ scope }) => scope));
    const unknown = others.filter(({ scope }) => !known.has(scope));
    return unknown.length === 0 || this.#parts.areCurrent(unknown);
  }

  /** The entry as the origin would have sent it. */
  async #stored(): Promise<OriginResponse | undefined> {
    const { asked, find, replayer } = this.#parts;
    const found = await find();
    if (found === undefined) return undefined;
    const { call } = asked;
    const view: ReplayView = { includeUsage: true, zeroUsage: false };
    const body = replayer.play(found.entry, call.protocol, call.facts.stream, view);
    return { status: 200, headers: { "content-type": contentType(call) }, body: once(body) };
  }
}

function isSharedByFleet(call: Call): boolean {
  return call.directives.read && call.variants === 1 && mayStore(call);
}

function fleetKey({ directives }: Call, slot: string, { generations }: RecordTicket): string {
  const renewals = generations.map(({ token }) => renewalText(token));
  return contentDigest(lengthPrefixed([slot, String(directives.ttlMs), ...directives.tags, ...renewals]));
}

/** A scope that was never renewed has its first token or none yet, and which of both is chance. */
function renewalText(token: Uint8Array): string {
  if (isFirstToken(token)) return "";
  return Buffer.from(token.buffer, token.byteOffset, token.byteLength).toString("base64url");
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
