import type { GatewayConfig } from "../../gateway/config.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { PrimaryCalls, WorkerCalls } from "../../workers/calls.ts";

/** What the two sides ask of each other to start and to stop, besides what they ask while they work. */

/** What a worker needs to begin. */
export interface Order {
  /** From 1; that of one which has ended is given to its successor. */
  readonly worker: number;
  readonly config: GatewayConfig;
}

/** `adminUrl`: where it is another one. */
export type Served = Pick<Gateway, "url"> & Partial<Pick<Gateway, "adminUrl">>;

export type Begun =
  | ({ readonly ok: true } & Served)
  /** Why it cannot start, and what to do, in one line. */
  | { readonly ok: false; readonly line: string };

export interface ServingWorkerCalls extends WorkerCalls {
  begin(order: Order): Promise<Begun>;
  reload(config: GatewayConfig): void;
  /** Lets running requests finish, then ends the process. */
  drain(): void;
}

export interface ServingPrimaryCalls extends PrimaryCalls {
  /** It is there, and waits for its order. */
  hello(): void;
}

/** Set for workers alone: other programs start clusters, too. */
export const workerVariable = "REPRISE_WORKER";
