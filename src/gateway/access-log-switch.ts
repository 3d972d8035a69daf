import { isAbsolute, join } from "node:path";
import { AccessLog, type AccessLogParts } from "../access-log/access-log.ts";
import type { CallListener } from "../access-log/answered-call.ts";
import { Prices } from "../telemetry/prices.ts";
import type { GatewayConfig } from "./config.ts";

/** The access log as the configuration has it at present: a reload may begin it, end it, or change where it goes. */
export class AccessLogSwitch {
  readonly #parts: Omit<AccessLogParts, "pricer">;
  #log: AccessLog | undefined;
  #closing: Promise<unknown> = Promise.resolve();
  #droppedBefore = 0;

  constructor(parts: Omit<AccessLogParts, "pricer">) {
    this.#parts = parts;
  }

  get listener(): CallListener | undefined {
    return this.#log;
  }

  /** Calls that are missing in it, and in those there were before; never falls. */
  get dropped(): number {
    return this.#droppedBefore + (this.#log?.dropped ?? 0);
  }

  /** Also opens the file anew, as who has moved it away expects of SIGHUP. */
  follow({ telemetry: { accessLog }, data: { directory }, prices }: GatewayConfig): void {
    if (accessLog === undefined) {
      void this.close();
      return;
    }
    const path = isAbsolute(accessLog.path) ? accessLog.path : join(directory, accessLog.path);
    const options = { ...accessLog, path };
    const pricer = new Prices(prices);
    if (this.#log === undefined) this.#log = new AccessLog(options, { ...this.#parts, pricer });
    else this.#log.reopen(options, pricer);
  }

  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    if (log !== undefined) this.#closing = Promise.all([this.#closing, this.#ended(log)]);
    await this.#closing;
  }

  /** What cannot be written at the end is missing, too. */
  async #ended(log: AccessLog): Promise<void> {
    const { dropped } = log;
    this.#droppedBefore += dropped;
    await log.close();
    this.#droppedBefore += log.dropped - dropped;
  }
}
