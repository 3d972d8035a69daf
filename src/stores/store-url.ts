/**
 * A store by its URL, as `--store` and `store.url` give it. The drivers and the clients they need are loaded only for
 * the scheme that was asked for. What a URL says of users and passwords is repeated nowhere.
 */

import type { Clock } from "../core/clock.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import { sentence } from "../core/sentence.ts";
import type { SharedStore } from "../core/shared-store.ts";
import { readMemcachedUrl } from "./memcached-url.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { readRedisUrl } from "./redis-url.ts";

export interface StoreSurroundings {
  /** Where an embedded store is when its URL names no folder. */
  readonly directory: string;
  /** Bound of what an embedded store, or the tables in PostgreSQL, hold. Redis and Memcached have their own. */
  readonly maxBytes: number;
  /** Hears of damage and the like, from stores that have nobody else to tell. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
}

interface Scheme {
  /** Throws `InvalidOptionError` for what this scheme does not know. */
  check(url: string): void;
  open(url: string, surroundings: StoreSurroundings): Promise<SharedStore | undefined>;
}

/** The store that ends with its process. */
export function isMemoryUrl(url: string): boolean {
  return /^memory(:|$)/.test(url);
}

/** The folder of an embedded store, `directory` where the URL names none; `undefined` where the URL is of another store. */
export function embeddedFolder(url: string, directory: string): string | undefined {
  return /^sqlite(:|$)/.test(url) ? url.slice("sqlite:".length) || directory : undefined;
}

const memory: Scheme = { check: () => {}, open: async () => undefined };

const sqlite: Scheme = {
  check: () => {},
  async open(url, { directory, ...surroundings }) {
    const { sqlite: open } = await import("./sqlite.ts");
    return open({ directory: embeddedFolder(url, directory) ?? directory, ...surroundings });
  },
};

const redis: Scheme = {
  check: (url) => void readRedisUrl(url),
  async open(url, { clock }) {
    const { redis: open } = await withPackage("ioredis", () => import("./redis.ts"));
    return open({ url, ...(clock && { clock }) });
  },
};

const memcached: Scheme = {
  check: (url) => void readMemcachedUrl(url),
  async open(url, { clock }) {
    const { memcached: open } = await import("./memcached.ts");
    return open({ url, ...(clock && { clock }) });
  },
};

const postgres: Scheme = {
  check: (url) => void readPostgresUrl(url),
  async open(url, { clock, maxBytes }) {
    const { postgres: open } = await withPackage("pg", () => import("./postgres.ts"));
    return open({ url, maxBytes, ...(clock && { clock }) });
  },
};

const schemes: Readonly<Record<string, Scheme>> = {
  memory,
  sqlite,
  redis,
  rediss: redis,
  "redis+cluster": redis,
  "rediss+cluster": redis,
  "redis+sentinel": redis,
  "rediss+sentinel": redis,
  memcached,
  postgres,
  postgresql: postgres,
};

/** For messages and the reference of options. */
export const storeUrlForms =
  "`sqlite`, `sqlite:FOLDER`, `memory`, `redis://`, `rediss://`, `redis+cluster://`, `redis+sentinel://`, `memcached://` or `postgres://`";

export interface StoreUrlMistake {
  readonly rule: string;
  readonly remedy: string;
}

const unknownScheme: StoreUrlMistake = {
  rule: `must be ${storeUrlForms}`,
  remedy: "Remove it to keep answers in the data folder.",
};

/** What is wrong with the URL as it is written; nobody is asked. */
export function storeUrlMistake(url: string): StoreUrlMistake | undefined {
  const scheme = schemeOf(url);
  if (scheme === undefined) return unknownScheme;
  try {
    scheme.check(url);
    return undefined;
  } catch (error) {
    if (!RepriseError.isInstance(error)) throw error;
    return { rule: error.message.replace(/^store\.url /, ""), remedy: sentence(error.remedy ?? "Correct it.") };
  }
}

/** Opens it; `undefined` for memory alone, which needs no store. A server that is away is no mistake here. */
export async function storeFromUrl(url: string, surroundings: StoreSurroundings): Promise<SharedStore | undefined> {
  const scheme = schemeOf(url);
  if (scheme !== undefined) return scheme.open(url, surroundings);
  const { rule, remedy } = unknownScheme;
  throw new InvalidOptionError("store.url", { message: `store.url ${rule}.`, remedy });
}

/** The URL without what is nobody's business. */
export function shownStoreUrl(url: string): string {
  if (isMemoryUrl(url) || embeddedFolder(url, "") !== undefined) return url;
  return url
    .replace(/^([a-z][a-z0-9+.-]*:(?:\/\/)?).*@/is, "$1***@")
    .replace(/([?&][^=&]*(?:pass|secret|token|key)[^=&]*=)[^&]*/gi, "$1***");
}

function schemeOf(url: string): Scheme | undefined {
  const [, name = "", colon = ""] = /^([a-z+]+)(:|$)/.exec(url) ?? [];
  if (!Object.hasOwn(schemes, name)) return undefined;
  const scheme = schemes[name] as Scheme;
  // Of a server it must be said which.
  if (colon === "" && scheme !== memory && scheme !== sqlite) return undefined;
  if (scheme === memory && !/^memory(:|:\/\/)?$/.test(url)) return undefined;
  return url === "sqlite:" ? undefined : scheme;
}

/** Says which package is missing, instead of which file could not be found. */
async function withPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (code !== "ERR_MODULE_NOT_FOUND" || !String(message).includes(`'${name}'`)) throw error;
    throw new InvalidOptionError("store.url", {
      message: `this store needs the npm package ${name}, which is not installed`,
      remedy: `run npm install ${name} where reprise is installed`,
      cause: error,
    });
  }
}
