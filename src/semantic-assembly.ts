import type { Clock, Random } from "./core/clock.ts";
import type { Billed } from "./core/cost.ts";
import type { Embedder } from "./core/embedder.ts";
import type { FingerprintKey } from "./core/fingerprint.ts";
import type { Judge, JudgeListener } from "./core/judge.ts";
import type { AnswerLayer } from "./core/layer.ts";
import type { Store } from "./core/store.ts";
import type { ModelAsk, Trace } from "./core/trace.ts";
import type { VectorStore } from "./core/vector-store.ts";
import type { Costs } from "./costs.ts";
import { builtin } from "./embedders/builtin.ts";
import { builtinLexicon, prepareLexicon } from "./embedders/lexicon.ts";
import { likenessBy } from "./embedders/likeness.ts";
import { scorerFile } from "./embedders/scorer.ts";
import { anonymousTenant } from "./intake/request-headers.ts";
import type { Replayer } from "./layers/exact/replay.ts";
import { type QuestionEmbedder, QuestionVectors } from "./layers/semantic/question-vectors.ts";
import { type MeasuredScorer, readScorerFile } from "./layers/semantic/scoring/scorer-file.ts";
import { SemanticLayer } from "./layers/semantic/semantic-layer.ts";
import { ThresholdDeciding } from "./layers/semantic/threshold-deciding.ts";
import { VerifiedDeciding } from "./layers/semantic/verified-deciding.ts";
import type { EmbeddingsParts } from "./library/library-embeddings.ts";
import type { Settings } from "./options.ts";
import { AuditBudget } from "./semantic/audit-budget.ts";
import { KeptVectors } from "./semantic/kept-vectors.ts";
import { SemanticPath } from "./semantic/semantic-path.ts";
import type { SemanticSettings } from "./semantic-options.ts";
import { embedded } from "./vectors/embedded.ts";
import { nextTurn } from "./vectors/next-turn.ts";
import { boundOfVectors } from "./vectors/vector-bounds.ts";

/** Settings to the semantic layer and the path of like questions. */

/** What the layer works with, where that is not what comes with the package. */
export interface SemanticTools {
  readonly embedder?: Embedder;
  readonly vectors?: VectorStore;
  readonly judge?: Judge;
}

export interface SemanticSurroundings {
  readonly exact: AnswerLayer;
  readonly replayer: Replayer;
  readonly costs: Costs;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly store: Store;
  readonly secret: FingerprintKey;
  readonly embeddings: Omit<EmbeddingsParts, "tenant">;
  readonly lookupBudgetMs: number;
  /** The vectors as they are with sealing on. Throws `InvalidOptionError` where they cannot be sealed. */
  readonly sealed?: (vectors: VectorStore) => VectorStore;
  /** What vectors may take in memory where they are kept there. */
  readonly vectorBytes: number;
}

/** Which vectors go: those of these answers, and those that bear one of these marks. */
export interface ForgottenVectors {
  readonly slots?: readonly string[];
  readonly marks?: readonly string[];
}

export interface AssembledSemantic {
  readonly layer: SemanticLayer;
  readonly path: SemanticPath;
  /** Resolves when the models are read. Never rejects. */
  prepared(): Promise<void>;
  /** Removes the vectors of a tenant, all or `which`, and forgets readings. Rejects where the store fails. */
  forget(tenant: string, which: ForgottenVectors | undefined): Promise<void>;
  close(): Promise<void>;
}

/** `undefined` where neither the layer's mode nor any rule wants it. */
export function assembleSemantic(
  { layers, rules, server }: Settings,
  tools: SemanticTools,
  around: SemanticSurroundings,
): AssembledSemantic | undefined {
  const { semantic: settings } = layers;
  if (settings.mode === "off" && rules.every(({ semantic }) => (semantic ?? "off") === "off")) return undefined;
  const { clock, random, trace, lookupBudgetMs } = around;
  const { embedder = builtin(), judge } = tools;
  const given = tools.vectors ?? vectorsInMemory(settings, around);
  const vectors = around.sealed?.(given) ?? given;
  const lexicon = builtinLexicon;
  // The scorer leans on the built-in model, whatever the layer embeds with.
  const own = builtin();
  const leansOnOwn = settings.strategy === "verified" && embedder.name !== own.name;
  const models = leansOnOwn ? [embedder, own] : [embedder];
  let preparing: Promise<void> | undefined;
  const prepared = (): Promise<void> => {
    preparing ??= prepare(models);
    return preparing;
  };
  const cancelPreparing = clock.after(preparedAfterMs, prepared);
  const measured = measuredScorer(embedder, own);
  const newDeciding = () =>
    settings.strategy === "threshold"
      ? new ThresholdDeciding(lexicon, settings.threshold)
      : new VerifiedDeciding({ lexicon, measured, target: settings.target, random });
  const questions = new QuestionVectors({
    embedder: questionEmbedder(embedder, around),
    budgetMs: settings.embedder.budget,
    clock,
    trace,
  });
  const { maxTextLength } = settings;
  const layer = new SemanticLayer({
    ...around,
    ...{ vectors, questions, newDeciding, lexicon, prepared, nextTurn },
    limits: { maxTextLength, lookupBudgetMs },
  });
  const allowed = new Set(settings.allow);
  const audit = new AuditBudget(settings.auditUsdPerDay);
  const mayTakePart = settings.anonymous === "auto" ? isLoopback(server.host) : settings.anonymous === "allow";
  const path = new SemanticPath({
    ...{ ...around, layer, allowed, judge: judge && heardJudge(judge, around), audit },
    leftOut: mayTakePart ? undefined : anonymousTenant,
  });
  return {
    layer,
    path,
    prepared,
    async forget(tenant, which) {
      path.forget(tenant);
      layer.readings.clear();
      layer.pools.forget(tenant);
      const { slots = [], marks = [] } = which ?? {};
      if (which === undefined) await vectors.delete({ tenant });
      if (slots.length > 0) await vectors.delete({ tenant, ids: slots });
      if (marks.length > 0) await vectors.delete({ tenant, marks });
    },
    async close() {
      cancelPreparing();
      await path.close();
      await layer.close();
      await Promise.allSettled([vectors.close(), embedder.close?.()]);
    },
  };
}

/** Whether nobody but the programs of this machine can reach what listens there. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function vectorsInMemory({ maxVectors }: SemanticSettings, { clock, vectorBytes }: SemanticSurroundings): VectorStore {
  return embedded({ clock, maxVectors, maxBytes: boundOfVectors(vectorBytes) });
}

/** A start is over by then, and a process that ends soon never reads the models. */
const preparedAfterMs = 250;

/** Reads what the first look-up would wait for, a little in each turn of the event loop. Never rejects. */
async function prepare(models: readonly Embedder[]): Promise<void> {
  await prepareLexicon(nextTurn);
  for (const model of models) await model.prepare?.(nextTurn);
}

/** The scorer that suits the embedder; read when it is first needed, as is the model `own` that it leans on. */
function measuredScorer(embedder: Embedder, own: Embedder): () => MeasuredScorer {
  let known: MeasuredScorer | undefined;
  const isOwn = embedder.name === own.name;
  return () => {
    known ??= readScorerFile(scorerFile(), likenessBy(isOwn ? embedder : own))[isOwn ? "static" : "sentence"];
    return known;
  };
}

/** The vectors of a server go through the embedding layer; others cost less than looking them up. */
function questionEmbedder(embedder: Embedder, around: SemanticSurroundings): QuestionEmbedder {
  const { clock, costs, embeddings, trace } = around;
  const onBilled = (billed: Billed): void => costs.spendOn("embedding", billed, clock.now());
  const onAsked = (ask: ModelAsk): void => trace({ type: "model-ask", overhead: "embedding", ...ask });
  const kept = embedder.isRemote === true ? new KeptVectors({ embedder, embeddings, onBilled, onAsked }) : undefined;
  return {
    // Read anew each time: an embedder may come to have another model.
    get name() {
      return embedder.name;
    },
    embed: (tenant, texts, signal) =>
      kept === undefined ? embedder.embed(texts, signal, onBilled, onAsked) : kept.embed(tenant, texts, signal),
  };
}

/** What the judge costs and where it fails is told to the trace. */
function heardJudge(judge: Judge, { clock, costs, trace }: SemanticSurroundings): Judge {
  const listener: JudgeListener = {
    billed: (billed) => costs.spendOn("judge", billed, clock.now()),
    failed: (kind) => trace({ type: "judge-fault", kind }),
    asked: (ask) => trace({ type: "model-ask", overhead: "judge", ...ask }),
  };
  return {
    asksTheSame: (one, other) => judge.asksTheSame(one, other, listener),
    close: () => judge.close?.(),
  };
}
