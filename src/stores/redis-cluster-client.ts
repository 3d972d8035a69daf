/**
 * The Cluster of ioredis with calls that end at once, and in their order, while a node or all of them are away.
 *
 * By itself it either keeps calls until there is a connection, or turns away those that come while a node is being
 * connected and sends them again later, by way of any node, so that two writes of one key may change places. Here a call
 * to a node that is being connected waits for that connection, in its order; one to a node that is gone fails; and while
 * the Cluster as a whole is away nothing is kept. A node that leaves is a reason to ask anew who has which slot.
 */

import type { Cluster, ClusterNode, Redis, RedisOptions } from "ioredis";

export interface ClusterClientOptions {
  readonly nodes: readonly ClusterNode[];
  /** Of the connection to each node. */
  readonly redisOptions: RedisOptions & { readonly replyMapping: "legacy" };
  readonly backOff: (attempt: number) => number;
  readonly connectTimeoutMs: number;
}

/** How often a call is sent after a slot that moves. */
const maxRedirections = 5;
/** New nodes are noticed when a slot is missed; this is for whatever is not noticed so. */
const slotsRefreshMs = 30_000;

export function clusterClient(
  Base: typeof Cluster,
  { nodes, redisOptions, backOff, connectTimeoutMs }: ClusterClientOptions,
): Cluster {
  const {
    host: _host,
    port: _port,
    db: _db,
    retryStrategy: _retry,
    enableOfflineQueue: _queue,
    ...ofNodes
  } = redisOptions;
  class PromptCluster extends Base {
    override sendCommand(command: Parameters<Redis["sendCommand"]>[0], ...rest: never[]): unknown {
      // The client itself asks for the state of the Cluster before it is ready.
      if (this.status === "ready" || command.name === "cluster") return super.sendCommand(command, ...rest);
      command.reject(new Error("Cluster isn't ready"));
      return command.promise;
    }
  }
  const client = new PromptCluster([...nodes], {
    enableOfflineQueue: true,
    maxRedirections,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 15,
    slotsRefreshTimeout: connectTimeoutMs,
    slotsRefreshInterval: slotsRefreshMs,
    clusterRetryStrategy: backOff,
    redisOptions: ofNodes,
  });
  client.on("-node", () => {
    if (client.status === "ready") client.refreshSlotsCache();
  });
  return client;
}
