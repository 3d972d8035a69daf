import { type RedisServer, startRedis } from "../services/redis.ts";
import type { HistoryModel } from "./history-model.ts";

/** What befalls the Redis of a run. A write that it took is on its disk; whether the disk is there afterwards is drawn. */

export const faults = ["frozen", "killed", "emptied", "connections cut", "subscribers cut"] as const;
export type Fault = (typeof faults)[number];

export class HistoryRedis {
  readonly #history: HistoryModel;
  #server: RedisServer;

  private constructor(history: HistoryModel, server: RedisServer) {
    this.#history = history;
    this.#server = server;
  }

  static async start(history: HistoryModel): Promise<HistoryRedis> {
    return new HistoryRedis(history, await startRedis({ args: lasting }));
  }

  get url(): string {
    return this.#server.url;
  }

  /** `meanwhile` resolves when it has lasted long enough. */
  async suffer(fault: Fault, meanwhile: () => Promise<void>): Promise<void> {
    this.#history.disturbed(`redis: ${fault}`);
    const { admin, process, port, folder } = this.#server;
    if (fault === "frozen") {
      process.child.kill("SIGSTOP");
      await meanwhile();
      process.child.kill("SIGCONT");
    } else if (fault === "connections cut") await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    else if (fault === "subscribers cut") await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    else {
      admin.disconnect();
      if (fault === "emptied") await this.#server.stop();
      else await process.kill();
      await meanwhile();
      this.#server = await startRedis({ port, args: lasting, ...(fault === "killed" ? { folder } : {}) });
    }
    this.#history.disturbed(`redis: no more ${fault}`);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

const lasting = ["--appendonly", "yes", "--appendfsync", "always"];
