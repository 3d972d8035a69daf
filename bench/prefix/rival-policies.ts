import { InFlight } from "../../src/layers/prefix/routing/in-flight.ts";
import { PrefixIndex } from "../../src/layers/prefix/routing/prefix-index.ts";
import type { PromptBlocks } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";

/**
 * The policies of other routers, as far as their documentation and sources describe them, in the smallest form: they are
 * not these products. Each keeps its own idea of what replicas have, without bound where the router has none.
 */

abstract class Rival implements RoutingPolicy {
  abstract readonly name: string;
  protected readonly index: PrefixIndex;
  protected readonly inFlight: InFlight;

  constructor(replicas: number, capacity: number) {
    this.index = new PrefixIndex({ replicas, capacity });
    this.inFlight = new InFlight(replicas);
  }

  abstract choose(prompt: PromptBlocks, eligible: readonly number[]): Choice;

  dispatch({ names }: PromptBlocks, { replica }: Choice): Dispatched {
    this.index.put(replica, names);
    return this.inFlight.dispatch(replica);
  }

  forget(): void {}

  protected spread(eligible: readonly number[]): { readonly least: number; readonly most: number } {
    const counts = eligible.map((replica) => this.inFlight.of(replica));
    return { least: Math.min(...counts), most: Math.max(...counts) };
  }
}

/** SGLang's gateway: the longest match if it is long enough, else the smallest tree; the shortest queue when loads part. */
export class CacheAware extends Rival {
  readonly name: string;
  readonly #threshold: number;
  readonly #absolute: number;
  readonly #relative: number;

  constructor(replicas: number, capacity: number, threshold: number, absolute: number, relative: number) {
    super(replicas, capacity);
    this.name = `cache-aware ${threshold}/${absolute}/${relative}`;
    this.#threshold = threshold;
    this.#absolute = absolute;
    this.#relative = relative;
  }

  choose({ names }: PromptBlocks, eligible: readonly number[]): Choice {
    const { least, most } = this.spread(eligible);
    if (most - least > this.#absolute && most > this.#relative * least)
      return { replica: this.inFlight.least(eligible), expected: 0 };
    const depths = this.index.match(names);
    const longest = bestBy(eligible, (replica) => -(depths[replica] as number));
    if ((depths[longest] as number) / Math.max(1, names.length) > this.#threshold)
      return { replica: longest, expected: 0 };
    return { replica: bestBy(eligible, (replica) => this.index.sizeOf(replica)), expected: 0 };
  }
}

/** AIBrix: the longest match among those not far above the mean load; the shortest queue when loads part. */
export class Aibrix extends Rival {
  readonly name = "AIBrix 8/1";

  choose({ names }: PromptBlocks, eligible: readonly number[]): Choice {
    const { least, most } = this.spread(eligible);
    if (most - least > 8) return { replica: this.inFlight.least(eligible), expected: 0 };
    const counts = eligible.map((replica) => this.inFlight.of(replica));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const deviation = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
    const depths = this.index.match(names);
    const order = [...eligible].sort(
      (a, b) => (depths[b] as number) - (depths[a] as number) || this.inFlight.of(a) - this.inFlight.of(b),
    );
    const replica = order.find((one) => (depths[one] as number) > 0 && this.inFlight.of(one) <= mean + deviation);
    return { replica: replica ?? this.inFlight.least(eligible), expected: 0 };
  }
}

/** llm-d: a weighted sum of the match, the room in the cache and the queue, 3 to 2 to 2. */
export class LlmD extends Rival {
  readonly name = "llm-d 3/2/2";
  readonly #capacity: number;

  constructor(replicas: number, capacity: number) {
    super(replicas, capacity);
    this.#capacity = capacity;
  }

  choose({ names }: PromptBlocks, eligible: readonly number[]): Choice {
    const depths = this.index.match(names);
    const { least, most } = this.spread(eligible);
    const queue = (replica: number): number =>
      most === least ? 1 : (most - this.inFlight.of(replica)) / (most - least);
    const room = (replica: number): number => 1 - this.index.sizeOf(replica) / this.#capacity;
    const score = (replica: number): number =>
      3 * ((depths[replica] as number) / Math.max(1, names.length)) + 2 * room(replica) + 2 * queue(replica);
    return { replica: bestBy(eligible, (replica) => -score(replica)), expected: 0 };
  }
}

/** NVIDIA Dynamo: the blocks that are to be computed, those under way among them, and the blocks that are in use. */
export class Dynamo extends Rival {
  readonly name = "Dynamo";
  readonly #prefill: number[];
  readonly #decode: number[];

  constructor(replicas: number, capacity: number) {
    super(replicas, capacity);
    this.#prefill = Array(replicas).fill(0);
    this.#decode = Array(replicas).fill(0);
  }

  choose({ names }: PromptBlocks, eligible: readonly number[]): Choice {
    const depths = this.index.match(names);
    const cost = (replica: number): number =>
      names.length -
      (depths[replica] as number) +
      (this.#prefill[replica] as number) +
      (this.#decode[replica] as number);
    const replica = bestBy(eligible, cost);
    return { replica, expected: depths[replica] as number };
  }

  override dispatch(prompt: PromptBlocks, choice: Choice): Dispatched {
    const { replica, expected } = choice;
    const lacking = prompt.names.length - expected;
    this.#prefill[replica] = (this.#prefill[replica] as number) + lacking;
    this.#decode[replica] = (this.#decode[replica] as number) + prompt.names.length;
    const plain = super.dispatch(prompt, choice);
    return {
      begun: () => {
        this.#prefill[replica] = (this.#prefill[replica] as number) - lacking;
      },
      told: () => {},
      ended: (atMs) => {
        this.#decode[replica] = (this.#decode[replica] as number) - prompt.names.length;
        plain.ended(atMs);
      },
    };
  }
}

function bestBy(eligible: readonly number[], cost: (replica: number) => number): number {
  let best = eligible[0] as number;
  let least = cost(best);
  for (const replica of eligible.slice(1)) {
    const one = cost(replica);
    if (one < least) [best, least] = [replica, one];
  }
  return best;
}
