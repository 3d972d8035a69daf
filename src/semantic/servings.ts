import { LRUCache } from "lru-cache";
import type { FingerprintKey } from "../core/fingerprint.ts";
import type { FoundEntry } from "../core/layer.ts";
import { ownerMarks, ownerMarksOf } from "../core/owner-marks.ts";
import type { Considered, Look, Weighed } from "../layers/semantic/look.ts";

/** What was served lately for like questions, by the question and the slot: for those who report on it. */

export interface Serving {
  readonly candidate: Weighed;
  /** Whose answer it was. */
  readonly marks: readonly string[];
  /** The same, and who got it. */
  readonly everybody: readonly string[];
}

interface Kept extends Serving {
  readonly tenant: string;
  /** What was said of it already. */
  readonly told: Set<boolean>;
}

const mostServings = 5_000;

export class Servings {
  readonly #secret: FingerprintKey;
  readonly #kept = new LRUCache<string, Kept>({ max: mostServings });

  constructor(secret: FingerprintKey) {
    this.#secret = secret;
  }

  /** Without the text, so that what is kept is small however long questions are. */
  note({ call, name }: Look, { text: _, ...candidate }: Considered, found: FoundEntry): void {
    const marks = this.marksOf(found);
    const everybody = [...marks, ...ownerMarks(this.#secret, call)];
    this.#kept.set(`${name} ${candidate.slot}`, {
      ...{ candidate, marks, everybody },
      ...{ tenant: call.principal.tenant, told: new Set<boolean>() },
    });
  }

  find(tenant: string, slot: string, question: string): Serving | undefined {
    const serving = this.#kept.get(`${question} ${slot}`);
    return serving?.tenant === tenant ? serving : undefined;
  }

  /** Whether nobody has said so of this serving before: one that is reported again and again teaches once. */
  isNews(tenant: string, slot: string, question: string, right: boolean): boolean {
    const kept = this.#kept.get(`${question} ${slot}`);
    if (kept?.tenant !== tenant || kept.told.has(right)) return false;
    kept.told.add(right);
    return true;
  }

  marksOf({ entry }: FoundEntry): readonly string[] {
    const names = entry.generations.map(({ scope }) => scope);
    return ownerMarksOf(this.#secret, entry.tenant, names);
  }
}
