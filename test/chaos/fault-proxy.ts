/**
 * A TCP proxy on loopback between a client and a real server that does what networks do: it is slow, it hangs, it cuts
 * a reply after so many bytes, it resets, it is gone. Faults apply to what comes after them; `heal()` ends all but what
 * is cut already. Delays are drawn from a seeded generator, so a run can be repeated.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import { seededRandom } from "../topology/cache-harness.ts";

export interface FaultProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  readonly seed?: number;
}

export interface Faults {
  /** Each piece of a reply is held back for this long, give or take the jitter. Order is kept. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** What comes from either side is read and dropped; connections stay open. */
  readonly hang?: boolean;
  /** A connection is ended once so many bytes of replies went through it from now on: `reset` sends RST, `close` FIN. */
  readonly cutReplyAfter?: { readonly bytes: number; readonly how: "reset" | "close" };
}

export interface FaultProxy {
  readonly port: number;
  /** Connections that were taken since the start. */
  readonly accepted: number;
  /** Bytes of replies that went through the connections that are open, since faults were injected last. */
  readonly replied: number;
  /** Replaces the faults there were. */
  readonly inject: (faults: Faults) => void;
  readonly heal: () => void;
  /** Ends every connection with RST. */
  readonly reset: () => void;
  /** Ends every connection and refuses new ones, until `up`. The port stays the same. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  /** New connections go there. */
  readonly retarget: (target: FaultProxyOptions["target"]) => void;
  readonly close: () => Promise<void>;
}

export async function startFaultProxy({ target, seed = 1 }: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpProxy(target, seededRandom(seed).fraction);
  await proxy.up();
  return proxy;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes of replies since faults were injected last. */
  replied: number;
}

class TcpProxy implements FaultProxy {
  port = 0;
  accepted = 0;
  #target: FaultProxyOptions["target"];
  readonly #fraction: () => number;
  readonly #pairs = new Set<Pair>();
  #listener: Server | undefined;
  #faults: Faults = {};

  constructor(target: FaultProxyOptions["target"], fraction: () => number) {
    this.#target = target;
    this.#fraction = fraction;
  }

  get replied(): number {
    return [...this.#pairs].reduce((sum, { replied }) => sum + replied, 0);
  }

  readonly inject = (faults: Faults): void => {
    this.#faults = faults;
    for (const pair of this.#pairs) pair.replied = 0;
  };

  readonly heal = (): void => this.inject({});

  readonly reset = (): void => {
    for (const pair of this.#pairs) this.#end(pair, "reset");
  };

  readonly down = async (): Promise<void> => {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = new Promise((resolve) => (listener === undefined ? resolve(undefined) : listener.close(resolve)));
    this.reset();
    await closed;
  };

  readonly up = async (): Promise<void> => {
    if (this.#listener !== undefined) return;
    const listener = createServer((client) => this.#accept(client));
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject).listen(this.port, "127.0.0.1", resolve);
    });
    this.port = (listener.address() as { readonly port: number }).port;
    this.#listener = listener;
  };

  readonly retarget = (target: FaultProxyOptions["target"]): void => {
    this.#target = target;
  };

  readonly close = (): Promise<void> => this.down();

  #accept(client: Socket): void {
    this.accepted += 1;
    const server = connect({ host: this.#target.host ?? "127.0.0.1", port: this.#target.port, noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, server, replied: 0 };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on("error", () => this.#end(pair, "reset"));
      socket.on("close", () => this.#end(pair, "close"));
    }
    client.on("data", (bytes) => {
      if (this.#faults.hang !== true) server.write(bytes);
    });
    this.#forwardReplies(pair);
  }

  #forwardReplies(pair: Pair): void {
    let delivered: Promise<unknown> = Promise.resolve();
    const deliver = (bytes: Buffer): void => {
      const { cutReplyAfter } = this.#faults;
      if (cutReplyAfter === undefined || pair.replied + bytes.length <= cutReplyAfter.bytes) {
        pair.replied += bytes.length;
        pair.client.write(bytes);
        return;
      }
      const last = bytes.subarray(0, Math.max(0, cutReplyAfter.bytes - pair.replied));
      pair.replied += last.length;
      // The bytes must have left before the connection ends: a reset drops what is still in the buffer.
      pair.client.write(last, () => this.#end(pair, cutReplyAfter.how));
    };
    pair.server.on("data", (bytes: Buffer) => {
      if (this.#faults.hang === true) return;
      const delayMs = this.#delay();
      if (delayMs === 0) {
        delivered = delivered.then(() => deliver(bytes));
        return;
      }
      const due = new Promise((resolve) => setTimeout(resolve, delayMs));
      delivered = Promise.all([delivered, due]).then(() => deliver(bytes));
    });
  }

  #delay(): number {
    const { latencyMs = 0, jitterMs = 0 } = this.#faults;
    return Math.max(0, latencyMs + (2 * this.#fraction() - 1) * jitterMs);
  }

  #end(pair: Pair, how: "reset" | "close"): void {
    if (!this.#pairs.delete(pair)) return;
    pair.server.destroy();
    if (how === "reset") pair.client.resetAndDestroy();
    else pair.client.destroySoon();
  }
}
