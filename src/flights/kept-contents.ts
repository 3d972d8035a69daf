import { type Asked, askerOf, type Call } from "../core/call.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { contentDigest, lengthPrefixed } from "../core/fingerprint.ts";
import type { ContentWish, ContentWishes, KeepablePrompt } from "../core/kept-content.ts";
import type { Origin, OriginResponse } from "../core/origin.ts";
import type { Usage } from "../core/recording.ts";
import type { Costs } from "../costs.ts";
import { type PromptPrefix, prefixesOf } from "../layers/prefix/breakpoints/prompt-prefixes.ts";
import { type CacheRules, type RulesByModel, rulesFor } from "../layers/prefix/breakpoints/provider-rules.ts";
import { ContentPlanner, idleMsOf } from "../layers/prefix/contents/content-planner.ts";
import { ImplicitReads } from "../layers/prefix/contents/implicit-reads.ts";
import { classifyHeader, readQuery } from "../policy/scope.ts";
import type { MarkedCall } from "./marked-call.ts";
import { collect, mostErrorBytes } from "./origin-answer.ts";

/**
 * Beginnings of prompts that a provider keeps under a name, from the call that asks for it to the one that lets it go. They
 * are made beside the calls, which never wait for one: until it is there they are sent whole. Nobody is told of what was
 * made with another credential, or for another tenant. What this costs is booked as it comes.
 */

interface Kept {
  readonly name: string;
  readonly tokens: number;
  readonly end: number;
  /** With it, it was made, and can be spoken of. */
  readonly call: Pick<Call, "target" | "headers" | "protocol" | "originId" | "facts">;
  readonly origin: Origin;
  readonly rules: CacheRules;
  expiresAt: number;
  usedAt: number;
  /** Up to here its storage is booked. */
  bookedAt: number;
  isBusy: boolean;
}

/** In this process; each costs something. */
const mostKept = 100;
/** The provider may have let it go a little earlier than we think. */
const marginMs = 5_000;
const answerMs = 30_000;
/** The process is to end, and what is left expires by itself. */
const farewellMs = 3_000;
/** What could not be made is not tried again for so long. */
const pauseMs = 10 * 60_000;
const mostPauses = 1_000;
const hourMs = 3_600_000;
const nothing = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

export class KeptContents {
  readonly #rules: RulesByModel;
  readonly #parts: { readonly clock: Clock; readonly costs: Costs };
  readonly #planner = new ContentPlanner();
  readonly #reads = new ImplicitReads();
  /** By the digest of what they hold, which tells tenants and credentials apart. */
  readonly #kept = new Map<string, Kept>();
  readonly #making = new Set<string>();
  /** Models of origins that refused, until when. */
  readonly #pauses = new Map<string, number>();
  readonly #pending = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #cancelSweep: CancelTimer | undefined;

  constructor(rules: RulesByModel, parts: { readonly clock: Clock; readonly costs: Costs }) {
    this.#rules = rules;
    this.#parts = parts;
  }

  /** How many there are. */
  get size(): number {
    return this.#kept.size;
  }

  /** `undefined` where nothing of the kind is known of its provider, or the client sees to it itself. */
  use(asked: Asked): MarkedCall | undefined {
    const { call, origin } = asked;
    const wishes = call.protocol.contents;
    const rules = rulesFor(call.protocol.name, call.facts.model, this.#rules);
    if (wishes === undefined || rules?.kind !== "contents") return undefined;
    const prompt = asked.parsed().keepable?.();
    if (prompt === undefined || prompt.hasOwn) return undefined;
    const now = this.#parts.clock.now();
    const scope = lengthPrefixed([origin.id, call.protocol.name, call.facts.model]);
    const prefixes = prefixesOf(prompt, contentDigest(scope + ownerOf(call)));
    this.#planner.observe(prefixes, now);
    const least = Math.max(rules.leastTokens, this.#reads.least(scope));
    const long = prefixes.filter(({ length }) => this.#reads.tokens(scope, length) >= least);
    const found = long.findLast(({ digest }) => this.#isAlive(digest, now));
    const kept = found && this.#kept.get(found.digest);
    const implicit = this.#reads.share(scope);
    this.#make(asked, prompt, { prefixes: long, found, rules, implicit, scope, now });
    const length = prompt.parts.reduce((sum, { text }) => sum + text.length, 0);
    if (kept === undefined || found === undefined) {
      const before = this.#planner.seenBefore(prefixes, now);
      return passing((usage) => this.#reads.told(scope, usage, length, before));
    }
    kept.usedAt = now;
    const isWorthIt = this.#planner.isWorthKeeping(found, rules, implicit);
    if (isWorthIt && kept.expiresAt - now < idleMsOf(rules)) this.#extend(found.digest, kept, wishes);
    const tell = (usage: Usage): void => this.#parts.costs.saveByMarks(call, usage, this.#parts.clock.now());
    return {
      ...passing(tell),
      content: { name: kept.name, end: kept.end },
      refused: (status) => {
        this.#forget(found.digest);
        // Not that it is gone, but that it may not be spoken of so.
        if (status !== 403 && status !== 404) this.#pause(scope);
      },
    };
  }

  /** Nothing is kept any more; resolves when the provider knows, or did not answer in time. */
  async close(): Promise<void> {
    this.#cancelSweep?.();
    this.#abort.abort();
    await Promise.all(this.#pending);
    for (const digest of [...this.#kept.keys()]) this.#remove(digest, farewellMs);
    await Promise.all(this.#pending);
  }

  #isAlive(digest: string, now: number): boolean {
    const kept = this.#kept.get(digest);
    return kept !== undefined && now < kept.expiresAt - marginMs;
  }

  #make(
    { call, origin }: Asked,
    prompt: KeepablePrompt,
    given: {
      readonly prefixes: readonly PromptPrefix[];
      readonly found: PromptPrefix | undefined;
      readonly rules: CacheRules;
      readonly implicit: number;
      readonly scope: string;
      readonly now: number;
    },
  ): void {
    const { prefixes, found, rules, implicit, scope, now } = given;
    if (this.#kept.size + this.#making.size >= mostKept || now < (this.#pauses.get(scope) ?? 0)) return;
    const deeper = prefixes.filter(({ end }) => end > (found?.end ?? -1));
    const best = this.#planner.toMake(deeper, rules, implicit, found?.length);
    if (best === undefined || this.#making.has(best.digest) || this.#abort.signal.aborted) return;
    const ttlMs = ttlOf(rules);
    const wish = prompt.create(best.end, ttlMs, call.target);
    this.#making.add(best.digest);
    this.#background(async () => {
      try {
        const answer = await this.#ask(call, origin, wish, this.#abort.signal);
        const made = answer?.isDone === true ? prompt.made(answer.body) : undefined;
        if (made === undefined) {
          // Most likely it was too short, and what is as long is, too.
          if (answer?.status === 400) this.#reads.tooShort(scope, best.length);
          return this.#pause(scope);
        }
        const tokens = made.tokens ?? Math.round(this.#reads.tokens(scope, best.length));
        const { target, headers, protocol, originId, facts } = call;
        const madeAt = this.#parts.clock.now();
        this.#kept.set(best.digest, {
          ...{ name: made.name, tokens, end: best.end, origin, rules, isBusy: false },
          call: { target, headers, protocol, originId, facts },
          ...{ expiresAt: madeAt + ttlMs, usedAt: madeAt, bookedAt: madeAt },
        });
        this.#book(call, tokens * rules.write);
        this.#sweepLater();
      } finally {
        this.#making.delete(best.digest);
      }
    });
  }

  #extend(digest: string, kept: Kept, wishes: ContentWishes): void {
    if (kept.isBusy) return;
    kept.isBusy = true;
    const ttlMs = ttlOf(kept.rules);
    this.#background(async () => {
      const wish = wishes.extend(kept.name, ttlMs, kept.call.target);
      const answer = await this.#ask(kept.call, kept.origin, wish, this.#abort.signal);
      kept.isBusy = false;
      if (this.#kept.get(digest) !== kept) return;
      this.#bookStorage(kept);
      if (answer?.isDone === true) kept.expiresAt = this.#parts.clock.now() + ttlMs;
    });
  }

  /** What nobody has asked for in a while, and what the provider has let go. */
  #sweep(): void {
    const now = this.#parts.clock.now();
    for (const [digest, kept] of [...this.#kept]) {
      if (now >= kept.expiresAt) this.#forget(digest);
      else if (now - kept.usedAt >= idleMsOf(kept.rules)) this.#remove(digest);
    }
    this.#sweepLater();
  }

  #sweepLater(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    if (this.#kept.size === 0) return;
    const due = [...this.#kept.values()].map(({ expiresAt, usedAt, rules }) =>
      Math.min(expiresAt, usedAt + idleMsOf(rules)),
    );
    const waitMs = Math.max(1_000, Math.min(...due) - this.#parts.clock.now());
    this.#cancelSweep = this.#parts.clock.after(waitMs, () => this.#sweep());
  }

  #remove(digest: string, waitMs = answerMs): void {
    const kept = this.#forget(digest);
    const wishes = kept?.call.protocol.contents;
    if (kept === undefined || wishes === undefined) return;
    // Also when all else is at an end.
    const never = new AbortController();
    this.#background(async () => {
      await this.#ask(kept.call, kept.origin, wishes.remove(kept.name, kept.call.target), never.signal, waitMs);
    });
  }

  #forget(digest: string): Kept | undefined {
    const kept = this.#kept.get(digest);
    if (kept !== undefined) this.#bookStorage(kept);
    this.#kept.delete(digest);
    return kept;
  }

  #pause(scope: string): void {
    this.#pauses.delete(scope);
    this.#pauses.set(scope, this.#parts.clock.now() + pauseMs);
    if (this.#pauses.size > mostPauses) this.#pauses.delete(this.#pauses.keys().next().value as string);
  }

  #bookStorage(kept: Kept): void {
    const until = Math.min(this.#parts.clock.now(), kept.expiresAt);
    const hours = Math.max(0, until - kept.bookedAt) / hourMs;
    kept.bookedAt = Math.max(kept.bookedAt, until);
    this.#book(kept.call, kept.tokens * kept.rules.storage * hours);
  }

  /** In input tokens at their price. */
  #book({ protocol, originId, facts }: Kept["call"], tokens: number): void {
    const inputTokens = Math.round(tokens);
    if (inputTokens === 0) return;
    const billed = { protocol: protocol.name, originId, model: facts.model, answeredBy: undefined };
    this.#parts.costs.spendOn("keeping", { ...billed, usage: { ...nothing, inputTokens } }, this.#parts.clock.now());
  }

  /** `undefined` where there was no answer. Never throws. */
  async #ask(
    { headers }: Pick<Call, "headers">,
    origin: Origin,
    { method, target, body }: ContentWish,
    signal: AbortSignal,
    waitMs = answerMs,
  ): Promise<{ readonly status: number; readonly isDone: boolean; readonly body: Uint8Array } | undefined> {
    const late = new AbortController();
    const cancel = this.#parts.clock.after(waitMs, () => late.abort());
    try {
      const request = { method, target, headers, body };
      const response = await origin.send(request, AbortSignal.any([signal, late.signal]));
      const answer = await collect(response.body, mostErrorBytes);
      await answer.overflow?.[Symbol.asyncIterator]().return?.();
      const { status } = response;
      return { status, isDone: status >= 200 && status < 300, body: answer.body };
    } catch {
      return undefined;
    } finally {
      cancel();
    }
  }

  #background(work: () => Promise<void>): void {
    const pending = work().finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }
}

/** So long it is kept unless it is asked for to be kept on: somewhat longer than it may stand idle. */
function ttlOf(rules: CacheRules): number {
  return idleMsOf(rules) * 1.5;
}

/**
 * Whose it is: the tenant, every credential, the fields that the protocol keys, and the rest of the query. Credentials
 * stay in the memory of this process, and here only their digest.
 */
function ownerOf(call: Call): string {
  const { headers, target, protocol } = call;
  const queryAt = target.indexOf("?");
  const query = readQuery(queryAt < 0 ? "" : target.slice(queryAt), protocol.unkeyedParameters);
  const shown = Object.entries(headers).filter(
    ([name]) => protocol.keyedHeaders.includes(name) || classifyHeader(name, protocol.keyedHeaders) === "credential",
  );
  return contentDigest(lengthPrefixed([askerOf(call), query.credentials.join("&"), query.keyed, ...shown.flat()]));
}

function passing(tell: (usage: Usage) => void): MarkedCall {
  return {
    marks: undefined,
    content: undefined,
    refused: () => {},
    watched: (response: OriginResponse) => {
      if (response.status !== 200) return response;
      return {
        ...response,
        told: (usage) => {
          response.told?.(usage);
          if (usage !== undefined) tell(usage);
        },
      };
    },
  };
}
