import type { TraceEvent } from "../../core/trace.ts";
import { Account } from "../account.ts";

/** What is counted of the semantic layer. */

/** Fiftieths from one half up; a model for sentences finds everything above one half like everything else. */
export const similarityBounds: readonly number[] = Array.from({ length: 26 }, (_, index) => (50 + 2 * index) / 100);

interface Verdicts {
  right: number;
  wrong: number;
}

export class SemanticTally {
  looks = 0;
  hits = 0;
  wouldHits = 0;
  readonly observed = new Account();
  /** One for each bound, and one for what is above. */
  readonly similarities: number[] = new Array(similarityBounds.length + 1).fill(0);
  readonly refusals = new Map<string, number>();
  readonly vetoes = new Map<string, number>();
  readonly verdicts = new Map<string, Verdicts>();

  get isEmpty(): boolean {
    return this.looks === 0 && this.observed.answers === 0 && this.verdicts.size === 0;
  }

  hear(event: TraceEvent): boolean {
    switch (event.type) {
      case "semantic-look":
        this.looks++;
        if (event.result === "hit") this.hits++;
        if (event.result === "would_hit") this.wouldHits++;
        if (event.reason !== undefined) add(this.refusals, event.reason, 1);
        if (event.guard !== undefined) add(this.vetoes, event.guard, 1);
        if (event.similarity !== undefined) this.addSimilar(bucketOf(event.similarity), 1);
        return true;
      case "semantic-verdict":
        this.judge(event.by, event.right ? { right: 1, wrong: 0 } : { right: 0, wrong: 1 });
        return true;
      case "semantic-observed":
        this.observed.add(event.cost);
        return true;
      default:
        return false;
    }
  }

  merge(other: SemanticTally): void {
    if (other.isEmpty) return;
    this.looks += other.looks;
    this.hits += other.hits;
    this.wouldHits += other.wouldHits;
    this.observed.merge(other.observed);
    other.similarities.forEach((count, bucket) => {
      this.addSimilar(bucket, count);
    });
    for (const [reason, count] of other.refusals) add(this.refusals, reason, count);
    for (const [guard, count] of other.vetoes) add(this.vetoes, guard, count);
    for (const [by, verdicts] of other.verdicts) this.judge(by, verdicts);
  }

  addSimilar(bucket: number, count: number): void {
    this.similarities[bucket] = (this.similarities[bucket] as number) + count;
  }

  judge(by: string, { right, wrong }: Readonly<Verdicts>): void {
    const verdicts = this.verdicts.get(by) ?? { right: 0, wrong: 0 };
    verdicts.right += right;
    verdicts.wrong += wrong;
    this.verdicts.set(by, verdicts);
  }
}

export function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function bucketOf(similarity: number): number {
  const bucket = similarityBounds.findIndex((bound) => similarity <= bound);
  return bucket < 0 ? similarityBounds.length : bucket;
}
