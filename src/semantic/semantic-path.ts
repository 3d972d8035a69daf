import type { Asked, Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import type { EntryPlace } from "../core/entry-id.ts";
import { contentDigest, type FingerprintKey } from "../core/fingerprint.ts";
import type { Judge } from "../core/judge.ts";
import type { AnswerLayer, FoundEntry } from "../core/layer.ts";
import type { Stored } from "../core/outcome.ts";
import { ownerMarks } from "../core/owner-marks.ts";
import type { Demand, Question } from "../core/question.ts";
import type { AnswerFacts } from "../core/recording.ts";
import type { SemanticRefusal } from "../core/semantic.ts";
import type { Sharing } from "../core/shared-scope.ts";
import type { Trace } from "../core/trace.ts";
import type { Costs } from "../costs.ts";
import type { CompleteAnswer } from "../flights/origin-answer.ts";
import type { Replayer } from "../layers/exact/replay.ts";
import { agreements } from "../layers/semantic/learnt.ts";
import type { Considered, Look } from "../layers/semantic/look.ts";
import type { SemanticLayer } from "../layers/semantic/semantic-layer.ts";
import { agreement, isPlainText } from "./answer-agreement.ts";
import type { AuditBudget } from "./audit-budget.ts";
import { Servings } from "./servings.ts";

/**
 * From like questions to answers. On the way to the origin the layer's candidates are looked up in the exact layer, which
 * alone decides whether they may still be served. When the origin has answered, what was seen on the way is learnt
 * from, off the way: whether a candidate would have been right, what merely observing would have saved, and that the
 * question can be found from now on.
 */

export interface SemanticPathParts {
  readonly layer: SemanticLayer;
  readonly exact: AnswerLayer;
  readonly replayer: Replayer;
  readonly costs: Costs;
  readonly secret: FingerprintKey;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly lookupBudgetMs: number;
  /** Demands of questions that are compared in spite of them. */
  readonly allowed: ReadonlySet<Demand>;
  readonly judge: Judge | undefined;
  readonly audit: AuditBudget;
  /** The tenant of those whom nobody knows, where they may neither add questions nor be answered by them. */
  readonly leftOut?: string | undefined;
}

export interface LikeAnswer {
  readonly found: FoundEntry;
  readonly candidate: Considered;
  /** Names the question, for who reports that the answer is wrong. */
  readonly question: string;
  /** The answer is to be computed as well, to see whether this one was right. */
  readonly isToBeAudited: boolean;
}

/** UTF-16 units that are kept of a question, to be shown. */
const keptLength = 300;

/** How many candidates are looked up before the call is a miss. */
const mostTries = 3;

export class SemanticPath {
  readonly #parts: SemanticPathParts;
  readonly #looks = new WeakMap<Asked, { readonly look: Look; readonly served: Considered | undefined }>();
  readonly #questions = new WeakMap<Asked, Question | SemanticRefusal>();
  readonly #pending = new Map<Promise<void>, Call>();
  /** Calls of tenants that were erased meanwhile. */
  readonly #forgotten = new WeakSet<Call>();
  readonly #servings: Servings;

  constructor(parts: SemanticPathParts) {
    this.#parts = parts;
    this.#servings = new Servings(parts.secret);
  }

  /** Whether a stored answer to a like question may be served. */
  serves(call: Call): boolean {
    return call.policy.semantic === "serve" && isWanted(call);
  }

  /** The beginning of the question, for who looks at its answer: of a question whose text is kept anyway. */
  keptQuestion(asked: Asked): string | undefined {
    if (asked.call.policy.semantic === "off" || !isWanted(asked.call)) return undefined;
    const question = this.#question(asked);
    return typeof question === "string" ? undefined : question.text.slice(0, keptLength).toWellFormed();
  }

  /** The answer to a like question, if one may be served. Never rejects. */
  async find(asked: Asked): Promise<LikeAnswer | undefined> {
    const startedAt = this.#parts.clock.monotonic();
    try {
      return await this.#find(asked, startedAt);
    } catch {
      this.#tell(asked.call, undefined, "failed", undefined, startedAt);
      return undefined;
    }
  }

  async #find(asked: Asked, startedAt: number): Promise<LikeAnswer | undefined> {
    const { audit, clock } = this.#parts;
    const question = this.#question(asked);
    if (typeof question === "string") {
      this.#tell(asked.call, undefined, question, undefined, startedAt);
      return undefined;
    }
    const look = await this.#parts.layer.look(asked.call, question);
    const { answer, unserved } = await this.#firstAlive(look);
    this.#looks.set(asked, { look, served: answer?.candidate });
    if (answer !== undefined) this.#servings.note(look, answer.candidate, answer.found);
    const refusal = answer === undefined ? (look.refusal ?? unserved) : undefined;
    this.#tell(asked.call, look, refusal, answer?.candidate, startedAt);
    return (
      answer && {
        ...answer,
        question: look.name,
        isToBeAudited: mayAudit(answer.candidate) && audit.allows(clock.now()),
      }
    );
  }

  /**
   * Somebody says whether the answer at `slot` was right for the question of this name. A wrong one is never served for it
   * again. The boundary learns where the answer was served by this process and lately.
   */
  async report({ tenant, slot, question }: Required<EntryPlace>, right: boolean): Promise<void> {
    const { layer, trace } = this.#parts;
    const serving = this.#servings.find(tenant, slot, question);
    trace({ type: "semantic-verdict", right, by: "feedback", wouldServe: true });
    if (!right) await layer.block(tenant, slot, question, serving?.everybody);
    if (serving === undefined || !this.#servings.isNews(tenant, slot, question, right)) return;
    await layer.learn(tenant, serving.candidate, right, { wasServed: false, marks: serving.marks });
  }

  /** The origin has answered and the answer was judged: what is to be remembered and learnt of it, in the background. */
  settled(asked: Asked, slot: string, answer: CompleteAnswer, stored: Stored): void {
    const { call } = asked;
    if (call.policy.semantic === "off" || !isWanted(call) || stored.state !== "stored" || slot !== call.key) return;
    if (!isPlainText(answer.facts) || answer.ticket === undefined) return;
    const working = this.#settle(asked, answer.facts, answer, answer.ticket.createdAt).catch(() => {});
    this.#pending.set(working, call);
    void working.finally(() => this.#pending.delete(working));
  }

  /** Nothing is remembered any more of calls of this tenant that were answered already. */
  forget(tenant: string): void {
    for (const call of this.#pending.values()) if (call.principal.tenant === tenant) this.#forgotten.add(call);
  }

  /** Resolves when everything in the background is done. */
  async close(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.keys());
    this.#parts.judge?.close?.();
  }

  async #settle(asked: Asked, facts: AnswerFacts, answer: CompleteAnswer, createdAt: number): Promise<void> {
    const { call } = asked;
    const { clock, layer } = this.#parts;
    const startedAt = clock.monotonic();
    const question = this.#question(asked);
    if (typeof question === "string") {
      if (call.policy.semantic === "observe") this.#tell(call, undefined, question, undefined, startedAt);
      return;
    }
    const seen = this.#looks.get(asked);
    const look = seen?.look ?? (await layer.look(call, question));
    if (call.policy.semantic === "observe" && call.directives.read) await this.#observe(look, answer, startedAt);
    await this.#compare(look, seen?.served, facts);
    const { sharing } = call;
    const stands = sharing !== undefined && seen?.served === undefined && (await this.#agree(look, sharing, facts));
    // Else every new answer would begin anew to be agreed with.
    if (stands) return;
    if (look.refusal === "volatile") return;
    const ttlMs = Math.min(call.directives.ttlMs ?? call.policy.ttlMs, call.policy.maxTtlMs);
    await layer.record(look, call.key, createdAt + ttlMs, () => !this.#forgotten.has(call));
  }

  /** Counts what would have been served, and what that would have saved. */
  async #observe(look: Look, answer: CompleteAnswer, startedAt: number): Promise<void> {
    const { clock, costs, trace } = this.#parts;
    const { call } = look;
    const { answer: alive, unserved } = await this.#firstAlive(look);
    const refusal = alive === undefined ? (look.refusal ?? unserved) : undefined;
    this.#tell(call, look, refusal, alive?.candidate, startedAt);
    if (alive === undefined) return;
    const cost = costs.of(call, { usage: answer.facts?.usage, model: answer.facts?.model }, clock.now());
    trace({ type: "semantic-observed", model: call.facts.model, cost });
  }

  /** Whether the best candidate would have been right, or the one that was served was. */
  async #compare(look: Look, served: Considered | undefined, fresh: AnswerFacts): Promise<void> {
    const { audit, clock, judge, layer, trace } = this.#parts;
    const candidate = served ?? look.candidates.find(({ tier }) => tier === "vector" || tier === "signature");
    if (candidate === undefined) return;
    const entry = await this.#entry(look.call, candidate.slot);
    if (entry === undefined) return;
    if (served !== undefined) audit.spend(this.#parts.costs.ofEntry(look.call, entry.entry, clock.now()));
    const stored = this.#factsOf(look.call, entry);
    const agreed = agreement(stored, fresh, look.call.facts.temperature === 0);
    const right = agreed ?? (await judge?.asksTheSame(look.reading?.text ?? "", candidate.text));
    if (right === undefined) return;
    const by = served !== undefined ? "audit" : agreed === undefined ? "judge" : "answers";
    trace({ type: "semantic-verdict", right, by, wouldServe: candidate.verdict.serve });
    const { tenant } = look.call.principal;
    const marks = this.#servings.marksOf(entry);
    await layer.learn(tenant, candidate, right, { wasServed: served !== undefined, marks });
    const asker = ownerMarks(this.#parts.secret, look.call);
    if (!right && served !== undefined) await layer.block(tenant, candidate.slot, look.name, [...marks, ...asker]);
    if (right && agreed === undefined && !this.#forgotten.has(look.call))
      await layer.promote(look, candidate, entry.entry.lifetime.staleAt);
  }

  /**
   * In a shared scope: the answers that would have been served, had enough members got the same, are held against this one.
   * Whether one of them is the same.
   */
  async #agree(look: Look, { member }: Sharing, fresh: AnswerFacts): Promise<boolean> {
    const { call, candidates } = look;
    let agrees = false;
    for (const { slot } of candidates.filter(({ verdict }) => verdict.serve).slice(0, mostTries)) {
      const found = await this.#entry(call, slot);
      if (found === undefined || found.entry.note.by === member) continue;
      if (agreement(this.#factsOf(call, found), fresh, call.facts.temperature === 0) !== true) continue;
      agrees = true;
      const marks = [...this.#servings.marksOf(found), ...ownerMarks(this.#parts.secret, call)];
      const answer = contentDigest(found.entry.body);
      await this.#parts.layer.agree(call.principal.tenant, slot, { member, answer, marks });
    }
    return agrees;
  }

  async #firstAlive({ call, candidates }: Look): Promise<{
    readonly answer?: { readonly found: FoundEntry; readonly candidate: Considered };
    /** Why not. */
    readonly unserved: "dead" | "quarantine";
  }> {
    let unserved: "dead" | "quarantine" = "dead";
    for (const candidate of candidates.filter(({ verdict }) => verdict.serve).slice(0, mostTries)) {
      const found = await this.#entry(call, candidate.slot);
      if (found === undefined || !isPlainText(this.#factsOf(call, found))) continue;
      if (isTrusted(call, candidate, found)) return { answer: { found, candidate }, unserved };
      unserved = "quarantine";
    }
    return { unserved };
  }

  /** What stands there and is fresh for this caller. */
  async #entry(call: Call, slot: string): Promise<FoundEntry | undefined> {
    const { clock, exact, lookupBudgetMs } = this.#parts;
    try {
      const lookup = await withDeadline(exact.lookup({ ...call, key: slot }), lookupBudgetMs, clock, () => undefined);
      // What is gone for good is not looked for again.
      if (lookup?.kind === "miss" && gone.has(lookup.reason))
        void this.#parts.layer.forget(call.principal.tenant, slot);
      // The answer may have come anew since the question was remembered, and is then one to that question alone.
      const isOpen = lookup?.kind === "hit" && lookup.found.entry.note.personal === undefined;
      return isOpen ? lookup.found : undefined;
    } catch {
      return undefined;
    }
  }

  #factsOf({ protocol }: Call, { entry }: FoundEntry): AnswerFacts {
    return protocol.readJson(
      this.#parts.replayer.play(entry, protocol, false, { includeUsage: true, zeroUsage: false }),
    ).facts;
  }

  /** Found once: it is asked for before the answer and behind it. */
  #question(asked: Asked): Question | SemanticRefusal {
    const known = this.#questions.get(asked);
    if (known !== undefined) return known;
    const question = this.#readQuestion(asked);
    this.#questions.set(asked, question);
    return question;
  }

  #readQuestion(asked: Asked): Question | SemanticRefusal {
    if (asked.call.principal.tenant === this.#parts.leftOut) return "anonymous";
    if (asked.call.variants > 1) return "variants";
    const question = asked.parsed().question();
    if (question === undefined) return "no_question";
    return question.demands.find((demand) => !this.#parts.allowed.has(demand)) ?? question;
  }

  #tell(
    call: Call,
    look: Look | undefined,
    reason: SemanticRefusal | undefined,
    served: Considered | undefined,
    startedAt: number,
  ): void {
    const { clock, trace } = this.#parts;
    const best = served ?? look?.candidates[0];
    const isServing = call.policy.semantic === "serve";
    const durationMs = clock.monotonic() - startedAt;
    const result = reason === undefined ? (isServing ? "hit" : "would_hit") : "miss";
    trace({
      type: "semantic-look",
      mode: call.policy.semantic,
      result,
      tier: best?.tier,
      similarity: best?.similarity,
      reason,
      guard: reason === "guard" ? look?.guard : undefined,
      durationMs,
    });
    if (isServing)
      trace({ type: "lookup-end", layer: "semantic", result: reason === undefined ? "hit" : "miss", durationMs });
  }
}

/** Whether the caller may have it for a question that only is like its own: from another member, when enough agree with it. */
function isTrusted({ sharing }: Call, { evidence }: Considered, { entry }: FoundEntry): boolean {
  if (sharing === undefined || sharing.agreements === 0) return true;
  const { by } = entry.note;
  return by === sharing.member || agreements(evidence, by, contentDigest(entry.body)) >= sharing.agreements;
}

const gone: ReadonlySet<string> = new Set(["absent", "generation_changed", "corrupt"]);

function mayAudit({ verdict }: Considered): boolean {
  return verdict.serve && verdict.audit;
}

function isWanted({ directives }: Call): boolean {
  return directives.layers?.has("semantic") !== false;
}
