import type { Dispatcher } from "undici";
import type { Clock } from "../../core/clock.ts";
import { OriginError } from "../../core/errors.ts";
import { lengthPrefixed } from "../../core/fingerprint.ts";
import { type FanOutWishes, headerValue, type OriginRequest, type OriginResponse } from "../../core/origin.ts";
import { isOriginFailure } from "../../flights/answer-forms.ts";
import { AffinityPolicy } from "../../layers/prefix/routing/affinity-policy.ts";
import { BoundedHashing } from "../../layers/prefix/routing/bounded-hashing.ts";
import { blocksOf, type PromptBlocks } from "../../layers/prefix/routing/prompt-blocks.ts";
import type { RoutingPolicy } from "../../layers/prefix/routing/routing-policy.ts";
import { LeastLoad, RoundRobin } from "../../layers/prefix/routing/simple-policies.ts";
import { SlotPolicy } from "../../layers/prefix/routing/slot-policy.ts";
import type { MeteredReplica } from "../../telemetry/replica-gauges.ts";
import type { ReplicaSettings } from "../../upstream-options.ts";
import { type CredentialField, type Upstream, type UpstreamConnection, upstreamOrigin } from "../upstream-origin.ts";
import { startHealthChecks } from "./health-checks.ts";
import { listenToEngines } from "./kv-events/engine-listening.ts";
import { PoolGossip, type PoolTalk } from "./pool-gossip.ts";
import type { Replica } from "./replica.ts";
import { ReplicaCall } from "./replica-call.ts";
import { outcomeOf, type ReplicaNotice, ReplicaTroubles, withoutPlace } from "./replica-error.ts";
import { ReplicaHealth } from "./replica-health.ts";

/**
 * An upstream of several servers that compute the same. Each call goes to the replica that the routing chooses among those
 * that are well; one that gives no answer, or refuses as an overloaded or dying server does, is tried once elsewhere,
 * and so on, until an answer begins.
 */

export const routings = ["affinity", "bounded-hashing", "least-load", "round-robin", "slots"] as const;

export interface PoolOptions {
  readonly replicas: readonly ReplicaSettings[];
  readonly routing: (typeof routings)[number];
  /** Blocks that a replica is supposed to hold at first; see `AffinityPolicy`. */
  readonly cacheBlocks: number;
  /** Sequences of each replica, for the routing that chooses among them. */
  readonly slots: number;
  /** Where each replica tells its health; `undefined`: it is not asked. */
  readonly health: { readonly path: string; readonly intervalMs: number } | undefined;
  readonly takesSalt: boolean;
  readonly takesMarks?: boolean | undefined;
  readonly fanOut?: FanOutWishes;
  readonly connection: UpstreamConnection;
}

export class PoolUpstream implements Upstream {
  readonly name: string;
  readonly id: string;
  readonly takesSalt: boolean;
  readonly takesMarks: boolean | undefined;
  readonly fanOut: FanOutWishes | undefined;
  readonly credential: CredentialField | undefined;
  readonly passesAccounts: boolean | undefined;
  readonly replicas: readonly Replica[];
  readonly #policy: RoutingPolicy;
  readonly #salt: string | undefined;
  readonly #gossip: PoolGossip | undefined;
  readonly #troubles: ReplicaTroubles;
  readonly #clock: Clock;
  readonly #endChecks: () => void;
  readonly #endEvents: () => void;

  /** `id`: what stands for the pool in keys; its members may change. `talk`: how it is told what other gateways do with them. */
  constructor(
    name: string,
    id: string,
    options: PoolOptions,
    clock: Clock,
    talk?: PoolTalk,
    notice: ReplicaNotice = () => {},
  ) {
    this.name = name;
    this.id = id;
    this.takesSalt = options.takesSalt;
    this.takesMarks = options.takesMarks;
    this.fanOut = options.fanOut;
    this.credential = options.connection.credential;
    this.passesAccounts = options.connection.passesAccounts;
    this.#clock = clock;
    const urls = options.replicas.map(({ url }) => url);
    const isAffine = options.routing === "affinity";
    this.replicas = options.replicas.map(({ url, kvEvents }) => ({
      url,
      upstream: upstreamOrigin(name, url, options.connection),
      health: new ReplicaHealth(clock),
      requests: 0,
      errors: 0,
      inFlight: 0,
      isFailing: false,
      tokens: { input: 0, cached: 0 },
      slots: undefined,
      tellsCached: false,
      isHeard: isAffine && kvEvents !== undefined ? false : undefined,
    }));
    this.#policy = policyOf(options, this.replicas);
    this.#salt = talk?.salt;
    this.#troubles = new ReplicaTroubles(name, notice);
    this.#gossip =
      talk &&
      new PoolGossip({
        ...{ talk, clock, id, urls },
        routing: this.#policy instanceof AffinityPolicy ? this.#policy : undefined,
        draining: () => [...this.replicas.keys()].filter((index) => this.replicas[index]?.health.state === "draining"),
        onDrained: (index, isDraining) => this.replicas[index]?.health.drain(isDraining),
      });
    const checks = options.health && { ...options.health, asksSlots: options.routing === "slots" };
    this.#endChecks = checks === undefined ? () => {} : startHealthChecks(this.replicas, checks, clock);
    const heard = (index: number, isHeard: boolean): void => {
      (this.replicas[index] as Replica).isHeard = isHeard;
    };
    this.#endEvents =
      this.#policy instanceof AffinityPolicy ? listenToEngines(options.replicas, this.#policy, clock, heard) : () => {};
  }

  /** Of the replica with the fewest calls: what passes through has no prompt. */
  get base(): string {
    return this.#idlest().url;
  }

  get dispatcher(): Dispatcher {
    return this.#idlest().upstream.dispatcher;
  }

  async send(request: OriginRequest, signal: AbortSignal): Promise<OriginResponse> {
    const prompt = promptOf(request, this.#salt);
    const tried = new Set<number>();
    const unreached = new Map<number, OriginError>();
    for (;;) {
      const eligible = this.#eligible(tried);
      if (eligible.length === 0) throw this.#nobody();
      const nowMs = this.#clock.monotonic();
      const choice = this.#policy.choose(prompt, eligible, nowMs);
      const replica = this.replicas[choice.replica] as Replica;
      const call = new ReplicaCall(replica, prompt, this.#policy.dispatch(prompt, choice, nowMs), this.#clock);
      tried.add(choice.replica);
      this.#gossip?.placed(choice.replica, prompt.names);
      const hasOthers = this.#eligible(tried).length > 0;
      const told = (error: unknown) => this.#toldOf(replica, choice.replica, error);
      try {
        const response = await replica.upstream.send(inSlot(request, choice.slot), signal);
        const { status } = response;
        if (!isUnwell(status)) {
          const whole = () => this.#answered(replica, status);
          return call.watched(response, isStream(response), signal, { whole, failure: told });
        }
        replica.isFailing = true;
        this.#troubles.failed(replica.url, `it answers with status ${status}`);
        if (!hasOthers) {
          replica.errors++;
          replica.health.failed();
          return call.watched(response, false, signal, { whole: () => {}, failure: told });
        }
        void letGo(response.body);
        call.fail();
      } catch (error) {
        if (signal.aborted) {
          call.end();
          throw error;
        }
        call.fail();
        const hidden = told(error);
        if (hidden instanceof OriginError && hidden.failure === "unreachable") unreached.set(choice.replica, hidden);
        if (!hasOthers) throw unreached.size === tried.size ? this.#nobody(unreached) : hidden;
      }
    }
  }

  /** Those that fail, by their base URLs, when no other one is left to take calls; else `undefined`. */
  get failing(): readonly string[] | undefined {
    const left = this.replicas.some(({ health, isFailing }) => health.isEligible && !isFailing);
    return left ? undefined : this.replicas.filter(isUnfit).map(({ url }) => url);
  }

  /** How its replicas do, for metrics. */
  get metered(): readonly MeteredReplica[] {
    return this.replicas.map(({ health, inFlight }, index) => ({
      ...{ upstream: this.name, number: index + 1, state: health.state, inFlight },
    }));
  }

  told(error: OriginError): OriginError {
    return withoutPlace(error, "A replica", this.name) as OriginError;
  }

  /** No new calls come; what is under way goes on. */
  retire(): void {
    this.#endChecks();
    this.#endEvents();
    this.#gossip?.end();
  }

  /** No new calls go to it, here and at the other gateways, or they do again. */
  async drain(replica: Replica, isDraining: boolean): Promise<void> {
    replica.health.drain(isDraining);
    await this.#gossip?.drained(this.replicas.indexOf(replica), isDraining);
  }

  /** Replicas that drained in the pool whose place it takes go on draining. */
  takeOver({ replicas }: PoolUpstream): void {
    const draining = new Set(replicas.flatMap(({ url, health }) => (health.state === "draining" ? [url] : [])));
    for (const { url, health } of this.replicas) if (draining.has(url)) health.drain(true);
  }

  async close(): Promise<void> {
    this.retire();
    await Promise.all(this.replicas.map(({ upstream }) => upstream.close()));
  }

  /** An answer was there to its end: one that only began says nothing yet, for some break off each time. */
  #answered(replica: Replica, status: number): void {
    replica.health.succeeded();
    replica.isFailing = isOriginFailure(status);
    this.#troubles.answered(replica.url);
  }

  /** The failure as callers may hear of it; the operator hears where it was. */
  #toldOf(replica: Replica, index: number, error: unknown): unknown {
    replica.isFailing = true;
    this.#troubles.failed(replica.url, error);
    return withoutPlace(error, `Replica ${index + 1}`, this.name);
  }

  #eligible(tried: ReadonlySet<number>): readonly number[] {
    return this.replicas.flatMap(({ health }, index) => (health.isEligible && !tried.has(index) ? [index] : []));
  }

  #idlest(): Replica {
    const well = this.replicas.filter(({ health }) => health.isEligible);
    return (well.length > 0 ? well : this.replicas).reduce((one, other) =>
      other.inFlight < one.inFlight ? other : one,
    );
  }

  /** `unreached`: those that this call has found away, whatever was known of them before. */
  #nobody(unreached: ReadonlyMap<number, OriginError> = new Map()): OriginError {
    const states = this.replicas.map(({ health }, index) => {
      const error = unreached.get(index);
      return `replica ${index + 1} ${error === undefined ? `is ${health.state}` : outcomeOf(error)}`;
    });
    return new OriginError("unreachable", {
      status: 503,
      message: `No replica of the upstream ${this.name} takes calls: ${states.join(", ") || "it has none"}.`,
      remedy: "See GET /admin/v1/replicas, and the logs of the replicas.",
      cause: [...unreached.values()].at(-1),
    });
  }
}

/** What another replica may do better: a server that is overloaded, starts or dies says these. */
function isUnwell(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** It fails, or failed until it was left out. */
function isUnfit({ health, isFailing }: Replica): boolean {
  return isFailing || health.state === "ejected";
}

function isStream({ headers }: OriginResponse): boolean {
  return headerValue(headers, "content-type")?.startsWith("text/event-stream") === true;
}

/** Longer ones are not worth the connection. */
const longestExcuse = 64 * 1024;

/** Reads a short answer to its end, so that its connection can be used again, and hangs up on a long one. */
async function letGo(body: AsyncIterable<Uint8Array>): Promise<void> {
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > longestExcuse) return;
    }
  } catch {
    // Nobody wanted to read it.
  }
}

/** Protocols without a field for it leave the choice to the engine. */
function inSlot(request: OriginRequest, slot: number | undefined): OriginRequest {
  return slot === undefined || request.inSlot === undefined ? request : { ...request, body: request.inSlot(slot) };
}

/** `common`: a secret of the gateways that tell each other the names of its blocks. */
function promptOf({ prompt, model = "", salt = "" }: OriginRequest, common = ""): PromptBlocks {
  return blocksOf(
    prompt === undefined
      ? ""
      : prompt()
          .map(({ text }) => text)
          .join("\n"),
    lengthPrefixed([common, salt, model]),
  );
}

function policyOf({ routing, cacheBlocks: capacity, slots }: PoolOptions, all: readonly Replica[]): RoutingPolicy {
  const replicas = all.length;
  switch (routing) {
    case "affinity":
      return new AffinityPolicy({ replicas, capacity });
    case "bounded-hashing":
      return new BoundedHashing({ replicas });
    case "least-load":
      return new LeastLoad(replicas);
    case "round-robin":
      return new RoundRobin(replicas);
    case "slots":
      return new SlotPolicy({ replicas, slots, existing: (replica) => all[replica]?.slots });
  }
}
