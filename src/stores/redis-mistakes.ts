/**
 * What is wrong with an address, where the client hears no more than that a connection has ended: nobody is there, a
 * server of another kind, TLS on one side only, a Cluster or a Sentinel that is none. Asked by those who have time.
 */

import type { Redis } from "ioredis";
import type { Clock } from "../core/clock.ts";
import { explainRedisError } from "./redis-errors.ts";
import { infoField } from "./redis-server-stats.ts";
import type { RedisAddress, RedisNode } from "./redis-url.ts";
import { type Answerer, whoAnswers } from "./who-answers.ts";

export interface QuestionableAddress {
  readonly address: RedisAddress;
  readonly byTls: boolean;
  readonly clock: Clock;
  /** A connection to this node and no other, with the credentials for it; not connected yet. */
  connectionTo(node: RedisNode): Redis;
}

/** An error that `explainRedisError` knows; `undefined` where nothing is wrong, or nobody can tell. */
export async function mistakeOfAddress(asked: QuestionableAddress): Promise<unknown> {
  const { address, byTls, clock } = asked;
  const found = await Promise.all(
    address.nodes.map(async (node) => ({ node, answerer: await whoAnswers(node, clock) })),
  );
  const { node, answerer } = found.find((one) => says(one.answerer)) ?? found[0] ?? {};
  if (node === undefined || answerer === undefined) return undefined;
  if (answerer instanceof Error) return answerer;
  // A server of TLS need not answer what is none.
  if (answerer === "silent") return byTls ? undefined : new Error("no word from the server");
  if (answerer === "hung-up") return new Error("hung up");
  if (answerer === "other" || answerer === "memcached") return new Error("Protocol error");
  if (answerer === "redis" && byTls) return new Error("no TLS there");
  if (answerer === "tls" && !byTls) return new Error("TLS there");
  return address.kind === "standalone" ? undefined : mistakeOfServer(node, asked);
}

function says(answerer: Answerer | Error): boolean {
  return !(answerer instanceof Error) && answerer !== "silent" && answerer !== "hung-up";
}

async function mistakeOfServer(node: RedisNode, { address, clock, connectionTo }: QuestionableAddress) {
  const client = connectionTo(node);
  let refusal: unknown;
  client.on("error", (error) => {
    refusal ??= error;
  });
  try {
    await client.connect();
    return await (address.kind === "cluster" ? mistakeOfCluster(client) : mistakeOfSentinel(client, address, clock));
  } catch (error) {
    const reason = explainRedisError(error).fault === "disconnected" ? (refusal ?? error) : error;
    const { fault } = explainRedisError(reason);
    if (address.kind === "sentinel" && fault === "authentication") return new Error("Sentinel NOAUTH");
    return fault === "disconnected" || fault === "timeout" ? undefined : reason;
  } finally {
    client.disconnect();
  }
}

async function mistakeOfCluster(client: Redis): Promise<unknown> {
  if (infoField(await client.info(), "redis_mode") === "sentinel") return new Error("a Sentinel there");
  const state = String(await client.cluster("INFO"));
  if (infoField(state, "cluster_slots_assigned") === "0") return new Error("no slots");
  const ranges = await client.cluster("SLOTS");
  return ranges.every(([, , primary]) => !primary?.[0]) ? new Error("no addresses") : undefined;
}

async function mistakeOfSentinel(client: Redis, { masterName }: RedisAddress, clock: Clock): Promise<unknown> {
  if (infoField(await client.info(), "redis_mode") !== "sentinel") return new Error("no Sentinel there");
  const [host, port] = ((await client.call("SENTINEL", "get-master-addr-by-name", `${masterName}`)) ?? []) as string[];
  if (host === undefined) return new Error("no such master");
  const answerer = await whoAnswers({ host, port: Number(port) }, clock);
  return answerer instanceof Error ? new Error("no way to the primary") : undefined;
}
