import type { Upstream } from "../upstream-origin.ts";
import type { ReplicaHealth } from "./replica-health.ts";

/** One of the servers behind an upstream that compute the same. Counts are since the process started. */
export interface Replica {
  /** Its base URL. */
  readonly url: string;
  readonly upstream: Upstream;
  readonly health: ReplicaHealth;
  requests: number;
  errors: number;
  inFlight: number;
  /** Its last answer was none, or said that it cannot answer. */
  isFailing: boolean;
  /** What it said of prompts. */
  readonly tokens: { input: number; cached: number };
  /** How many it says it has, where that matters; `undefined` until it did. */
  slots: number | undefined;
  /** Whether its engine can be heard that is to tell of its cache; `undefined` where none is. */
  isHeard: boolean | undefined;
  /** It has told once that something was cached. */
  tellsCached: boolean;
}
