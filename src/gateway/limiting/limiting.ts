import type { ServerResponse } from "node:http";
import type { Refusal } from "../../core/allowance.ts";
import type { Answer } from "../../core/answer.ts";
import type { AskedBy } from "../../core/asked-by.ts";
import type { Clock } from "../../core/clock.ts";
import { defined } from "../../core/defined.ts";
import type { WireFormat } from "../../core/embedding-protocol.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { isBounded, type Limits, readLimits } from "../../core/limits.ts";
import { chain } from "../../core/maybe-promise.ts";
import type { HeaderMap } from "../../core/origin.ts";
import type { MaybePromise } from "../../core/store.ts";
import type { Trace } from "../../core/trace.ts";
import { endOfWindow } from "../../limits/limit-windows.ts";
import type { Bounded, Limiter, Standing } from "../../limits/limiter.ts";
import { enter, type Visit } from "../../limits/visit.ts";
import type { LimitSettings } from "../../limits-options.ts";
import { doNotRetry, rateLimitFields, tellsOfAccount } from "../../protocols/rate-limit-fields.ts";

/**
 * Limits at the rim: who is bound by which, how calls are turned away, and what answers say of it. A key has limits of its
 * own; those of the tenant hold for all of its keys together, and for its credentials.
 */

export interface LimitingParts {
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly trace: Trace;
}

export class Limiting {
  readonly #parts: LimitingParts;
  #tenant: Limits | undefined;

  constructor(parts: LimitingParts, ofTenants: LimitSettings["tenant"]) {
    this.#parts = parts;
    this.reconfigure(ofTenants);
  }

  /** From now on every tenant has these limits. */
  reconfigure(ofTenants: LimitSettings["tenant"]): void {
    const reading = readLimits(defined(ofTenants));
    this.#tenant = reading.ok && isBounded(reading.limits) ? reading.limits : undefined;
  }

  /** What every tenant may take. */
  get ofTenants(): Limits | undefined {
    return this.#tenant;
  }

  /** Whether this one is bound by anything. */
  binds(principal: AskedBy | undefined): boolean {
    return this.#tenant !== undefined || principal?.limits !== undefined;
  }

  /** Lets a call in whose body is still to be read. Throws, or rejects with, `RequestRejectedError` where a limit is reached. */
  enter(
    principal: AskedBy | undefined,
    tenantOf: () => string,
    response: ServerResponse,
    onRefused?: (error: RequestRejectedError) => void,
  ): MaybePromise<Visit> {
    const bounded = this.#parts.limiter.accountsOf(this.#boundsOf(principal, tenantOf));
    return this.#let(enter(bounded), response, onRefused);
  }

  /** The same for what is passed through: it counts as a request, whatever comes back. */
  enterUnread(principal: AskedBy | undefined, tenantOf: () => string, response: ServerResponse): MaybePromise<Visit> {
    const bounded = this.#parts.limiter.accountsOf(this.#boundsOf(principal, tenantOf));
    const asRequest = bounded.map((one) => ({ ...one, cachedFree: false }));
    return this.#let(enter(asRequest), response);
  }

  /** Counts what was answered, and says in the answer what is left. */
  answered(visit: Visit, answer: Answer, protocol: WireFormat): Answer {
    const { outcome, saved, complete, limited, isConcealed = false } = answer;
    // Where nobody may see what was cached, it counts as if it were not.
    if (outcome.kind === "hit" || outcome.kind === "stale") visit.served(saved?.usage, isConcealed);
    else if (outcome.kind === "coalesced")
      complete?.then(
        ({ recording }) => visit.served(recording?.usage),
        () => {},
      );
    if (limited !== undefined) this.#parts.trace({ type: "limit-refuse", limit: limited.limit });
    const fields = { ...(!isConcealed && this.#fieldsOf(visit, protocol)), ...(limited && retryFields(limited)) };
    return { ...answer, headers: { ...withoutAccount(answer.headers), ...fields } };
  }

  /** What is used of the limits of a key, and of its tenant. */
  async standing(key: { readonly id?: string; readonly tenant: string; readonly limits?: Limits | undefined }) {
    const [ofKey, ofTenant] = await Promise.all([
      key.id === undefined ? [] : this.#standingOf(`key:${key.id}`, key.limits),
      this.#standingOf(`tenant:${key.tenant}`, this.#tenant),
    ]);
    return { key: ofKey, tenant: ofTenant };
  }

  close(): Promise<void> {
    return this.#parts.limiter.close();
  }

  async #standingOf(account: string, limits: Limits | undefined): Promise<readonly Standing[]> {
    if (limits === undefined || !isBounded(limits)) return [];
    return this.#parts.limiter.standing({ account, limits });
  }

  #boundsOf(principal: AskedBy | undefined, tenantOf: () => string): readonly Bounded[] {
    const bounded: Bounded[] = [];
    if (principal?.limits !== undefined)
      bounded.push({ account: `key:${principal.keyId ?? principal.tenant}`, limits: principal.limits });
    if (this.#tenant !== undefined)
      bounded.push({ account: `tenant:${principal?.tenant ?? tenantOf()}`, limits: this.#tenant });
    return bounded;
  }

  #let(
    entering: ReturnType<typeof enter>,
    response: ServerResponse,
    onRefused?: (error: RequestRejectedError) => void,
  ): MaybePromise<Visit> {
    return chain(entering, (entry) => {
      if (!entry.ok) {
        this.#parts.trace({ type: "limit-refuse", limit: entry.refusal.limit });
        const error = rejection(entry.refusal);
        onRefused?.(error);
        throw error;
      }
      const { visit } = entry;
      if (response.closed) visit.leave();
      else response.once("close", () => visit.leave());
      return visit;
    });
  }

  #fieldsOf(visit: Visit, protocol: WireFormat): Record<string, string> {
    const now = this.#parts.clock.now();
    const standings = visit.known().map((bound) => ({ ...bound, resetsAt: endOfWindow(bound.window, now) }));
    return rateLimitFields(protocol.name, standings, now);
  }
}

function rejection(refusal: Refusal): RequestRejectedError {
  const { code, message } = refusal;
  return new RequestRejectedError({ status: 429, code, message, fields: retryFields(refusal) });
}

function retryFields({ code, retryAfterMs }: Refusal): Record<string, string> {
  const after = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) };
  return code === "insufficient_quota" || retryAfterMs === undefined ? { ...after, ...doNotRetry } : after;
}

function withoutAccount(headers: HeaderMap): HeaderMap {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !tellsOfAccount(name)));
}
