/**
 * Our own load generator, a child process: keep-alive connections over raw sockets, one request at a time on each, every
 * reply checked for its status and length. A latency runs from the write to the last byte of the reply, or to the first
 * byte of its body.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { answerQuestions } from "../child-process.ts";
import { quantile } from "../statistics.ts";
import { numbered, numberPlace } from "./chat-payload.ts";
import type { LoadPlan, LoadSample } from "./load-plan.ts";
import { ReplyReader } from "./reply-reader.ts";
import { readRequests } from "./request-file.ts";

class Run {
  readonly #plan: LoadPlan;
  readonly #requests: readonly Buffer[];
  readonly #latenciesMs: number[] = [];
  readonly #result = Promise.withResolvers<LoadSample>();
  readonly #sockets: Socket[] = [];
  #next: number;
  #open = 0;
  #bodyBytes = 0;
  #startedAt = 0;
  #until = Number.POSITIVE_INFINITY;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#requests = readRequests(readFileSync(plan.requestFile));
    this.#next = plan.numberFrom ?? 0;
  }

  async start(): Promise<LoadSample> {
    const { connections, host, port, durationMs } = this.#plan;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = connect({ host, port, noDelay: true });
        this.#sockets.push(socket);
        await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      }),
    );
    this.#startedAt = performance.now();
    if (durationMs !== undefined) this.#until = this.#startedAt + durationMs;
    this.#open = connections;
    for (const socket of this.#sockets) this.#drive(socket);
    return this.#result.promise.finally(() => {
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #drive(socket: Socket): void {
    const reader = new ReplyReader();
    // A request is changed only when its reply is there, so each connection has its own copy.
    const own = this.#plan.numberFrom === undefined ? undefined : Buffer.from(this.#requests[0] as Buffer);
    const place = own === undefined ? 0 : numberPlace(own);
    let sentAt = 0;
    let firstByteAt: number | undefined;
    const send = (): void => {
      const index = this.#next++;
      const { count, numberFrom = 0 } = this.#plan;
      const isLast = count !== undefined && index >= numberFrom + count;
      if (isLast || performance.now() >= this.#until) {
        this.#leave();
        return;
      }
      own?.write(numbered(index), place, "latin1");
      reader.reset();
      firstByteAt = undefined;
      sentAt = performance.now();
      socket.write(own ?? (this.#requests[index % this.#requests.length] as Buffer));
    };
    socket.on("data", (chunk) => {
      try {
        const complete = reader.push(chunk);
        if (reader.hasBodyByte) firstByteAt ??= performance.now();
        if (!complete) return;
        this.#check(reader);
        this.#latenciesMs.push((this.#plan.firstByte === true ? (firstByteAt as number) : performance.now()) - sentAt);
        send();
      } catch (error) {
        this.#result.reject(error);
      }
    });
    socket.on("error", (error) => this.#result.reject(error));
    socket.on("close", () => this.#result.reject(new Error("the server closed a connection")));
    send();
  }

  #check({ status, bodyBytes }: ReplyReader): void {
    const { replyBytes } = this.#plan;
    if (status !== 200) throw new Error(`a reply with status ${status}`);
    if (replyBytes !== undefined && bodyBytes !== replyBytes)
      throw new Error(`a reply of ${bodyBytes} bytes, not ${replyBytes}`);
    this.#bodyBytes += bodyBytes;
  }

  #leave(): void {
    this.#open--;
    if (this.#open > 0) return;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    this.#result.resolve({
      requests: sorted.length,
      perSecond: sorted.length / seconds,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      bytes: this.#bodyBytes,
    });
  }
}

answerQuestions((plan: LoadPlan) => new Run(plan).start());
console.log("ready");
