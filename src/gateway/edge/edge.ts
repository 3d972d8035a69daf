import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../../core/answer.ts";
import type { Bus } from "../../core/bus.ts";
import type { Call } from "../../core/call.ts";
import type { Clock, Random } from "../../core/clock.ts";
import type { EdgePurges } from "../../core/edge-purges.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import type { Leases } from "../../core/lease.ts";
import { everything, systemTenant } from "../../core/scopes.ts";
import type { MaybePromise } from "../../core/store.ts";
import type { Core } from "../../core-assembly.ts";
import type { EdgeSettings } from "../../edge-options.ts";
import type { ErasedScope } from "../../erasure/erasure-record.ts";
import { answerPaths, answersPrefix } from "../../layers/edge/answer-forms.ts";
import { EdgeLabels } from "../../layers/edge/edge-labels.ts";
import type { AnswerVersion } from "../../layers/edge/published-answer.ts";
import { type TwinAddress, twinPrefix } from "../../layers/edge/twin-address.ts";
import { type Invalidation, readInvalidation } from "../../storage/invalidation-wish.ts";
import { AttemptLimit } from "../attempt-limit.ts";
import type { VirtualKeys } from "../tenancy/virtual-keys.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import { AnswerRoute } from "./answer-route.ts";
import { Answers } from "./answers.ts";
import { eraseFromEdge } from "./edge-erasure.ts";
import { refuse } from "./edge-reply.ts";
import { OpenedCalls, type OpeningSettings } from "./opened-calls.ts";
import { PromptRefresher, type RefresherParts } from "./prompt-refresher.ts";
import { serveTwin } from "./twin-route.ts";
import { type FoundTwin, Twins } from "./twins.ts";

/**
 * What caches in front of the gateway may keep: answers that are published, and twins of calls. Everything of it is put
 * together here, and what is taken back from the store is taken back from those caches as well.
 */

export interface EdgeParts {
  readonly core: Core;
  readonly settings: OpeningSettings;
  readonly bus: Bus | undefined;
  readonly leases: Leases | undefined;
  /** Of a store that gathers writes: resolves when they are where other processes see them. */
  readonly flush: (() => Promise<void>) | undefined;
  /** Resolves when the other processes of this machine have heard what was told over the bus. */
  readonly heard: (() => Promise<void>) | undefined;
  readonly purges: EdgePurges;
  readonly keys: Pick<VirtualKeys, "livesUntil" | "onRevoked">;
  readonly targetOf: RefresherParts["targetOf"];
  readonly admit: NonNullable<RefresherParts["admit"]>;
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
  readonly report: (error: unknown, request: IncomingMessage) => void;
  /** An answer could not be kept fresh. */
  readonly onStale: (slug: string, reason: string) => void;
}

export class Edge {
  readonly registry: AnswerRegistry;
  readonly answers: Answers;
  readonly refresher: PromptRefresher;
  readonly #parts: EdgeParts;
  readonly #live: { settings: EdgeSettings; unknown: AttemptLimit };
  readonly #labels: EdgeLabels;
  readonly #twins: Twins;
  readonly #route: AnswerRoute;
  readonly #opened: OpenedCalls;

  constructor(parts: EdgeParts) {
    const { core, clock, random, settings, targetOf, leases } = parts;
    const { secret } = core.wrapParts;
    const { store, truth } = core.stored;
    this.#parts = parts;
    const { edge } = settings.layers;
    this.#live = { settings: edge, unknown: new AttemptLimit(clock, edge.unknownPerMinute) };
    const [labels, live] = [new EdgeLabels(secret), this.#live];
    this.#labels = labels;
    this.registry = new AnswerRegistry({
      ...{ store, truth, secret, clock, random },
      announce: (keys) => this.#announce(keys),
    });
    const changed = async (slug: string) =>
      parts.purges.purge({ tags: [labels.ofAnswer(slug)], urls: answerPaths(slug) });
    this.answers = new Answers({ registry: this.registry, store, clock, random, changed });
    const { registry } = this;
    const report = parts.onStale;
    this.refresher = new PromptRefresher({
      ...{ core, targetOf, admit: parts.admit, registry, leases, clock, report },
      answers: () => this.answers,
    });
    const unknown = () => this.#live.unknown;
    this.#twins = new Twins({ core, labels, clock, live });
    const refresh = (slug: string) => void this.refresher.refresh(slug);
    const withdraw = (version: AnswerVersion) => void this.answers.withdraw(version).catch(() => {});
    this.#route = new AnswerRoute({ registry, labels, clock, live, unknown, refresh, withdraw });
    this.#opened = new OpenedCalls({
      ...{ store: truth, clock },
      forget: async () => parts.purges.purge({ tags: [labels.ofTwins()] }),
    });
    void this.#opened.follow(settings);
    parts.keys.onRevoked((id) => parts.purges.purge({ tags: [labels.ofKey(id)] }));
    this.refresher.start();
  }

  /** Whether a path (without its query) is of the edge; nothing of that is asked of an upstream. */
  owns(path: string): boolean {
    return path.startsWith(answersPrefix) || path.startsWith(twinPrefix);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, observe, report } = this.#parts;
    const startedAt = clock.monotonic();
    // A body means nothing here.
    request.resume();
    try {
      await this.#answer(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else if (error instanceof StoreUnavailableError)
        refuse(response, 503, error.code, "What is kept here cannot be read now.", { "retry-after": "1" });
      else {
        report(error, request);
        refuse(response, 500, "internal_error", "The gateway failed to handle this request; its log says why.");
      }
    }
    observe("edge", response.statusCode < 400 ? "hit" : "error", false, clock.monotonic() - startedAt);
  }

  /** The answer with the path of its twin, where its call is to have one. */
  withTwin(call: Call, body: Uint8Array, answer: Answer): MaybePromise<Answer> {
    return this.#twins.withTwin(call, body, answer);
  }

  findTwin(address: TwinAddress): MaybePromise<FoundTwin | undefined> {
    return this.#twins.find(address);
  }

  /** The same invalidation, of what is published and of the caches in front of us as well. */
  invalidating(core: Pick<Core, "invalidate">): Pick<Core, "invalidate"> {
    return {
      invalidate: async (wish) => {
        const done = await core.invalidate(wish);
        await this.invalidated(wish);
        return done;
      },
    };
  }

  /** The same feedback: an answer that was wrong is taken back here, too. */
  hearing(core: Pick<Core, "feedback">): Pick<Core, "feedback"> {
    return {
      feedback: async (feedback) => {
        const taken = await core.feedback(feedback);
        if (feedback.verdict === "wrong") await this.invalidated({ keys: [feedback.entry] });
        return taken;
      },
    };
  }

  /** Removes what is published of somebody who is erased, after it was invalidated. Returns how much that was. */
  erase(scope: ErasedScope): Promise<number> {
    const { core } = this.#parts;
    const parts = { registry: this.registry, truth: core.stored.truth, secret: core.wrapParts.secret };
    return eraseFromEdge(parts, scope);
  }

  /** Something was taken back from the store: nothing of it is published any more, and caches are to forget it. */
  async invalidated(wish: Invalidation): Promise<void> {
    const { scopes, places } = readInvalidation(wish);
    // What is published is dead by what it lives by; caches are told also where the store cannot be asked any more.
    const withdrawing = await this.answers.withdrawDead(places).then(
      (slugs) => ({ slugs, error: undefined }),
      (error: unknown) => ({ slugs: [], error }),
    );
    const { slugs } = withdrawing;
    const tags = [
      ...scopes.map((scope) => this.#labels.ofScope(scope)),
      ...places.map(({ tenant, slot }) => this.#labels.ofEntry(tenant, slot)),
    ];
    const all = scopes.some(({ tenant, name }) => tenant === everything.tenant && name === everything.name);
    if (tags.length > 0)
      await this.#parts.purges.purge({ tags, urls: slugs.flatMap(answerPaths), ...(all && { all }) });
    if (withdrawing.error !== undefined) throw withdrawing.error;
  }

  reconfigure(settings: OpeningSettings): void {
    const { edge } = settings.layers;
    const unknown = new AttemptLimit(this.#parts.clock, edge.unknownPerMinute);
    Object.assign(this.#live, { settings: edge, unknown });
    this.#twins.forget();
    this.#route.forget();
    void this.#opened.follow(settings);
  }

  close(): Promise<void> {
    return this.refresher.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD")
      return refuse(response, 405, "method_not_allowed", "Only GET and HEAD are taken here.", { allow: "GET, HEAD" });
    const [path = "", ...queries] = (request.url as string).split("?");
    const query = queries.length === 0 ? undefined : queries.join("?");
    if (path.startsWith(answersPrefix)) return this.#route.serve(request, response, path, query);
    const { clock, core } = this.#parts;
    const keyLivesUntil = (id: string) => this.#parts.keys.livesUntil(id);
    const { secret } = core.wrapParts;
    const parts = { twins: this.#twins, secret, clock, unknown: () => this.#live.unknown, keyLivesUntil };
    return serveTwin(parts, request, response, path, query);
  }

  /** Others notice within a second without it. */
  async #announce(keys: readonly string[]): Promise<void> {
    const { bus, flush, heard } = this.#parts;
    try {
      await flush?.();
      await bus?.publish(keys.map((key) => ({ kind: "removed", tenant: systemTenant, key })));
      await heard?.();
    } catch {
      // It is in the store.
    }
  }
}
