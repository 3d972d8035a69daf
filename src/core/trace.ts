import type { AuthFault } from "./auth-fault.ts";
import type { Cost } from "./cost.ts";
import type { LayerName } from "./directives.ts";
import type { LimitName } from "./limits.ts";
import type { Outcome } from "./outcome.ts";
import type { StoreRefusal } from "./outcome-reasons.ts";
import type { PersonalKind } from "./personal-data.ts";
import type { FinishReason, Usage } from "./recording.ts";
import type { ScopeGroup } from "./scopes.ts";
import type { SealRejection } from "./sealer.ts";
import type { SemanticMode, SemanticRefusal, SemanticTier } from "./semantic.ts";

/** What spared an origin the work: a layer, or that others had asked for the same answer. */
export type SavedBy = LayerName | "coalescing";

/** What the cache itself pays for: what it asks models, and what it has a provider keep of prompts. */
export type Overhead = "judge" | "embedding" | "warmup" | "keeping";

/** Stands for one call to an origin in the events about it. Only its identity is meant. */
export type OriginCall = object;

export interface OriginAnswer {
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  /** Of its choices. */
  readonly finish: readonly FinishReason[];
}

/** What the cache itself has asked a server of models, and what became of it. Told once for each request that was sent. */
export interface ModelAsk {
  /** Name of the protocol. */
  readonly protocol: string;
  /** Base URL of the server. */
  readonly originId: string;
  /** As asked. */
  readonly model: string;
  /** The status, or the failure; `invalid`: an answer that is none. */
  readonly result: number | "timeout" | "error" | "invalid";
  readonly durationMs: number;
  /** What the answer says of itself, where it is one. */
  readonly answer?: OriginAnswer;
}

/** One event for each decision. Logs, metrics and the ledger listen; nothing else is told anything twice. */
export type TraceEvent =
  | {
      readonly type: "lookup-end";
      readonly layer: LayerName;
      readonly result: "hit" | "stale" | "miss";
      readonly reason?: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "call-end";
      readonly outcome: Outcome;
      readonly protocol: string;
      readonly model: string;
      readonly originId: string;
      /** A digest, or a name of the configuration; absent where nobody was made out. */
      readonly tenant?: string;
      readonly stream: boolean;
      /** Until the answer, or the first byte of a stream, was ready. */
      readonly durationMs: number;
    }
  /** A call begins with this registered prompt, whoever answers it. */
  | { readonly type: "prompt-call"; readonly prompt: string }
  | {
      readonly type: "origin-start";
      readonly originId: string;
      readonly protocol: string;
      readonly model: string;
      readonly stream: boolean;
      readonly originCall: OriginCall;
    }
  | {
      readonly type: "origin-end";
      readonly originId: string;
      readonly protocol: string;
      readonly model: string;
      /** Whether the caller wanted the answer in pieces. */
      readonly stream: boolean;
      /** The status, or the failure. */
      readonly result: number | "unreachable" | "timeout" | "truncated" | "aborted";
      readonly durationMs: number;
      readonly originCall: OriginCall;
      /** Until the first piece of a stream was there. */
      readonly firstByteMs?: number;
      /** What the answer says of itself, where it was read. */
      readonly answer?: OriginAnswer;
    }
  /** A call has waited for another one that begins alike to have its beginning kept by the provider. */
  | {
      readonly type: "fan-out-wait";
      /** What ended it: the other's answer began, took too long, did not come; or its own caller left. */
      readonly result: "warmed" | "slow" | "failed" | "aborted";
      readonly waitedMs: number;
    }
  /** What the provider's cache had for a call that has waited, and what that had to have kept nevertheless. */
  | {
      readonly type: "fan-out-read";
      readonly model: string;
      readonly readTokens: number;
      readonly writtenTokens: number;
    }
  /** A call waits for what another one asked an origin for. */
  | { readonly type: "flight-join"; readonly originCall?: OriginCall }
  | {
      /** An origin has computed an answer; told once for it, whoever waits for it. */
      readonly type: "spending";
      /** What for, where that is not the answer to a call: to judge like questions, or to turn them into vectors. */
      readonly overhead?: Overhead;
      readonly protocol: string;
      readonly model: string;
      readonly originId: string;
      readonly cost: Cost;
    }
  /** Somebody has reached a limit, and was turned away. */
  | { readonly type: "limit-refuse"; readonly limit: LimitName }
  /** The cache has asked a server of models for itself. */
  | ({ readonly type: "model-ask"; readonly overhead: Overhead } & ModelAsk)
  | {
      /** An answer, or a part of one, that no origin had to compute. */
      readonly type: "saving";
      readonly by: SavedBy;
      readonly protocol: string;
      readonly model: string;
      readonly originId: string;
      readonly cost: Cost;
      /** The stored answer, by the id that its caller was told. */
      readonly entry?: string;
      /** Of its body; 0 where it is a part of one. */
      readonly bytes: number;
      /** In what form it was wanted, and how long that took; `undefined` where the caller waited for an origin as well. */
      readonly time?: { readonly stream: boolean; readonly waitedMs: number };
    }
  | {
      /** A saving that was booked, perhaps by another process, of an answer that was found to be wrong. */
      readonly type: "saving-undone";
      readonly by: SavedBy;
      readonly model: string;
      readonly cost: Cost;
      readonly bytes: number;
      /** As it was booked; `undefined` where none was. */
      readonly timeMs: number | undefined;
    }
  | {
      readonly type: "entry-write";
      readonly layer: LayerName;
      readonly result: "stored" | "declined" | "overloaded" | "failed";
      readonly bytes: number;
    }
  | { readonly type: "entry-refuse"; readonly layer: LayerName; readonly reason: StoreRefusal }
  | { readonly type: "entry-reject"; readonly layer: LayerName; readonly reason: "corrupt" | "tenant_mismatch" }
  /** Something at rest could not be opened, and was taken for absent. */
  | { readonly type: "seal-reject"; readonly reason: SealRejection }
  /** A store is sealed from now on: what of before was sealed, and what was left. */
  | {
      readonly type: "seal-begin";
      readonly carried: number;
      readonly published: number;
      readonly isBlind: boolean;
      /** What was set up before and is not trusted. */
      readonly left?: number;
      readonly refused?: "on" | "sealed_before" | "late";
    }
  /** The store is sealed with another master key; nothing is read or written. Told once, where that is noticed after the start. */
  | { readonly type: "seal-fault"; readonly message: string; readonly remedy: string | undefined }
  | {
      readonly type: "store-fault";
      readonly store: string;
      readonly operation: string;
      readonly kind: "timeout" | "error";
    }
  /** Something was taken back here: groups of answers, and single ones. */
  | {
      readonly type: "invalidation";
      readonly scopes: number;
      readonly entries: number;
      /** What each of them was taken back by. */
      readonly groups: readonly (ScopeGroup | "key")[];
    }
  /** Another process has taken something back, and said so. */
  | { readonly type: "invalidation-heard"; readonly group: ScopeGroup | "key" }
  /** Invalidations that the store had forgotten and that were made again. */
  | { readonly type: "invalidation-lost"; readonly scopes: number }
  | { readonly type: "bus-fault"; readonly bus: string; readonly operation: "publish" | "interrupted" }
  /** What this process is to the others for one call to an origin; `alone` when leases could not be had. */
  | { readonly type: "fleet-role"; readonly role: "leader" | "follower" | "alone" }
  | { readonly type: "lease-fault"; readonly operation: string; readonly kind: "timeout" | "error" }
  | {
      /** The semantic layer has looked for an answer to a like question, and decided. */
      readonly type: "semantic-look";
      readonly mode: SemanticMode;
      /** `would_hit`: it would have been served, had the mode been `serve`. */
      readonly result: "hit" | "would_hit" | "miss";
      /** Of the best candidate, where there was one. */
      readonly tier: SemanticTier | undefined;
      readonly similarity: number | undefined;
      readonly reason: SemanticRefusal | undefined;
      /** Which guard vetoed the best candidate, when the reason is `guard`. */
      readonly guard: string | undefined;
      readonly durationMs: number;
    }
  /** What an answer that was only observed would have saved. */
  | { readonly type: "semantic-observed"; readonly model: string; readonly cost: Cost }
  | {
      /** What became known of an answer that was, or could have been, served for a like question. */
      readonly type: "semantic-verdict";
      readonly right: boolean;
      /** Who said so: the origin's own answers compared, a shadow call, a judge, or a person. */
      readonly by: "answers" | "audit" | "judge" | "feedback";
      /** Whether it was served, or would have been; of others, too, it is learnt how they would have done. */
      readonly wouldServe: boolean;
    }
  /** A judge has found that two questions ask the same: from now on they share the answer. */
  | { readonly type: "semantic-promotion" }
  | { readonly type: "embedder-fault"; readonly embedder: string; readonly kind: "timeout" | "error" | "invalid" }
  | { readonly type: "judge-fault"; readonly kind: "timeout" | "error" | "invalid" }
  | {
      readonly type: "vector-fault";
      readonly store: string;
      readonly operation: string;
      readonly kind: "timeout" | "error";
    }
  /** A cache in front was told to forget: how many purges, and what came of it. `failed` is tried again. */
  | {
      readonly type: "edge-purge";
      readonly cache: string;
      readonly result: "sent" | "failed" | "refused";
      readonly purges: number;
    }
  /** What it has still to be told. */
  | { readonly type: "edge-backlog"; readonly cache: string; readonly purges: number }
  /** A request that no stored answer served, or the answer to it, holds personal data of this kind. */
  | { readonly type: "personal-data"; readonly kind: PersonalKind }
  /** Somebody asked the admin API for something without its token. */
  | { readonly type: "admin-refuse" }
  /** Somebody was not let in to the routes of models. */
  | { readonly type: "auth-refuse"; readonly fault: AuthFault }
  /** A name of the configuration led to an address where it must not, and no connection was made. */
  | { readonly type: "address-refuse" }
  | { readonly type: "store-state"; readonly store: string; readonly state: "closed" | "open" | "half-open" };

export type Trace = (event: TraceEvent) => void;

export const silentTrace: Trace = () => {};
