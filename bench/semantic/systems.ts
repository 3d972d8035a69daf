import type { Random } from "../../src/core/clock.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Embedder } from "../../src/core/embedder.ts";
import { silentTrace } from "../../src/core/trace.ts";
import { builtin } from "../../src/embedders/builtin.ts";
import type { Look } from "../../src/layers/semantic/look.ts";
import { readSettings } from "../../src/options.ts";
import { assembleSemantic } from "../../src/semantic-assembly.ts";
import { memory } from "../../src/stores/memory.ts";
import { type EmbeddedVectorsOptions, embedded } from "../../src/vectors/embedded.ts";
import { type AskedQuestion, ask, type Message, secret } from "./asking.ts";
import { chanceFrom } from "./near-repeats.ts";

/**
 * What is compared: the semantic layer as the product assembles it, and a plain cache that serves whatever has a cosine
 * of a threshold. Each answers the same questions over an empty cache of its own.
 */

/** What a cache says to a question. */
export interface Seen {
  /** The key of the call whose answer is, or would be, served; `undefined` where nothing came into question. */
  readonly slot: string | undefined;
  /** How sure it is, from 0 to 1; without a slot 0. */
  readonly score: number;
  /** `undefined` where a threshold that is yet to be chosen decides. */
  readonly serves: boolean | undefined;
  /** Why nothing is served. */
  readonly why: string;
}

export interface MeasuredCache {
  /** Looks the question up. */
  look(asked: AskedQuestion): Promise<Seen>;
  /** The question that was looked up last has got its answer. */
  record(asked: AskedQuestion): Promise<void>;
  close(): Promise<void>;
}

export interface System {
  readonly name: string;
  readonly vectors: "built-in" | "MiniLM";
  /** Of systems that serve by a score alone: at which. */
  readonly thresholds: readonly number[];
  /** Whether the words before the last ones count. */
  readonly readsContext: boolean;
  open(): MeasuredCache;
}

/** The strategies of the product. */
export function layerSystem(
  strategy: "verified" | "threshold",
  vectors: System["vectors"],
  embedder: Embedder,
): System {
  return {
    name: `Reprise, ${strategy}`,
    vectors,
    thresholds: [],
    readsContext: true,
    open: () => new LayerCache(strategy, embedder, vectors),
  };
}

/** As most caches do it: the nearest by cosine, from a threshold on. */
export function cosineSystem(vectors: System["vectors"], embedder: Embedder): System {
  return {
    name: "plain cosine",
    vectors,
    thresholds: [0.8, 0.9, 0.92, 0.95],
    readsContext: false,
    open: () => new CosineCache(embedder),
  };
}

export function builtinEmbedder(): Embedder {
  return builtin();
}

const dayMs = 24 * 60 * 60 * 1000;
const vectorBounds = { maxVectors: 300_000, bytesScannedAtOnce: Number.POSITIVE_INFINITY };

export class LayerCache implements MeasuredCache {
  readonly #assembled;
  #last: Look | undefined;

  constructor(
    strategy: "verified" | "threshold",
    embedder: Embedder,
    vectors: System["vectors"],
    bounds: EmbeddedVectorsOptions = vectorBounds,
  ) {
    const kind = vectors === "built-in" ? "builtin" : "transformers";
    const semantic = { mode: "serve", strategy, embedder: { kind } };
    const reading = readSettings({ layers: { semantic } });
    if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
    const chance = chanceFrom(17);
    const random: Random = { bytes: (length) => new Uint8Array(length), fraction: chance };
    // The path from candidates to answers is not measured here, so what only it needs is left out.
    const unused = undefined as never;
    this.#assembled = assembleSemantic(
      reading.settings,
      { embedder, vectors: embedded(bounds) },
      {
        ...{ exact: unused, replayer: unused, costs: unused, embeddings: unused },
        ...{ clock: systemClock, random, trace: silentTrace, secret },
        store: memory({ maxBytes: 1024 * 1024 * 1024 }),
        lookupBudgetMs: 60_000,
        vectorBytes: 256 * 1024 * 1024,
      },
    );
  }

  async look({ call, question }: AskedQuestion): Promise<Seen> {
    const { layer } = this.#opened();
    const look = await layer.look(call, question);
    this.#last = look;
    const [best] = look.candidates;
    if (best === undefined) return { slot: undefined, score: 0, serves: false, why: look.guard ?? look.refusal ?? "" };
    const serves = best.verdict.serve;
    return { slot: best.slot, score: best.score, serves, why: serves ? best.tier : (look.refusal ?? "") };
  }

  async record({ call }: AskedQuestion): Promise<void> {
    if (this.#last?.call !== call) throw new Error("another question was looked up last");
    await this.#opened().layer.record(this.#last, call.key, Date.now() + dayMs);
  }

  /** Records the question without looking among what is stored; in `elsewhere` nothing ever is. */
  async fill({ call, question }: AskedQuestion, elsewhere: readonly Message[]): Promise<void> {
    const { layer } = this.#opened();
    const other = ask(question.text, elsewhere);
    const look = await layer.look(other.call, other.question);
    await layer.record({ ...look, call, partition: call.partition(question.context) }, call.key, Date.now() + dayMs);
  }

  async close(): Promise<void> {
    await this.#opened().close();
  }

  #opened() {
    if (this.#assembled === undefined) throw new Error("the semantic layer is off");
    return this.#assembled;
  }
}

class CosineCache implements MeasuredCache {
  readonly #vectors = embedded(vectorBounds);
  readonly #embedder: Embedder;
  #last: Float32Array | undefined;

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
  }

  async look({ call, question }: AskedQuestion): Promise<Seen> {
    const [vector] = await this.#embedder.embed([question.text]);
    this.#last = vector;
    if (vector === undefined) return { slot: undefined, score: 0, serves: false, why: "no vector" };
    const [best] = await this.#vectors.nearest(this.#space(call.partition(question.context), vector), vector, 1);
    if (best === undefined) return { slot: undefined, score: 0, serves: false, why: "nothing stored" };
    return { slot: best.id, score: Math.max(0, best.similarity), serves: undefined, why: "" };
  }

  async record({ call, question }: AskedQuestion): Promise<void> {
    const vector = this.#last;
    if (vector === undefined) return;
    const item = { id: call.key, vector, note: new Uint8Array(), deleteAt: Number.POSITIVE_INFINITY };
    await this.#vectors.put(this.#space(call.partition(question.context), vector), item);
  }

  async close(): Promise<void> {
    await this.#vectors.close();
  }

  #space(partition: string, vector: Float32Array) {
    return { tenant: "bench", partition, model: this.#embedder.name, dimensions: vector.length };
  }
}
