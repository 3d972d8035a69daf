import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CallEnding, type ReceivedCall, receiveCall } from "./received-call.ts";
import { deliver } from "./scripted-delivery.ts";
import type { OriginPlan, PlannedReply } from "./scripted-plan.ts";
import { prepareReply } from "./scripted-reply.ts";

/**
 * A chat service on loopback that answers exactly as it is told: OpenAI's shapes over node:http, one plan a request.
 *
 * Without a plan it is a good model: `POST .../chat/completions` answers with a text that follows from the request
 * (see `isWhole` and `canaryOf`), as JSON or as a stream; `GET .../models` lists the models; everything else echoes
 * what it received, so that pass-through can be tested.
 */

export interface ScriptedOriginOptions {
  /** Default: a well-behaved model. */
  readonly plan?: OriginPlan;
  /** Another seed gives other answers. Default `""`. */
  readonly seed?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** What `GET .../models` lists. Default `scripted-large`, `scripted-small`. */
  readonly models?: readonly string[];
  /** Whether answers carry a canary of the `Authorization` header. Default true. */
  readonly canaries?: boolean;
  /** Hears of every call once its body is there. */
  readonly onCall?: (call: ReceivedCall) => void;
}

export interface ScriptedOrigin {
  /** The base URL as SDKs take it, such as `http://127.0.0.1:9000/v1`. */
  readonly url: string;
  readonly port: number;
  /** Every call whose body has arrived, in that order. */
  readonly calls: readonly ReceivedCall[];
  readonly callCount: number;
  /** The most calls of one key that were in flight at the same time, by `ReceivedCall.key`. */
  readonly concurrencyHighWater: ReadonlyMap<string, number>;
  /** Stands in every derived answer; raise it to tell answers before from answers after. Starts at 0. */
  generation: number;
  /** Replaces the plan for the calls to come. `undefined`: a well-behaved model. */
  plan(next: OriginPlan | undefined): void;
  /** Resolves when `count` calls have arrived since the start or the last `reset`. */
  waitForCalls(count: number): Promise<void>;
  /** Forgets the calls and goes back to the first plan and generation 0. */
  reset(): void;
  /** Ends all connections, also those that are held. */
  close(): Promise<void>;
}

export async function startScriptedOrigin(options: ScriptedOriginOptions = {}): Promise<ScriptedOrigin> {
  const { host = "127.0.0.1", port = 0, seed = "", canaries = true } = options;
  const models = options.models ?? ["scripted-large", "scripted-small"];
  const calls: ReceivedCall[] = [];
  const flights = new FlightCounter();
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let nextReply = replies(options.plan);
  let order = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, end } = await receiveCall(request, order++);
    const leave = flights.enter(call.key);
    let ending: CallEnding = "aborted";
    try {
      calls.push(call);
      options.onCall?.(call);
      for (const { count, resolve } of waiting) if (count <= calls.length) resolve();
      waiting = waiting.filter(({ count }) => count > calls.length);
      const planned = (await nextReply(call)) ?? {};
      const plan = { ...planned, salt: `${seed}${planned.salt ?? ""}` };
      const reply = prepareReply({ call, plan, canaries, generation: origin.generation, models });
      ending = await deliver(response, reply, plan);
    } finally {
      leave();
      end(ending);
    }
  }

  const server = createServer((request, response) => {
    // A client that leaves while it is sending is not a fault of this server.
    request.on("error", () => {});
    answer(request, response).catch((error: unknown) => {
      // A plan that throws: say so where the test will see it.
      if (response.headersSent || response.destroyed) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end(`The plan failed: ${error}`);
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;

  const origin: ScriptedOrigin = {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/v1`,
    port: address.port,
    calls,
    get callCount() {
      return calls.length;
    },
    concurrencyHighWater: flights.highWater,
    generation: 0,
    plan(next) {
      nextReply = replies(next);
    },
    waitForCalls(count) {
      if (calls.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    reset() {
      calls.length = 0;
      flights.highWater.clear();
      nextReply = replies(options.plan);
      origin.generation = 0;
    },
    close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      return promise;
    },
  };
  return origin;
}

type NextReply = (call: ReceivedCall) => PlannedReply | undefined | Promise<PlannedReply | undefined>;

function replies(plan: OriginPlan | undefined): NextReply {
  if (plan === undefined) return () => undefined;
  if (typeof plan === "function") return plan;
  if (!isList(plan)) return () => plan;
  const queue = [...plan];
  return () => queue.shift();
}

function isList(plan: PlannedReply | readonly PlannedReply[]): plan is readonly PlannedReply[] {
  return Array.isArray(plan);
}

class FlightCounter {
  readonly highWater = new Map<string, number>();
  readonly #inFlight = new Map<string, number>();

  enter(key: string): () => void {
    const count = (this.#inFlight.get(key) ?? 0) + 1;
    this.#inFlight.set(key, count);
    this.highWater.set(key, Math.max(count, this.highWater.get(key) ?? 0));
    return () => this.#inFlight.set(key, (this.#inFlight.get(key) ?? 1) - 1);
  }
}
