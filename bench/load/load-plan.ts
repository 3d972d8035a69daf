/** What a load generator is told, and what it found. */

export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Whole requests, sent in rotation; see request-file.ts. */
  readonly requestFile: string;
  /** Ends after this time ... */
  readonly durationMs?: number;
  /** ... or after so many requests. */
  readonly count?: number;
  /** Every request is the first of the file, with the next number from here. */
  readonly numberFrom?: number;
  /** Latency to the first byte of the body instead of the last. */
  readonly firstByte?: boolean;
  /** Length of the body of every reply. */
  readonly replyBytes?: number;
}

export interface LoadSample {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
}
