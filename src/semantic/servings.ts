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

const mostServings = 5_000;

export class Servings {
  readonly #secret: FingerprintKey;
  readonly #kept = new LRUCache<string, Serving & { readonly tenant: string }>({ max: mostServings });

  constructor(secret: FingerprintKey) {
    this.#secret = secret;
  }

  /** Without the text, so that what is kept is small however long questions are. */
  note({ call, name }: Look, { text: _, ...candidate }: Considered, found: FoundEntry): void {
    const marks = this.marksOf(found);
    const everybody = [...marks, ...ownerMarks(this.#secret, call)];
    this.#kept.set(`${name} ${candidate.slot}`, {
      ...{ candidate, marks, everybody },
      tenant: call.principal.tenant,
    });
  }

  find(tenant: string, slot: string, question: string): Serving | undefined {
    const serving = this.#kept.get(`${question} ${slot}`);
    return serving?.tenant === tenant ? serving : undefined;
  }

  marksOf({ entry }: FoundEntry): readonly string[] {
    const names = entry.generations.map(({ scope }) => scope);
    return ownerMarksOf(this.#secret, entry.tenant, names);
  }
}
