import type { Call } from "../../core/call.ts";
import type { Clock, Random } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import type { FingerprintKey } from "../../core/fingerprint.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import { ownerMarks } from "../../core/owner-marks.ts";
import type { Question } from "../../core/question.ts";
import type { SemanticCandidate, SemanticRefusal } from "../../core/semantic.ts";
import type { Store } from "../../core/store.ts";
import type { Trace } from "../../core/trace.ts";
import type { VectorSpace, VectorStore } from "../../core/vector-store.ts";
import { type AliasKind, aliasKey, questionName, readAlias, writeAlias } from "./aliases.ts";
import type { Deciding, Verdict } from "./deciding.ts";
import type { GuardName } from "./guards/guard.ts";
import { isVolatile } from "./guards/volatile.ts";
import { hidesText } from "./hidden-text.ts";
import { type Evidence, learntKey, readEvidence, withAgreement, withBlocked } from "./learnt.ts";
import { Lessons } from "./lessons.ts";
import { type Considered, type Look, refusedLook, type Weighed } from "./look.ts";
import { isNoise } from "./noise.ts";
import { Pieces } from "./pieces.ts";
import type { QuestionVectors } from "./question-vectors.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";
import { StoredReadings } from "./stored-readings.ts";
import { TenantPools } from "./tenant-pools.ts";

/**
 * An earlier question that asks the same in other words. Only questions of one context are compared. They are looked for
 * where it is cheapest first: under the same text, under the same content in the same order, and last among the
 * nearest by vector. Whatever is found that way is read beside the question: guards veto, the scorer says how likely
 * its answer is right, and the boundary decides with what is known of that entry. What is returned are places in the
 * exact layer; whether anything there may still be served is judged there.
 */

export interface SemanticLayerParts {
  readonly secret: FingerprintKey;
  readonly store: Store;
  readonly vectors: VectorStore;
  readonly questions: QuestionVectors;
  readonly newDeciding: () => Deciding;
  readonly lexicon: () => Lexicon;
  /** Resolves when the models are read, which the first look-up begins if nothing else did. Never rejects. */
  readonly prepared: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** Resolves when others had their turn. */
  readonly nextTurn: () => Promise<void>;
  readonly limits: SemanticLimits;
}

export interface SemanticLimits {
  /** UTF-16 units; longer texts are not compared. */
  readonly maxTextLength: number;
  /** How long a look-up waits for a store. */
  readonly lookupBudgetMs: number;
}

const always = (): boolean => true;

/** How many of the nearest are read. */
const mostNeighbours = 8;

const aliasKinds: readonly AliasKind[] = ["normal", "judged", "signature"];

interface Found {
  readonly slot: string;
  readonly text: string;
  readonly tier: SemanticCandidate["tier"];
  readonly similarity: number | undefined;
}

export class SemanticLayer {
  readonly name = "semantic" as const;
  readonly #parts: SemanticLayerParts;
  /** What was learnt, by tenant. */
  readonly pools: TenantPools;
  readonly #lessons: Lessons;
  /** Stored questions as they were read, in memory. */
  readonly readings: StoredReadings;

  constructor(parts: SemanticLayerParts) {
    this.#parts = parts;
    this.#lessons = new Lessons(parts);
    this.pools = new TenantPools({ ...parts, model: parts.questions.model });
    this.readings = new StoredReadings(parts.lexicon);
  }

  /** Keeps what was learnt. */
  close(): Promise<void> {
    return this.pools.save();
  }

  /** Never rejects: what fails is a refusal with its reason. */
  async look(call: Call, question: Question): Promise<Look> {
    const { clock, limits, lexicon, nextTurn, questions, secret } = this.#parts;
    const pieces = new Pieces(clock, nextTurn);
    const partition = call.partition(question.context);
    const { text } = question;
    const refused = (refusal: SemanticRefusal, more: Partial<Look> = {}): Look => ({
      ...refusedLook(call, partition, refusal),
      ...more,
    });
    if (text.length > limits.maxTextLength) return refused("too_long");
    let reading: Reading;
    await this.#parts.prepared();
    try {
      reading = readText(text, lexicon());
      await this.pools.of(call.principal.tenant).memory.restored();
    } catch {
      return refused("model_unavailable");
    }
    if (reading.normal === "") return refused("empty");
    if (isVolatile(reading)) return refused("volatile");
    if (hidesText(text) || (reading.language !== "other" && isNoise(text, lexicon()))) return refused("noise");
    const name = questionName(secret, partition, reading.normal);
    const known = { reading, name };

    const aliases = await this.#aliases(call, partition, reading);
    if (aliases === undefined) return refused("store_unavailable", known);
    const early = await this.#consider(call, { reading, name, pieces }, aliases);
    if (early === undefined) return refused("store_unavailable", known);
    if (early.candidates.some(({ verdict }) => verdict.serve) || reading.language === "other")
      return { ...refused("no_candidate", known), ...early };

    const embedded = await questions.of(call.principal.tenant, text);
    if ("refusal" in embedded) return { ...refused(embedded.refusal, known), candidates: early.candidates };
    const { vector } = embedded;
    const near = await this.#nearest(call, partition, vector);
    if (near === undefined)
      return { ...refused("vectors_unavailable", { ...known, vector }), candidates: early.candidates };
    const seen = new Set(aliases.map(({ slot }) => slot));
    const all = [...aliases, ...near.filter(({ slot }) => !seen.has(slot))];
    const considered = await this.#consider(call, { reading, name, pieces }, all);
    if (considered === undefined) return refused("store_unavailable", { ...known, vector });
    return { ...refused("no_candidate", { ...known, vector }), ...considered };
  }

  /**
   * From now on the question is found. `slot`: where its answer was stored; `deleteAt`: when that is gone; `isWanted` is
   * asked before each write.
   */
  async record(look: Look, slot: string, deleteAt: number, isWanted: () => boolean = always): Promise<void> {
    const { call, partition, reading } = look;
    if (reading === undefined || reading.normal === "") return;
    const { secret, trace, questions, vectors } = this.#parts;
    if (!isWanted()) return;
    await this.#setAlias(look, "normal", { slot, text: reading.text }, deleteAt);
    if (reading.signature === undefined || !isWanted()) return;
    await this.#setAlias(look, "signature", { slot, text: reading.text }, deleteAt);
    const embedded =
      look.vector === undefined
        ? await questions.of(call.principal.tenant, reading.text, "patient")
        : { vector: look.vector };
    if ("refusal" in embedded || !isWanted()) return;
    const { vector } = embedded;
    const note = Buffer.from(reading.text, "utf8");
    const item = { id: slot, vector, note, deleteAt, owner: call.principal, marks: ownerMarks(secret, call) };
    try {
      await vectors.put(this.#space(call, partition, vector), item);
    } catch {
      trace({ type: "vector-fault", store: vectors.name, operation: "put", kind: "error" });
    }
  }

  /** A judge has found that the question asks what the candidate's did: they share its answer from now on. */
  async promote(look: Look, { slot }: SemanticCandidate, deleteAt: number): Promise<void> {
    if (look.reading === undefined) return;
    await this.#setAlias(look, "judged", { slot, text: look.reading.text }, deleteAt);
    this.#parts.trace({ type: "semantic-promotion" });
  }

  /** Notes whether the candidate's answer would have been right, or was, if it was served. `marks`: whose answer it is. */
  async learn(
    tenant: string,
    candidate: Weighed,
    right: boolean,
    { wasServed, marks }: { readonly wasServed: boolean; readonly marks: readonly string[] },
  ): Promise<void> {
    const { deciding, memory } = this.pools.of(tenant);
    const { verdict } = candidate;
    // What was drawn to be checked: served, or kept back because of what checks have shown.
    const isAudit = verdict.audit && (wasServed || !verdict.serve);
    if (isAudit) deciding.audited(candidate, right, verdict.bound);
    let before = candidate.evidence;
    await this.#lessons
      .update(
        tenant,
        candidate.slot,
        (evidence) => {
          before = evidence;
          return deciding.learn(candidate, evidence, right);
        },
        marks,
      )
      // What could not be noted of the entry is learnt another time.
      .catch(() => {});
    await memory.noted(() => {
      if (isAudit) deciding.audited(candidate, right, verdict.bound);
      deciding.learn(candidate, before, right);
    });
  }

  /**
   * Whoever asks `question` never gets the answer at `slot` again as that to a like question. `marks`: whose answer it is,
   * and whose question, where that is known. Rejects with `StoreUnavailableError` where that could not be kept.
   */
  async block(tenant: string, slot: string, question: string, marks: readonly string[] | undefined): Promise<void> {
    await this.#lessons.update(tenant, slot, (evidence) => withBlocked(evidence, question), marks);
  }

  /** An origin has answered `member` as the answer of this digest at `slot` does. Never rejects. */
  async agree(
    tenant: string,
    slot: string,
    { member, answer, marks }: { readonly member: string; readonly answer: string; readonly marks: readonly string[] },
  ): Promise<void> {
    const agreed = (evidence: Evidence): Evidence => withAgreement(evidence, member, answer);
    await this.#lessons.update(tenant, slot, agreed, marks).catch(() => {});
  }

  /** The answer at `slot` is gone: its vector is not looked at any more. */
  async forget(tenant: string, slot: string): Promise<void> {
    const { trace, vectors } = this.#parts;
    this.readings.forget(slot);
    try {
      await vectors.delete({ tenant, ids: [slot] });
    } catch {
      trace({ type: "vector-fault", store: vectors.name, operation: "delete", kind: "error" });
    }
  }

  async #aliases(call: Call, partition: string, reading: Reading): Promise<readonly Found[] | undefined> {
    const { secret } = this.#parts;
    const texts = { normal: reading.normal, judged: reading.normal, signature: reading.signature };
    const kinds = aliasKinds.filter((kind) => texts[kind] !== undefined);
    const keys = kinds.map((kind) => aliasKey(secret, partition, kind, texts[kind] as string));
    const values = await this.#read(call.principal.tenant, keys);
    return values?.flatMap((bytes, index): readonly Found[] => {
      const alias = readAlias(bytes);
      return alias === undefined || alias.slot === call.key
        ? []
        : [{ slot: alias.slot, text: alias.text, tier: kinds[index] as AliasKind, similarity: undefined }];
    });
  }

  async #nearest(call: Call, partition: string, vector: Float32Array): Promise<readonly Found[] | undefined> {
    const { clock, limits, trace, vectors } = this.#parts;
    const fault = (kind: "timeout" | "error") =>
      trace({ type: "vector-fault", store: vectors.name, operation: "nearest", kind });
    try {
      const matches = await withDeadline(
        vectors.nearest(this.#space(call, partition, vector), vector, mostNeighbours),
        limits.lookupBudgetMs,
        clock,
        () => undefined,
      );
      if (matches === undefined) fault("timeout");
      // What stands under the call's own key was judged already.
      return matches
        ?.filter(({ id }) => id !== call.key)
        .map(({ id, similarity, note }) => ({
          slot: id,
          text: Buffer.from(note.buffer, note.byteOffset, note.byteLength).toString("utf8"),
          tier: "vector" as const,
          similarity: Math.min(1, Math.max(0, similarity)),
        }));
    } catch {
      fault("error");
      return undefined;
    }
  }

  /** Guards, scorer and boundary over what was found. `undefined` when what was learnt cannot be read. */
  async #consider(
    call: Call,
    { reading, name, pieces }: { readonly reading: Reading; readonly name: string; readonly pieces: Pieces },
    found: readonly Found[],
  ) {
    const { tenant } = call.principal;
    const { deciding } = this.pools.of(tenant);
    let guard: GuardName | undefined;
    const passed: (SemanticCandidate & { readonly text: string })[] = [];
    for (const { slot, tier, similarity, text } of found) {
      if (pieces.isLong) await pieces.next();
      const weighed = deciding.weigh(reading, { read: () => this.readings.of(slot, text), tier, similarity });
      if (weighed.veto === undefined) passed.push({ slot, tier, similarity, text, score: weighed.score });
      else guard ??= weighed.veto;
    }
    if (passed.length === 0)
      return { candidates: [], refusal: found.length === 0 ? ("no_candidate" as const) : ("guard" as const), guard };
    const learnt = await this.#read(
      tenant,
      passed.map(({ slot }) => learntKey(slot)),
    );
    if (learnt === undefined) return undefined;
    const candidates = passed.map((candidate, index): Considered => {
      const evidence = readEvidence(learnt[index]);
      const verdict: Verdict = evidence.blocked.includes(name)
        ? { serve: false, reason: "blocked", bound: 0, audit: false }
        : deciding.decide(candidate, evidence, call.directives.threshold);
      return { ...candidate, evidence, verdict };
    });
    candidates.sort((a, b) => Number(b.verdict.serve) - Number(a.verdict.serve) || b.score - a.score);
    const best = candidates[0]?.verdict;
    return { candidates, refusal: best?.serve === false ? best.reason : undefined, guard: undefined };
  }

  async #setAlias(
    { call, partition, reading }: Look,
    kind: AliasKind,
    alias: { readonly slot: string; readonly text: string },
    deleteAt: number,
  ): Promise<void> {
    const { secret, store } = this.#parts;
    const text = kind === "signature" ? reading?.signature : reading?.normal;
    if (text === undefined) return;
    const marks = ownerMarks(secret, call);
    try {
      await store.set(call.principal.tenant, aliasKey(secret, partition, kind, text), writeAlias({ ...alias, marks }), {
        deleteAt,
        priority: "low",
        owner: call.principal,
      });
    } catch {
      // The answer itself is stored; it is only not found by this text.
    }
  }

  async #read(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[] | undefined> {
    const { clock, limits, store } = this.#parts;
    try {
      return await withDeadline(store.get(tenant, keys), limits.lookupBudgetMs, clock, () => undefined as never);
    } catch {
      return undefined;
    }
  }

  #space(call: Call, partition: string, vector: Float32Array): VectorSpace {
    return {
      tenant: call.principal.tenant,
      partition,
      model: this.#parts.questions.model,
      dimensions: vector.length,
    };
  }
}
