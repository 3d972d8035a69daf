import type { Allowance } from "./allowance.ts";
import type { Directives } from "./directives.ts";
import type { Origin } from "./origin.ts";
import type { PersonalData } from "./personal-data.ts";
import type { CallPolicy } from "./policy.ts";
import type { ParsedRequest, Protocol, RequestFacts } from "./protocol.ts";
import type { Sharing } from "./shared-scope.ts";

/** Who asks, as derived from credentials. Two principals with different tenants never share anything. */
export interface Principal {
  /** An opaque id; for the default tenancy a keyed hash of the upstream credential. */
  readonly tenant: string;
  readonly user: string | undefined;
}

/** One request to a model API in Reprise's own form. Immutable; shared freely between callers that sent the same bytes. */
export interface Call {
  readonly protocol: Protocol;
  /** Identifies the upstream: its base URL. Part of the key. */
  readonly originId: string;
  readonly principal: Principal;
  /** The virtual key that was shown, if one was. */
  readonly keyId?: string | undefined;
  /** That it is answered in a scope which several tenants share; the principal is then that scope's. */
  readonly sharing?: Sharing | undefined;
  readonly directives: Directives;
  /** The rules, after what was found in the request. */
  readonly policy: CallPolicy;
  /** What the request holds that the rules look for. */
  readonly personal?: PersonalData | undefined;
  readonly facts: RequestFacts;
  /** How many different answers are kept for it. */
  readonly variants: number;
  /** The exact layer's key: an HMAC, unguessable from the prompt. */
  readonly key: string;
  /** Where answers to questions of the same context may stand in for one another: an HMAC of all that the key is made of, with `context` in place of the body. */
  partition(context: string): string;
  /** The same call as it would be had it asked for `model`: with the key and the rules of that model. */
  forModel(model: string): Call;
  /** Path below the origin's base URL with its query, such as `/chat/completions?api-version=1`. */
  readonly target: string;
  /** What the origin gets: every header is keyed, a credential, or on the list of headers that cannot change an answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The tenant who asks, also where the answer is in a scope that several share. */
export function askerOf({ principal, sharing }: Pick<Call, "principal" | "sharing">): string {
  return sharing?.tenant ?? principal.tenant;
}

/** Parts what is each tenant's own, such as prompts that an engine has half computed, also in a scope that several share. */
export function ownPartition({ partition, sharing }: Pick<Call, "partition" | "sharing">, context: string): string {
  return partition(sharing === undefined ? context : `${context} of ${sharing.tenant}`);
}

/** A call, who computes it, and its request read in full, which only a miss needs. */
export interface Asked {
  readonly call: Call;
  readonly origin: Origin;
  /** The registered prompt that it begins with. */
  readonly prompt?: string | undefined;
  parsed(): ParsedRequest;
}

/** The caller's end of the line. */
export interface Caller {
  /** Calls `listener` once if the caller goes away before its answer is complete; at once if it already has. */
  onAbandon(listener: () => void): void;
  /** What the caller may still take of origins; without it that is not bounded. */
  readonly allowance?: Allowance | undefined;
}

/** A caller that waits to the end. */
export const patientCaller: Caller = { onAbandon: () => {} };
