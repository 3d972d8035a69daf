/**
 * A store of vectors by what `layers.semantic.vectors` says. Drivers, and the clients they need, are loaded only for
 * the scheme that was asked for, and opened when they are first needed.
 */

import type { Clock } from "../core/clock.ts";
import { type CheckableVectors, DeferredVectors } from "./deferred-vectors.ts";
import { embedded } from "./embedded.ts";

export interface VectorsSurroundings {
  /** Where the file of the embedded store is; `undefined` keeps its vectors in memory. */
  readonly directory: string | undefined;
  readonly maxVectors: number;
  /** What the vectors in use may take in memory. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Hears of damage and of writes that fail. */
  readonly onWarning: (message: string) => void;
}

export function vectorsFromUrl(url: string, surroundings: VectorsSurroundings): DeferredVectors {
  const { clock } = surroundings;
  return new DeferredVectors({ name: "embedded", clock, open: () => openVectors(url, surroundings) });
}

/** Opens it at once, for those who look at it. */
export function openVectors(url: string, { directory, ...common }: VectorsSurroundings): CheckableVectors {
  return embedded({ ...common, ...(url === "embedded" && directory !== undefined && { directory }) });
}
