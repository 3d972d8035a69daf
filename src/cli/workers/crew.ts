import type { Clock } from "../../core/clock.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Channel } from "../../workers/channel.ts";
import type { Begun, Served, ServingWorkerCalls } from "./start-calls.ts";

/**
 * The workers of one gateway: so many, each with a number. One that ends is replaced: at once when it had worked for a
 * while, otherwise after a pause that doubles with each attempt. Only when one cannot begin at the start of the gateway
 * is that the end of all, since then it is most likely something that a person has to correct.
 */

/** A process that was started, and answers `begin` when it is there. */
export interface WorkerProcess {
  readonly channel: Channel<ServingWorkerCalls>;
  /** Resolves when it is there and may be asked to begin. */
  readonly isThere: Promise<void>;
  readonly ended: Promise<Ending>;
  kill(): void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CrewOptions {
  readonly size: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Starts a process. */
  launch(worker: number): WorkerProcess;
  /** What it is to work by; asked for each. */
  config(): GatewayConfig;
}

export type Started = ({ readonly ok: true } & Served) | { readonly ok: false; readonly line: string };

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** One that has worked for so long is not in a series of failures. */
const steadyMs = 10_000;

export class Crew {
  readonly #options: CrewOptions;
  readonly #processes = new Map<number, WorkerProcess>();
  readonly #failures = new Map<number, number>();
  #state: "starting" | "working" | "ending" = "starting";

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Resolves when all of them serve, or when one of them cannot. */
  async start(): Promise<Started> {
    const numbers = Array.from({ length: this.#options.size }, (_, index) => index + 1);
    const all = numbers.map(async (worker) => {
      const begun = await this.#begin(worker);
      if (!begun.ok) throw new CannotBegin(begun.line);
      return begun;
    });
    try {
      const [served = { ok: true, url: "" }] = await Promise.all(all);
      if (this.#state === "starting") this.#state = "working";
      // One that was ready before the others may have ended before they were.
      for (const worker of numbers) if (!this.#processes.has(worker)) void this.#succeed(worker);
      return served;
    } catch (error) {
      if (!(error instanceof CannotBegin)) throw error;
      this.#state = "ending";
      return { ok: false, line: error.line };
    }
  }

  /** Resolves when all work by it. Rejects where one could not take it over; those that end meanwhile are no loss. */
  async reload(config: GatewayConfig): Promise<void> {
    const asked = [...this.#processes].map(async ([worker, { channel }]) => {
      await channel.ask("reload", config).catch((error: unknown) => {
        if (!channel.isClosed) throw new Error(`worker ${worker}: ${(error as Error).message}`);
      });
    });
    const failed = (await Promise.allSettled(asked)).filter(({ status }) => status === "rejected");
    const [first] = failed as readonly PromiseRejectedResult[];
    if (first !== undefined) throw first.reason;
  }

  /** Lets all finish what they do, for at most `drainMs` and a little; resolves to whether all ended well. */
  async drain(drainMs: number): Promise<boolean> {
    this.#state = "ending";
    const processes = [...this.#processes.values()];
    for (const { channel } of processes) channel.tell("drain");
    const cancel = this.#options.clock.after(drainMs + closingMs, () => this.kill());
    const endings = await Promise.all(processes.map(({ ended }) => ended));
    cancel();
    return endings.every(({ code }) => code === 0);
  }

  /** Ends all at once. */
  kill(): void {
    this.#state = "ending";
    for (const process of this.#processes.values()) process.kill();
  }

  async #begin(worker: number): Promise<Begun> {
    const process = this.#options.launch(worker);
    this.#processes.set(worker, process);
    const startedAt = this.#options.clock.monotonic();
    void process.ended.then((ending) => {
      this.#processes.delete(worker);
      this.#replace(worker, ending, this.#options.clock.monotonic() - startedAt);
    });
    const isOver = process.ended.then(({ code, signal }): Begun => {
      const how = signal === null ? `with exit status ${code}` : `by ${signal}`;
      return { ok: false, line: `Worker ${worker} ended ${how} before it was ready. What it said stands above.` };
    });
    const begun = process.isThere.then(() => {
      return process.channel.ask("begin", { worker, config: this.#options.config() });
    });
    // A channel that closes says less than the process that ended.
    const answer = await Promise.race([begun.catch(() => isOver), isOver]);
    if (!answer.ok) process.kill();
    return answer;
  }

  #replace(worker: number, { code, signal }: Ending, workedMs: number): void {
    if (this.#state !== "working") return;
    const { clock, log } = this.#options;
    const failures = workedMs >= steadyMs ? 0 : (this.#failures.get(worker) ?? 0) + 1;
    this.#failures.set(worker, failures);
    const pauseMs = failures === 0 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
    log.warn({ worker, code, signal, pauseMs }, "a worker ended; another one takes its place");
    clock.after(pauseMs, () => void this.#succeed(worker));
  }

  async #succeed(worker: number): Promise<void> {
    if (this.#state !== "working") return;
    const begun = await this.#begin(worker);
    const { log } = this.#options;
    if (begun.ok) log.info({ worker }, "the worker serves");
    else if (this.#state === "working") log.error({ worker, reason: begun.line }, "a worker cannot begin");
  }
}

/** After the drain a worker writes what is pending; one that takes longer than this never ends by itself. */
const closingMs = 5_000;

class CannotBegin extends Error {
  readonly line: string;

  constructor(line: string) {
    super(line);
    this.line = line;
  }
}
