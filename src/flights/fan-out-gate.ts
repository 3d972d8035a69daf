import type { CacheMarks, MarkablePart } from "../core/cache-marks.ts";
import { type Asked, ownPartition } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { FanOutWishes, OriginResponse } from "../core/origin.ts";
import type { Usage } from "../core/recording.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";
import { isGenuine, type RulesByModel, rulesFor } from "../layers/prefix/breakpoints/provider-rules.ts";
import { FanOut, type Passage } from "../layers/prefix/fan-out/fan-out.ts";
import {
  type PlacedMark,
  type SharedStart,
  sharedAtMarks,
  sharedEverywhere,
} from "../layers/prefix/fan-out/shared-start.ts";
import { isSharedOnceBegun } from "../layers/prefix/fan-out/sharing.ts";
import { mediaType } from "./origin-answer.ts";

/** A call on its way to an origin, as others that begin alike wait for it. */
export interface GatedCall {
  /** The same answer, whose beginning the others hear of: the first piece of a stream, the head of what is whole. */
  watched(response: OriginResponse): OriginResponse;
  failed(): void;
}

export interface FanOutParts {
  readonly clock: Clock;
  readonly trace: Trace;
  /** What is not as providers publish it, now. */
  readonly rules: () => RulesByModel;
}

const openGate: GatedCall = { watched: (response) => response, failed: () => {} };
/** Where nobody says how long an engine keeps what it has computed. */
const usualLifetimeMs = 5 * 60_000;
const usual: FanOutWishes = { mode: "auto", mostWaitMs: 5_000, leastTokens: 1_024 };

/** Calls that begin alike go to an origin one before the others, where its cache of prompts can be shared only then. */
export class FanOutGate {
  readonly #fanOut: FanOut;
  readonly #trace: Trace;
  readonly #rules: () => RulesByModel;

  constructor({ clock, trace, rules }: FanOutParts) {
    this.#trace = trace;
    this.#rules = rules;
    this.#fanOut = new FanOut({ clock, onWaited: (wait) => trace({ type: "fan-out-wait", ...wait }) });
  }

  /** Resolves when the call may be sent. `marks`: what it is going to carry. Rejects when it is aborted before. */
  enter(asked: Asked, marks: CacheMarks | undefined, signal: AbortSignal): MaybePromise<GatedCall> {
    const start = startOf(asked, marks, this.#rules);
    if (start === undefined) return openGate;
    const entered = this.#fanOut.enter(start, signal);
    const { model } = asked.call.facts;
    return "begun" in entered
      ? this.#gated(entered, model, signal)
      : entered.then((passage) => this.#gated(passage, model, signal));
  }

  #gated(passage: Passage, model: string, signal: AbortSignal): GatedCall {
    return {
      failed: () => passage.failed(),
      watched: (response) => {
        const isStream = mediaType(response.headers) === "text/event-stream";
        if (response.status !== 200) passage.failed();
        else if (!isStream) passage.begun();
        // Also where nobody begins to read, and so nobody ends.
        else if (signal.aborted) passage.failed();
        else signal.addEventListener("abort", () => passage.failed(), { once: true });
        const body = response.status === 200 && isStream ? begunWith(response.body, passage) : response.body;
        if (!passage.hasWaited) return { ...response, body };
        return {
          ...response,
          body,
          told: (usage) => {
            response.told?.(usage);
            if (usage !== undefined) this.#tellOfUsage(model, usage);
          },
        };
      },
    };
  }

  #tellOfUsage(model: string, { cachedInputTokens, cacheWriteTokens }: Usage): void {
    this.#trace({ type: "fan-out-read", model, readTokens: cachedInputTokens, writtenTokens: cacheWriteTokens });
  }
}

async function* begunWith(body: AsyncIterable<Uint8Array>, passage: Passage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      passage.begun();
      yield chunk;
    }
  } finally {
    passage.failed();
  }
}

/** `undefined` for a call that nobody is to wait for, and that waits for nobody. */
function startOf(asked: Asked, marks: CacheMarks | undefined, own: () => RulesByModel): SharedStart | undefined {
  const { call, origin } = asked;
  const { name: protocol } = call.protocol;
  const { mode, mostWaitMs, leastTokens } = origin.fanOut ?? usual;
  if (mode === "off" || call.directives.layers?.has("prefix") === false) return undefined;
  const takesMarks = origin.takesMarks ?? isGenuine(protocol, origin.id);
  if (mode === "auto" && !(takesMarks && isSharedOnceBegun(protocol))) return undefined;
  const rules = takesMarks ? rulesFor(protocol, call.facts.model, own()) : undefined;
  const sharing = {
    leastTokens: rules?.leastTokens ?? leastTokens,
    lifetimeMs: rules?.lifetimeMs ?? usualLifetimeMs,
    longLifetimeMs: rules?.longer?.lifetimeMs,
    mostWaitMs,
  };
  // Nobody hears by how long a call takes what others who may not see its answer have asked.
  const seed = ownPartition(call, "shared start");
  if (rules === undefined || !rules.kind.endsWith("marks"))
    return sharedEverywhere(asked.parsed().prompt(), seed, sharing);
  const parts = asked.parsed().markable?.()?.parts ?? [];
  const ours = marks?.ends.map((place, index) => ({ place, isLong: index < (marks.long ?? 0) }));
  return sharedAtMarks(parts, ours ?? marksOf(parts), rules.lookBack, seed, sharing);
}

/** The client's own. */
function marksOf(parts: readonly MarkablePart[]): readonly PlacedMark[] {
  return parts.flatMap(({ isMarked, isMarkedLong = false }, place) =>
    isMarked === true ? [{ place, isLong: isMarkedLong }] : [],
  );
}
