/**
 * A store of vectors by what `layers.semantic.vectors` says. Drivers, and the clients they need, are loaded only for
 * the scheme that was asked for, and opened when they are first needed.
 */

import type { Clock } from "../core/clock.ts";
import type { InvalidOptionError } from "../core/errors.ts";
import { sentence } from "../core/sentence.ts";
import type { MaybePromise } from "../core/store.ts";
import type { CheckableVectors } from "./checkable-vectors.ts";
import { DeferredVectors } from "./deferred-vectors.ts";
import { embedded } from "./embedded.ts";
import { readVectorsAddress } from "./redis-address.ts";

export interface VectorsSurroundings {
  /** Where the file of the embedded store is; `undefined` keeps its vectors in memory. */
  readonly directory: string | undefined;
  readonly maxVectors: number;
  readonly clock: Clock;
  /** Hears of damage and of writes that fail. */
  readonly onWarning: (message: string) => void;
}

/** What is wrong with it as it is written; nobody is asked. */
export function vectorsUrlMistake(url: string): { readonly rule: string; readonly remedy: string } | undefined {
  if (url === "embedded" || url === "memory" || isPostgres(url)) return undefined;
  if (isRedis(url)) return mistakeOfRedis(url);
  const rule =
    "must be `embedded`, `memory`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE` or `redis://USER:PASSWORD@HOST:PORT`";
  return { rule, remedy: "Remove it to keep vectors in the data folder." };
}

export function vectorsFromUrl(url: string, surroundings: VectorsSurroundings): DeferredVectors {
  const name = isPostgres(url) ? "pgvector" : isRedis(url) ? "redis" : "embedded";
  return new DeferredVectors({ name, clock: surroundings.clock, open: () => openVectors(url, surroundings) });
}

/** Opens it at once, for those who look at it. */
export function openVectors(url: string, surroundings: VectorsSurroundings): MaybePromise<CheckableVectors> {
  const { directory, ...common } = surroundings;
  if (isPostgres(url)) return openPgvector(url, surroundings);
  if (isRedis(url)) return openRedis(url, surroundings);
  return embedded({ ...common, ...(url === "embedded" && directory !== undefined && { directory }) });
}

async function openPgvector(url: string, { clock }: VectorsSurroundings): Promise<CheckableVectors> {
  const { pgvector } = await import("./pgvector.ts");
  return pgvector({ url, clock });
}

async function openRedis(url: string, { clock }: VectorsSurroundings): Promise<CheckableVectors> {
  const { redisVectors } = await import("./redis.ts");
  return redisVectors({ url, clock });
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\/[^/?#]/.test(url);
}

function mistakeOfRedis(url: string): { readonly rule: string; readonly remedy: string } | undefined {
  try {
    readVectorsAddress(url);
    return undefined;
  } catch (error) {
    const { message, remedy } = error as InvalidOptionError;
    return { rule: `cannot be used: it ${message.replace(/^store\.url /, "")}`, remedy: sentence(remedy ?? "") };
  }
}

function isRedis(url: string): boolean {
  return /^rediss?(\+(sentinel|cluster))?:\/\/[^/?#]/.test(url);
}
