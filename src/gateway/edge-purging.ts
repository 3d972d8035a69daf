import { type Dispatcher, request as send } from "undici";
import { type CancelTimer, type Clock, type Random, systemClock, systemRandom } from "../core/clock.ts";
import { defined } from "../core/defined.ts";
import type { EdgePurge, EdgePurges } from "../core/edge-purges.ts";
import { contentDigest } from "../core/fingerprint.ts";
import type { Leases } from "../core/lease.ts";
import type { Store } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";
import type { Core } from "../core-assembly.ts";
import type { PurgedCacheSettings } from "../edge-purge-options.ts";
import { cloudflare } from "../layers/edge/purging/cloudflare.ts";
import { cloudfront } from "../layers/edge/purging/cloudfront.ts";
import { fastly } from "../layers/edge/purging/fastly.ts";
import { nginx } from "../layers/edge/purging/nginx.ts";
import type { PurgeAdapter, PurgeReply, PurgeRequest } from "../layers/edge/purging/purge-adapter.ts";
import { PurgeLog } from "../layers/edge/purging/purge-log.ts";
import { PurgeOutbox, type PurgeStatus } from "../layers/edge/purging/purge-outbox.ts";
import { adoptRenamed } from "../layers/edge/purging/renamed-caches.ts";
import { varnish } from "../layers/edge/purging/varnish.ts";
import { webhook } from "../layers/edge/purging/webhook.ts";
import type { Log } from "../telemetry/log.ts";
import type { GatewayConfig } from "./config.ts";
import { guardedAgent, type NetworkRules } from "./network/guarded-agent.ts";

/** The caches in front as the configuration has them at present; a reload may name others. */

export interface EdgePurgingParts {
  readonly store: Pick<Store, "get" | "add" | "set">;
  readonly leases: Leases | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly log: Pick<Log, "info" | "warn">;
  readonly onRefused?: NetworkRules["onRefused"];
}

/** A cache that does not answer within this is asked again later. */
const answerMs = 10_000;
const mostBytes = 4_096;
const adoptAtMs = [0, 60_000, 600_000];
const orphaned =
  "purges wait for a cache in front that the configuration names no more; they are kept for one with its name, or its kind and URL";

export function edgePurgingOf(
  config: GatewayConfig,
  {
    core,
    ...parts
  }: Pick<EdgePurgingParts, "leases" | "trace" | "log" | "onRefused"> & { readonly core: Pick<Core, "stored"> },
): EdgePurging {
  const purging = new EdgePurging({ ...parts, store: core.stored.truth, clock: systemClock, random: systemRandom });
  purging.follow(config);
  return purging;
}

export class EdgePurging implements EdgePurges {
  readonly #parts: EdgePurgingParts;
  readonly #network: { allowPrivate: boolean; onRefused: NetworkRules["onRefused"] };
  readonly #dispatcher: Dispatcher;
  /** Caches that fail at present; told once when it begins, and once when it ends. */
  readonly #failing = new Set<string>();
  #outbox: PurgeOutbox | undefined;
  #followed = "";
  #adoptions: readonly CancelTimer[] = [];
  #named: readonly string[] = [];
  #closing: Promise<unknown> = Promise.resolve();

  constructor(parts: EdgePurgingParts) {
    this.#parts = parts;
    this.#network = { allowPrivate: false, onRefused: parts.onRefused };
    this.#dispatcher = guardedAgent(this.#network, {
      connectTimeoutMs: answerMs,
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      // The answer of a cache is short, and wanted once.
      keepAliveTimeout: 1_000,
    });
  }

  follow({
    layers: { edge },
    security,
  }: Pick<GatewayConfig, "layers"> & Partial<Pick<GatewayConfig, "security">>): void {
    this.#network.allowPrivate = security?.allowPrivateUpstreams ?? false;
    const followed = JSON.stringify(edge.purge);
    if (followed === this.#followed) return;
    this.#followed = followed;
    void this.#end();
    // Of one that is named no more nobody will tell.
    for (const cache of this.#named) this.#parts.trace({ type: "edge-backlog", cache, purges: 0 });
    this.#named = Object.keys(edge.purge);
    const caches = Object.entries(edge.purge);
    if (caches.length === 0) return;
    const { store, leases, clock, random } = this.#parts;
    this.#outbox = new PurgeOutbox({
      caches: new Map(
        caches.map(([name, cache]) => [name, { adapter: adapterOf(cache), repeatAfterMs: cache.repeatAfter }]),
      ),
      ...{ store, leases, clock, random },
      send: (request, signal) => this.#send(request, signal),
      onEvent: (cache, event) => {
        // One that was named may still be at it.
        if (!this.#named.includes(cache)) return undefined;
        if (event.type === "backlog") return this.#parts.trace({ type: "edge-backlog", cache, purges: event.rows });
        this.#tell(cache, event);
        const purges = event.type === "sent" ? event.rows : 1;
        this.#parts.trace({ type: "edge-purge", cache, result: event.type, purges });
      },
    });
    this.#outbox.start();
    this.#adopt(this.#outbox, edge.purge);
  }

  /** What waits under names of before, when what told them has ended, and for processes that go on with those for a while. */
  #adopt(outbox: PurgeOutbox, purge: GatewayConfig["layers"]["edge"]["purge"]): void {
    const { store, clock, random, log } = this.#parts;
    const configured = Object.entries(purge).map(([name, cache]) => ({ name, identity: identityOf(cache) }));
    const told = new Set<string>();
    const adopt = async (): Promise<void> => {
      await this.#closing;
      if (this.#outbox !== outbox) return;
      const logOf = (name: string): PurgeLog => new PurgeLog({ store, name, clock, random });
      const append = (name: string, waiting: EdgePurge) => outbox.handOver(name, waiting);
      for (const { name: cache, purges } of await adoptRenamed(configured, { store, logOf, append })) {
        if (!told.has(cache)) log.warn({ cache, purges }, orphaned);
        told.add(cache);
      }
    };
    // A store that is away is asked again the next time.
    this.#adoptions = adoptAtMs.map((ms) => clock.after(ms, () => void adopt().catch(() => {})));
  }

  async purge(what: EdgePurge): Promise<void> {
    await this.#outbox?.purge(what);
  }

  async status(): Promise<readonly PurgeStatus[]> {
    return (await this.#outbox?.status()) ?? [];
  }

  async close(): Promise<void> {
    await this.#end();
    await this.#dispatcher.destroy();
  }

  #end(): Promise<unknown> {
    for (const cancel of this.#adoptions) cancel();
    this.#closing = Promise.all([this.#closing, this.#outbox?.close()]);
    this.#outbox = undefined;
    return this.#closing;
  }

  #tell(
    cache: string,
    event: { readonly type: "sent" } | { readonly type: "failed" | "refused"; readonly reason: string },
  ) {
    const { log } = this.#parts;
    if (event.type === "refused") {
      log.warn({ cache, reason: event.reason }, "a cache in front refuses a purge, which is given up");
      return;
    }
    const fails = event.type === "failed";
    if (fails === this.#failing.has(cache)) return;
    if (fails) this.#failing.add(cache);
    else this.#failing.delete(cache);
    if (fails) log.warn({ cache, reason: event.reason }, "a cache in front cannot be purged; it is tried again");
    else log.info({ cache }, "the cache in front is purged again");
  }

  async #send({ method, url, headers, body }: PurgeRequest, signal: AbortSignal): Promise<PurgeReply> {
    const dispatcher = this.#dispatcher;
    const answer = await send(url, { method: method as "POST", headers, body: body ?? null, signal, dispatcher });
    const names = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return { status: answer.statusCode, headers: Object.fromEntries(names), body: await beginning(answer.body) };
  }
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes >= mostBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, mostBytes).toString();
}

/** What makes it the same cache by another name. */
export function identityOf({ kind, url, site, zone, service, distribution }: PurgedCacheSettings): string {
  return contentDigest(JSON.stringify([kind, url, site, zone, service, distribution]));
}

/** What a kind needs is there: the options were checked. */
function adapterOf(cache: PurgedCacheSettings): PurgeAdapter {
  const { kind, plan, url, ...given } = cache;
  const { secret = "", site = "", token = "", zone = "", service = "", distribution = "" } = given;
  const { accessKeyId = "", secretAccessKey = "", sessionToken } = given;
  switch (kind) {
    case "varnish":
      return varnish({ url: url ?? "", secret });
    case "nginx":
      return nginx({ url: url ?? "", secret });
    case "cloudflare":
      return cloudflare({ zone, token, site, plan, ...defined({ url }) });
    case "fastly":
      return fastly({ service, token, site, ...defined({ url }) });
    case "cloudfront":
      return cloudfront({ distribution, accessKeyId, secretAccessKey, ...defined({ sessionToken, url }) });
    case "webhook":
      return webhook({ url: url ?? "", secret });
  }
}
