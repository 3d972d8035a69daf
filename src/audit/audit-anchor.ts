import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemTenant } from "../core/scopes.ts";
import type { MaybePromise, Store } from "../core/store.ts";
import type { ChainHead } from "./audit-line.ts";

export interface AnchoredHead extends ChainHead {
  /** The first line that was hashed with a key: from there on none without one counts. */
  readonly keyedSince?: number;
}

/**
 * Where the end of the chain is written down besides the chain. A chain that was cut off at its end is sound as far as it
 * goes: only who remembers that it went further notices. It is remembered in the data folder, against accidents, and in the
 * store, which whoever can write the data folder may not be able to write.
 */
export interface AuditAnchor {
  /** For people, such as `the store`. */
  readonly name: string;
  /** `undefined` where nothing was written down. */
  read(): MaybePromise<AnchoredHead | undefined>;
  write(head: AnchoredHead): MaybePromise<unknown>;
}

export function folderAnchor(folder: string): AuditAnchor {
  const path = join(folder, "head.json");
  return {
    name: path,
    read: () => readHead(textOf(path)),
    write(head) {
      writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}

/**
 * `chains`: names that tell this log from those of others who share the store. The end is written down under each of them,
 * so that one name may be lost. The first one that is known counts: others may go by a later one by accident.
 */
export function storeAnchor(store: Pick<Store, "name" | "get" | "set">, chains: readonly string[]): AuditAnchor {
  const keys = chains.map((chain) => `audit-head:${chain}`);
  return {
    name: `the ${store.name} store`,
    async read() {
      const values = await store.get(systemTenant, keys);
      const heads = values.map((value) => value && readHead(Buffer.from(value).toString("utf8")));
      return heads.find((head) => head !== undefined);
    },
    async write(head) {
      const options = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
      const value = Buffer.from(JSON.stringify(head));
      for (const key of keys) {
        const result = await store.set(systemTenant, key, value, options);
        if (result !== "stored") throw new Error(`the store did not take it: ${result}`);
      }
    },
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** `undefined` also for what is no such thing: nothing can be compared with it. */
function readHead(text: string | undefined): AnchoredHead | undefined {
  if (text === undefined) return undefined;
  try {
    const { sequence, hash, keyedSince } = JSON.parse(text) as Partial<AnchoredHead>;
    if (!isLine(sequence) || typeof hash !== "string") return undefined;
    return { sequence, hash, ...(isLine(keyedSince) && { keyedSince }) };
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
