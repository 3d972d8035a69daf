import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import type { RequiredProgram } from "../services/required.ts";
import { bytesIn } from "./canary.ts";

/** Real stores, and every byte that they keep: their files where they have some, else all that they hand out. */

export interface SearchedStore {
  /** As a gateway takes it. */
  readonly url: string;
  open(): SharedStore;
  /** A place of its own on the same server, whose bytes are among the others. */
  openBeside(): Promise<SharedStore>;
  bytes(): Promise<Uint8Array>;
}

interface StoreKind {
  readonly name: string;
  readonly program?: RequiredProgram;
  start(): Promise<SearchedStore>;
}

const inFiles: StoreKind = {
  name: "SQLite",
  async start() {
    const folder = temporaryFolder();
    return {
      url: `sqlite:${folder}`,
      open: () => sqlite(folder),
      openBeside: async () => sqlite(join(folder, "beside")),
      bytes: async () => bytesIn(folder),
    };
  },
};

const inRedis: StoreKind = {
  name: "Redis",
  program: "redis-server",
  async start() {
    const server = await startRedis({ args: ["--rdbcompression", "no"] });
    onTestFinished(() => server.stop());
    return {
      url: server.url,
      open: () => redis(server.url),
      openBeside: async () => redis(`${server.url}/1`),
      async bytes() {
        await server.admin.save();
        const dump = join(server.folder, "dump.rdb");
        if (!existsSync(dump)) throw new Error("Redis wrote no dump");
        return readFileSync(dump);
      },
    };
  },
};

const inPostgres: StoreKind = {
  name: "PostgreSQL",
  program: "postgres",
  async start() {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    return {
      url: server.url(),
      open: () => postgres(server.url()),
      openBeside: async () => postgres(await server.freshDatabase()),
      async bytes() {
        const [row] = await server.query("CHECKPOINT; SHOW data_directory");
        // The journal has what was written and is gone, too.
        return bytesIn(String(row?.["data_directory"]));
      },
    };
  },
};

const inMemcached: StoreKind = {
  name: "Memcached",
  program: "memcached",
  async start() {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    return {
      url: server.url,
      open: () => memcached(server.url),
      openBeside: async () => memcached({ url: server.url, keyPrefix: "beside:" }),
      async bytes() {
        const listed = await server.talk("lru_crawler metadump all\r\n", "END\r\n");
        const names = [...listed.matchAll(/^key=(\S+)/gm)].map(([, name]) => decodeURIComponent(name as string));
        if (names.length === 0) throw new Error("Memcached has nothing");
        const values = await server.talk(`${names.map((name) => `mg ${name} v q`).join("\r\n")}\r\nmn\r\n`, "MN\r\n");
        return Buffer.from(listed + values);
      },
    };
  },
};

export const searchedStores: readonly StoreKind[] = [inFiles, inRedis, inPostgres, inMemcached];
