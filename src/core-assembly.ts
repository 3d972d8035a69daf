import type { CallListener, HeardCall } from "./access-log/answered-call.ts";
import type { Answer } from "./core/answer.ts";
import type { Bus } from "./core/bus.ts";
import type { Call, Caller } from "./core/call.ts";
import { type Clock, type Random, systemClock, systemRandom } from "./core/clock.ts";
import type { Billed } from "./core/cost.ts";
import { isEmbeddingProtocol } from "./core/embedding-protocol.ts";
import type { Entry } from "./core/entry.ts";
import { RepriseError, RequestRejectedError } from "./core/errors.ts";
import type { KeyService } from "./core/key-service.ts";
import type { Leases } from "./core/lease.ts";
import { chain } from "./core/maybe-promise.ts";
import { OpenedEntries } from "./core/opened-entries.ts";
import type { Origin } from "./core/origin.ts";
import type { CallPolicy } from "./core/policy.ts";
import type { SharedStore } from "./core/shared-store.ts";
import { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import { type Overhead, type SavedBy, silentTrace, type Trace } from "./core/trace.ts";
import { defaultPolicy, lintOf, markingOf, rulesOf, vectorRulesOf } from "./core-settings.ts";
import { type Billable, Costs, type SavedAnswer } from "./costs.ts";
import { EmbeddingBatches } from "./embeddings/embedding-batches.ts";
import { EmbeddingIntake, type IncomingCall } from "./embeddings/embedding-intake.ts";
import { EmbeddingPath } from "./embeddings/embedding-path.ts";
import { RenderedReplies } from "./embeddings/rendered-replies.ts";
import { forgetTenant } from "./erasure/forgetting.ts";
import { CacheMarking } from "./flights/cache-marking.ts";
import { FanOutGate } from "./flights/fan-out-gate.ts";
import type { Flight } from "./flights/flight.ts";
import { type IncomingRequest, Intake } from "./intake/intake.ts";
import { EmbeddingLayer } from "./layers/embedding/embedding-layer.ts";
import { ExactLayer } from "./layers/exact/exact-layer.ts";
import { Replayer } from "./layers/exact/replay.ts";
import { PromptMatcher } from "./layers/prefix/registry/prompt-matcher.ts";
import { PromptRegistry } from "./layers/prefix/registry/prompt-registry.ts";
import type { EmbeddingsParts } from "./library/library-embeddings.ts";
import type { ShelfParts } from "./library/value-shelf.ts";
import type { Settings } from "./options.ts";
import { type FlightFailure, Pipeline } from "./pipeline.ts";
import type { PolicySubject } from "./policy/rules.ts";
import { RepeatWatch } from "./policy/stochastic.ts";
import { ownRulesOf } from "./prefix-options.ts";
import { findingsOf, type LintFindings } from "./prompt-lint/lint-findings.ts";
import { LiveLint } from "./prompt-lint/live-lint.ts";
import { type Feedback, type FeedbackTaken, takeFeedback } from "./semantic/feedback.ts";
import { assembleSemantic, type ForgottenVectors, type SemanticTools } from "./semantic-assembly.ts";
import { sharedScopesOf } from "./shared-scope-options.ts";
import { Concealment, isShared } from "./sharing/concealment.ts";
import type { Invalidated } from "./storage/invalidation.ts";
import type { Invalidation } from "./storage/invalidation-wish.ts";
import { obtainMasterKey } from "./storage/master-key.ts";
import { memoryShares } from "./storage/memory-shares.ts";
import { openParts } from "./storage/sealing/open-sealing.ts";
import type { Sealing } from "./storage/sealing/sealing.ts";
import { assembleStorage, type GuardedStores, type Storage } from "./storage/storage.ts";
import { Ledger } from "./telemetry/ledger.ts";
import type { CallTracing } from "./telemetry/opentelemetry/call-tracing.ts";
import { Prices } from "./telemetry/prices.ts";
import { Rollups } from "./telemetry/rollups/rollups.ts";
import { sealedVectors } from "./vectors/sealed-vectors.ts";

/** Settings to stores, layers and pipeline: the core that the library and the gateway have in common. */

export interface CoreOptions {
  readonly settings: Settings;
  readonly store?: SharedStore;
  /** In place of those of the store. */
  readonly bus?: Bus;
  readonly leases?: Leases;
  /** Keeps the master key, in place of one in the settings. */
  readonly keyService?: KeyService | undefined;
  /** What the semantic layer works with, where that is not what comes with the package. */
  readonly semantic?: SemanticTools;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly trace?: Trace;
  /** Whether what is counted is kept in the store, for all who share it; default false. */
  readonly keepsStats?: boolean;
  /** Makes spans of calls; hears no events from here. */
  readonly tracing?: CallTracing | undefined;
  /** Gives answers a URL of their own, where the policy of their calls allows it. */
  readonly withTwin?: (call: Call, body: Uint8Array, answer: Answer) => MaybePromise<Answer>;
  /** Who is told of each call with its answer, if anybody is at that time. */
  readonly calls?: () => CallListener | undefined;
}

/** Everything behind the rims: what the gateway and the library share. */
export interface Core {
  /** Throws `RequestRejectedError` for a request that cannot be taken. */
  handle(request: IncomingCall, caller: Caller): MaybePromise<Answer>;
  /** Calls to origins under way. */
  readonly flights: { readonly size: number };
  /** Calls that wait for what others have asked for. */
  followers(): number;
  readonly stores: readonly GuardedStores[];
  /** All tiers as one, and the store behind them that holds everything; to look at what is stored. */
  readonly stored: Pick<Storage, "store" | "truth">;
  /** Forgets what is remembered of a tenant beside the store, and its vectors: all of them, or `which`. */
  forget(tenant: string, which?: ForgottenVectors): Promise<void>;
  /** The keys that what is stored is sealed with; `undefined` where it is not. */
  readonly sealing: Sealing | undefined;
  /** What keeps the prompts that come from sharing their starts. */
  lint(tenant?: string): LintFindings;
  /** Takes back what was stored; see `Invalidator`. */
  invalidate(wish: Invalidation): Promise<Invalidated>;
  /** Somebody says whether an answer was right; see `takeFeedback`. */
  feedback(feedback: Feedback): Promise<FeedbackTaken>;
  /** Resolves when the models are read that a first look-up would wait for. Never rejects. */
  prepared(): Promise<void>;
  /** Named system prompts, which calls may refer to. */
  readonly prompts: PromptRegistry;
  /** Books what the cache itself asked a model for. */
  spend(overhead: Overhead, billed: Billed): void;
  /** Books an answer of a stored entry that was given without its call. */
  save(call: Billable, by: SavedBy, entry: Entry, told: SavedAnswer): void;
  /** Who asks. Throws `RequestRejectedError`. */
  tenantOf(request: IncomingCall): string;
  readonly ledger: Ledger;
  /** What was counted and saved, of all who share the store; nothing where it is not kept there. */
  readonly rollups: Rollups;
  /** What the rules say for such calls now. */
  policyFor(subject: PolicySubject): CallPolicy;
  /** From now on calls follow these rules; stores and the secret stay as they are. */
  reconfigure(settings: Settings): void;
  /** Resolves when all answers and vectors that have come whole are in the store. Never rejects. */
  flush(): Promise<void>;
  readonly wrapParts: Omit<ShelfParts, "tenant">;
  readonly vectorParts: Omit<EmbeddingsParts, "tenant"> & { readonly layer: EmbeddingLayer };
  close(): Promise<void>;
}

export async function assembleCore(options: CoreOptions): Promise<Core> {
  const { settings, clock = systemClock, random = systemRandom, trace: listener = silentTrace } = options;
  const ledger = new Ledger();
  let counting: Rollups | undefined;
  const trace: Trace = (event) => {
    ledger.hear(event);
    counting?.hear(event);
    listener(event);
  };
  const costs = new Costs(new Prices(settings.prices), trace);
  const shares = memoryShares(settings.store.memoryBytes);
  const { sealing, parts: sealed } = await openParts(options, { clock, random, trace });
  const storage = assembleStorage({ ...options, ...sealed, memoryBytes: shares.answers, clock, random, trace });
  const { store, fleet } = storage;
  const rollups = new Rollups({
    store: options.keepsStats === true ? storage.truth : undefined,
    ...{ clock, random, trace },
  });
  counting = rollups;
  const onReplaced = (): void => {
    intake = intakeOf(live);
  };
  const bus = options.bus ?? options.store?.bus;
  const prompts = new PromptRegistry({ store: storage.truth, bus, clock, random });
  let known = new PromptMatcher(prompts.book);
  const given = sealing === undefined ? settings.security.masterKey : undefined;
  const first = sealing?.firstSecret;
  const masterKey = await obtainMasterKey({ store: storage.truth, given, first, random, clock, onReplaced });
  const secret = masterKey.key;

  const { removed, takenBack } = storage.invalidator;
  const opened = new OpenedEntries(shares.opened);
  const exact = new ExactLayer({
    store,
    copies: storage.copies,
    asked: storage.asked,
    clock,
    random,
    trace,
    removed,
    takenBack,
    opened,
  });
  const { errorBackoff: backoffMs, grace, finishDetached, detachedTime, detachedBytes } = settings.coalescing;
  const flights = new SingleFlight<Flight, FlightFailure>(clock, backoffMs);
  const limits = { maxEntryBytes: Number.MAX_SAFE_INTEGER, maxEventBytes: 16 * 1024 * 1024, windowBytes: 1024 * 1024 };
  const replayer = new Replayer(shares.replays);
  const { name: storeName } = storage.truth;
  const { lookupBudget: lookupBudgetMs } = settings.store;
  const layer = new EmbeddingLayer({ store, copies: storage.copies, clock, random, trace, takenBack, opened });
  const batches = new EmbeddingBatches({ layer, clock, trace, backoffMs, store: storeName, lookupBudgetMs });
  const embeddingsParts = { batches, secret, rules: vectorRulesOf(settings), clock, trace };
  const semantic = assembleSemantic(settings, options.semantic ?? {}, {
    ...{ exact, replayer, costs, clock, random, trace, store, secret, lookupBudgetMs },
    embeddings: embeddingsParts,
    sealed: (vectors) => sealedVectors(vectors, sealing?.sealer, settings.security.plainVectors),
    vectorBytes: shares.vectors,
  });
  const marking = new CacheMarking(markingOf(settings), { clock, costs });
  const concealment = new Concealment({ clock, random });
  const pipeline = new Pipeline({
    exact,
    concealment,
    marking,
    fanOut: new FanOutGate({ clock, trace, rules: () => ownRulesOf(live.layers.prefix) }),
    semantic: semantic?.path,
    replayer,
    flights,
    repeats: new RepeatWatch(),
    clock,
    trace,
    costs,
    limits,
    store: storage.truth.name,
    lookupBudgetMs,
    patience: { graceMs: grace, finishDetached, detachedMs: detachedTime, detachedBytes },
    fleet,
  });
  const rendered = new RenderedReplies(shares.renderings);
  const embeddings = new EmbeddingPath({ batches, costs, clock, trace, rendered });
  const intakeOf = (now: Settings) => {
    const [common, rules] = [{ secret, compat: now.compat.headers }, rulesOf(now)];
    const { sortTools } = now.layers.prefix;
    const begun = { prompts: () => known };
    return {
      answers: new Intake({
        ...{ ...common, ...begun, rules, sortTools, memoryBytes: shares.readings },
        shared: sharedScopesOf(now),
      }),
      vectors: new EmbeddingIntake({ ...common, rules: vectorRulesOf(now), memoryBytes: shares.vectorReadings }),
    };
  };
  const invalidate = (wish: Invalidation) => {
    if (wish.all === true || wish.user !== undefined || wish.tenant !== undefined) lint.forget(wish.tenant);
    return storage.invalidator.invalidate(wish);
  };
  // A program that embeds the cache refers to no prompts.
  if (options.keepsStats === true)
    void prompts.watch(() => {
      known = new PromptMatcher(prompts.book);
    });
  let live = settings;
  let intake = intakeOf(live);
  const heard = (request: IncomingCall, call: HeardCall, caller: Caller, handled: MaybePromise<Answer>) => {
    const calls = options.calls?.();
    if (calls === undefined) return handled;
    const [at, startedAt] = [clock.now(), clock.monotonic()];
    return chain(handled, (answer) => {
      calls.answered({ request, call, answer, caller, at, startedAt });
      return answer;
    });
  };
  const lint = new LiveLint(lintOf(settings), clock);
  const { tracing, withTwin } = options;
  const twinned = (call: Call, body: Uint8Array, answered: MaybePromise<Answer>) =>
    call.policy.edge === "off" || withTwin === undefined
      ? answered
      : chain(answered, (answer) => withTwin(call, body, answer));
  return {
    handle(incoming, caller) {
      const request = tracing === undefined ? incoming : tracedRequest(incoming, tracing);
      const { protocol } = request;
      try {
        if (isEmbeddingProtocol(protocol)) {
          const asked = intake.vectors.read({ ...request, protocol });
          return heard(request, asked.call, caller, embeddings.handle(asked, caller));
        }
        const asked = intake.answers.read(request as IncomingRequest);
        if (asked.prompt !== undefined) trace({ type: "prompt-call", prompt: asked.prompt });
        const startedAt = asked.call.sharing === undefined ? 0 : clock.monotonic();
        const answered = twinned(asked.call, request.body, pipeline.handle(asked, caller));
        const told = heard(request, asked.call, caller, lint.hearing(asked, request.body.length, answered));
        return isShared(asked.call) ? concealment.conceal(asked.call, startedAt, told) : told;
      } catch (error) {
        const code = RepriseError.isInstance(error) ? error.code : "internal";
        const status = error instanceof RequestRejectedError ? error.status : 500;
        options.calls?.()?.refused({ request, code, status, at: clock.now() });
        trace({
          type: "call-end",
          outcome: { kind: "error", code },
          protocol: protocol.name,
          model: "",
          originId: "",
          stream: false,
          durationMs: 0,
        });
        throw error;
      }
    },
    prompts,
    forget: (tenant, which) => {
      const copies = storage.copies === storage.truth ? undefined : storage.copies;
      const forgetRequests = () => {
        intake = intakeOf(live);
      };
      return forgetTenant(tenant, which, { copies, opened, replayer, rendered, lint, semantic, forgetRequests });
    },
    spend: (overhead, billed) => costs.spendOn(overhead, billed, clock.now()),
    save: (call, by, entry, told) => costs.save(call, by, costs.ofEntry(call, entry, clock.now()), told),
    tenantOf: (request) => intake.answers.tenantOf(request as IncomingRequest),
    flights,
    followers: () => [...flights.all()].reduce((sum, flight) => sum + flight.followers, 0),
    ledger,
    rollups,
    stores: storage.tiers,
    stored: storage,
    sealing,
    lint: (tenant) => findingsOf(lint.mode, lint.found(tenant), { pricer: new Prices(live.prices), now: clock.now() }),
    invalidate,
    async feedback(feedback) {
      const taken = await takeFeedback({ semantic: semantic?.path, invalidate }, feedback);
      if (feedback.verdict === "wrong") await rollups.undo(feedback.entry);
      return taken;
    },
    prepared: async () => semantic?.prepared(),
    flush: async () => void (await Promise.all([pipeline.stored(), batches.stored()])),
    wrapParts: { exact, secret, policy: defaultPolicy(settings), clock, trace, backoffMs },
    vectorParts: { layer, ...embeddingsParts },
    policyFor: (subject) => rulesOf(live).resolve(subject),
    reconfigure(changed) {
      live = changed;
      intake = intakeOf(changed);
      costs.reprice(new Prices(changed.prices));
      marking.reconfigure(markingOf(changed));
      lint.reconfigure(lintOf(changed));
    },
    close: async () => {
      masterKey.close();
      prompts.close();
      await Promise.all([pipeline.close(), batches.stored()]);
      await marking.close();
      lint.close();
      await semantic?.close();
      await rollups.close();
      await storage.close();
      await sealing?.close();
    },
  };
}

/** The origin hears who asks; the cache does not: who asks in which trace makes no difference to it. */
function tracedRequest(request: IncomingCall, tracing: CallTracing): IncomingCall {
  const originFor = (model: string): Origin => tracing.passingOn(request.originFor(model));
  return { ...request, originFor, rawHeaders: tracing.withoutTraceFields(request.rawHeaders) };
}
