import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../../src/core/clock.ts";
import { StoreUnavailableError } from "../../../src/core/errors.ts";
import { type RedisStore, redis } from "../../../src/stores/redis.ts";
import { RedisKeys } from "../../../src/stores/redis-keys.ts";
import { sealValue } from "../../../src/stores/value-envelope.ts";
import { type FuzzTarget, promise } from "../fuzz-target.ts";

/**
 * A Redis, or what stands between it and us, that answers whatever the input says: the first byte chooses the call, the
 * rest is sent in answer to it, and then the connection ends. The call must end too, in `StoreUnavailableError` or in what
 * somebody has written there.
 */

const tenant = "acme";
const value = Buffer.from("an answer");
const keys = ["k1", "k2"] as const;
const names = keys.map((key) => new RedisKeys("reprise:").nameOf(tenant, key));
const later = { deleteAt: Number.POSITIVE_INFINITY };
const sealed = sealValue(names[0] as string, value, later.deleteAt, "normal");

/** What is called, and whether what it gives may be given. */
const calls: readonly ((store: RedisStore) => Promise<unknown>)[] = [
  (store) => readAll(store, keys.slice(0, 1)),
  (store) => readAll(store, keys),
  async (store) => known(await store.set(tenant, keys[0], value, later), "stored", "overloaded"),
  async (store) => promise(value.equals(await store.add(tenant, keys[0], value, later)), "added what nobody wrote"),
  async (store) => known(await store.delete(tenant, keys[0]), true, false),
  async (store) => {
    const held = await store.leases?.acquire("lease", 1_000);
    const fence = held?.won === true ? held.lease.fence : held?.fence;
    promise(Number.isSafeInteger(fence) && Number(fence) > 0, "a lease without a fence");
  },
  async (store) => known(await store.leases?.renew({ key: "lease", fence: 1 }, 1_000), true, false),
  async (store) => {
    const page = await store.leases?.relay?.read({ key: "lease", fence: 1 }, undefined);
    promise(page?.frames.every((frame) => frame instanceof Uint8Array) === true, "a frame that is no bytes");
  },
  async (store) => {
    const { items, cursor } = await store.list({ tenant, limit: 10 });
    promise(cursor === undefined || typeof cursor === "string", "a cursor that is no text");
    for (const item of items) promise(value.equals(item.value), "listed what nobody wrote");
  },
  async (store) => {
    const { entries, bytes } = await store.stats();
    promise(Number.isFinite(entries) && Number.isFinite(bytes), "statistics that are no numbers");
  },
];

async function readAll(store: RedisStore, asked: readonly string[]): Promise<void> {
  const read = await store.get(tenant, asked);
  promise(read.length === asked.length, "more or fewer values than were asked for");
  const [first, ...others] = read;
  promise(first === undefined || value.equals(first), "read what nobody wrote");
  promise(
    others.every((other) => other === undefined),
    "read under one key what stands under another",
  );
}

function known(result: unknown, ...allowed: readonly unknown[]): void {
  promise(allowed.includes(result), `a result that is none: ${String(result)}`);
}

const bulk = (bytes: Uint8Array) => Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
const reply = (call: number, ...parts: readonly (string | Uint8Array)[]) =>
  Buffer.concat([Uint8Array.of(call), ...parts.map((part) => Buffer.from(part))]);

export const redisRepliesTarget: FuzzTarget = {
  name: "redis-replies",
  runsInTests: 8,
  seeds: [
    reply(0, bulk(sealed)),
    reply(0, "-WRONGTYPE Operation against a key\r\n:0\r\n"),
    reply(1, "*2\r\n", bulk(sealed), "$-1\r\n"),
    reply(1, "*2\r\n", bulk(sealed), bulk(sealed)),
    reply(2, "+OK\r\n"),
    reply(2, "-OOM command not allowed\r\n"),
    reply(3, "$-1\r\n", bulk(sealed)),
    reply(4, bulk(sealed)),
    reply(5, "*2\r\n:1\r\n$16\r\n1764286000000000\r\n"),
    reply(5, "-NOSCRIPT No matching script\r\n*2\r\n:0\r\n$1\r\n7\r\n"),
    reply(6, ":1\r\n"),
    reply(7, "*2\r\n$3\r\n1-0\r\n$5\r\nframe\r\n"),
    reply(8, "*2\r\n$1\r\n0\r\n*1\r\n", bulk(Buffer.from(names[0] as string)), "*1\r\n", bulk(sealed)),
    reply(0, "$-1\r\n$-1\r\n"),
    reply(3, "$-1\r\n$2\x15\r\n"),
    reply(0, ">1\r\n$-1\r\n"),
    reply(9, ":3\r\n", bulk(Buffer.from("used_memory:10\r\nmaxmemory:0")), bulk(Buffer.from("evicted_keys:1"))),
  ],
  words: [
    "\r\n",
    "$-1\r\n",
    "*-1\r\n",
    ":",
    "+OK\r\n",
    "-ERR",
    "*2\r\n",
    "*4294967296\r\n",
    "$99999999999\r\n",
    "*1\r\n*1\r\n",
    "$5.5\r\n",
    "_\r\n",
    "%1\r\n",
    ">2\r\n",
    "#t\r\n",
    ",nan\r\n",
  ],
  async run(input) {
    const call = calls[(input[0] ?? 0) % calls.length] as (store: RedisStore) => Promise<unknown>;
    const { url, close } = await liar(input.subarray(1));
    const store = redis({ url, bus: false, clock: systemClock });
    try {
      await call(store);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    } finally {
      await Promise.all([store.close(), close()]);
    }
  },
};

/** Greets as a server does, and answers what is asked then by `said`. */
async function liar(said: Uint8Array): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write("$17\r\nredis_version:7.0\r\n");
      socket.once("data", () => socket.end(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
