import type { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import type { PromptBlocks } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";

/**
 * Several gateways before one pool, in virtual time: each call comes to one of them by chance, and each chooses by what it
 * knows. Where they tell each other what they have at the replicas, they do so every so often, and some of it is lost.
 */

export interface GossipOptions {
  readonly everyMs: number;
  /** Share of messages that do not arrive. */
  readonly lost: number;
}

type Gateway = RoutingPolicy & Partial<Pick<AffinityPolicy, "backlog" | "hear" | "heardPlaced">>;

interface Placed {
  readonly replica: number;
  readonly names: readonly number[];
}

export class GatewayFleet implements RoutingPolicy {
  readonly name = "fleet";
  readonly #gateways: readonly Gateway[];
  readonly #replicas: number;
  readonly #chance: () => number;
  readonly #gossip: GossipOptions | undefined;
  #nextAtMs = 0;
  #turn: Gateway;
  /** What each has sent since it told. */
  readonly #placed = new Map<Gateway, Placed[]>();

  constructor(
    gateways: readonly Gateway[],
    options: { readonly replicas: number; readonly chance: () => number; readonly gossip?: GossipOptions },
  ) {
    this.#gateways = gateways;
    this.#replicas = options.replicas;
    this.#chance = options.chance;
    this.#gossip = options.gossip;
    this.#turn = gateways[0] as Gateway;
  }

  choose(prompt: PromptBlocks, eligible: readonly number[], nowMs: number): Choice {
    if (this.#gossip !== undefined && nowMs >= this.#nextAtMs) {
      this.#nextAtMs = nowMs + this.#gossip.everyMs;
      this.#tell(this.#gossip.lost, nowMs);
    }
    this.#turn = this.#gateways[Math.floor(this.#chance() * this.#gateways.length)] as Gateway;
    return this.#turn.choose(prompt, eligible, nowMs);
  }

  dispatch(prompt: PromptBlocks, choice: Choice, nowMs: number): Dispatched {
    const placed = this.#placed.get(this.#turn) ?? [];
    placed.push({ replica: choice.replica, names: prompt.names });
    this.#placed.set(this.#turn, placed);
    return this.#turn.dispatch(prompt, choice, nowMs);
  }

  forget(replica: number): void {
    for (const gateway of this.#gateways) gateway.forget(replica);
  }

  #tell(lost: number, nowMs: number): void {
    for (const [index, one] of this.#gateways.entries()) {
      const backlogs = Array.from({ length: this.#replicas }, (_, replica) => one.backlog?.(replica, nowMs));
      const placed = this.#placed.get(one) ?? [];
      this.#placed.delete(one);
      for (const other of this.#gateways) {
        if (other === one || this.#chance() < lost) continue;
        other.hear?.(String(index), backlogs, nowMs);
        for (const { replica, names } of placed) other.heardPlaced?.(replica, names);
      }
    }
  }
}
