import type { Clock } from "../../src/core/clock.ts";
import { RepriseError } from "../../src/core/errors.ts";
import { assembleCore, type Core } from "../../src/core-assembly.ts";
import { type CacheFetch, createFetch } from "../../src/fetch.ts";
import { readSettings } from "../../src/options.ts";
import { protocols } from "../../src/protocols/all.ts";
import type { Invalidation } from "../../src/storage/invalidation-wish.ts";
import { redis } from "../../src/stores/redis.ts";
import { type Reading, readResponse } from "../topology/cache-harness.ts";
import type { AskedOrigin, ChatRequest, OriginReply } from "./history-origin.ts";

/** A node of the history check: what can be asked of it, and one that runs in this process. */

export interface HistoryNode {
  /** Never rejects; status 0 where there was no response. */
  ask(request: ChatRequest, headers: Readonly<Record<string, string>>): Promise<Reading>;
  /** False when it was refused because of the store; rejects for any other reason. */
  invalidate(wish: Invalidation): Promise<boolean>;
  /** When, by the clock of the run, it last could not ask the store. */
  troubledMs(): number;
  /** From now on, as if it could not. */
  disturbed(): void;
  close(): Promise<void>;
}

export interface LocalNodeOptions {
  readonly redisUrl: string;
  readonly bus: boolean;
  readonly clock: Clock;
  readonly freshMs: number;
  readonly origin: (asked: AskedOrigin) => Promise<OriginReply | undefined>;
  /** The store has not answered in time, be it frozen or the machine busy. */
  readonly onStoreFault: (operation: string) => void;
}

export async function startLocalNode({
  redisUrl,
  bus,
  clock,
  freshMs,
  origin,
  onStoreFault,
}: LocalNodeOptions): Promise<HistoryNode> {
  let troubledMs = Number.NEGATIVE_INFINITY;
  const core = await assembleCore({
    settings: settingsFor(freshMs),
    store: redis({ url: redisUrl, bus }),
    clock,
    trace: (event) => {
      if (event.type !== "store-fault") return;
      troubledMs = clock.now();
      onStoreFault(event.operation);
    },
  });
  const fetch = createFetch({ core, protocols, fetch: fetchOf(origin) });
  const looked = (): number => {
    if (!isWell(core)) troubledMs = clock.now();
    return troubledMs;
  };
  return {
    async ask(request, headers) {
      looked();
      return askedBy(fetch, request, headers);
    },
    async invalidate(wish) {
      try {
        await core.invalidate(wish);
        return true;
      } catch (error) {
        if (RepriseError.isInstance(error) && error.code === "store_unavailable") return false;
        throw error;
      }
    },
    troubledMs: looked,
    disturbed() {
      troubledMs = clock.now();
    },
    close: () => core.close(),
  };
}

function isWell(core: Core): boolean {
  return core.stores.every((store) => store.available());
}

function settingsFor(freshMs: number) {
  const reading = readSettings({
    layers: {
      exact: {
        ttl: `${freshMs}ms`,
        ttlJitter: 0,
        staleWhileRevalidate: `${freshMs}ms`,
        staleIfError: `${2 * freshMs}ms`,
      },
    },
    security: { masterKey: Buffer.alloc(32, "the same secret").toString("base64") },
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.settings;
}

async function askedBy(
  fetch: CacheFetch,
  request: ChatRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Reading> {
  try {
    const body = JSON.stringify(request);
    return await readResponse(
      await fetch("http://origin.test/v1/chat/completions", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      }),
    );
  } catch (error) {
    return { status: 0, headers: new Headers(), outcome: null, reason: null, raw: "", text: "", error };
  }
}

/** The origin without a network between. */
function fetchOf(origin: LocalNodeOptions["origin"]): typeof globalThis.fetch {
  return async (_, init) => {
    const tenant = new Headers(init?.headers).get("authorization") ?? "";
    const bytes = init?.body as Uint8Array;
    const reply = await origin({ tenant, body: JSON.parse(Buffer.from(bytes).toString("utf8")) });
    if (reply === undefined) throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    const { status, contentType, body, isCut } = reply;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from(body));
        if (!isCut) controller.close();
      },
      pull(controller) {
        if (isCut) controller.error(new Error("ECONNRESET"));
      },
    });
    return new Response(stream, { status, headers: { "content-type": contentType } });
  };
}
