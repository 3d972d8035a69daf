import process from "node:process";
import type { AskedBy } from "../../core/asked-by.ts";
import { patientCaller } from "../../core/call.ts";
import type { CancelTimer, Clock } from "../../core/clock.ts";
import { InvalidOptionError, RepriseError, RequestRejectedError } from "../../core/errors.ts";
import { isFromAhead } from "../../core/freshness.ts";
import type { Leases } from "../../core/lease.ts";
import type { Origin } from "../../core/origin.ts";
import type { MaybePromise } from "../../core/store.ts";
import type { Core } from "../../core-assembly.ts";
import type { IncomingCall } from "../../embeddings/embedding-intake.ts";
import type { AnswerHead, FreshPrompt } from "../../layers/edge/published-answer.ts";
import type { Admitted, KnockingRequest } from "../tenancy/admission.ts";
import { assertModel } from "../tenancy/key-scope.ts";
import type { AnswerRegistry } from "./answer-registry.ts";
import { type Answers, isStill } from "./answers.ts";

/**
 * Keeps published answers fresh that come from a prompt: it is asked again when its time has come, and what it says is the
 * next version. Who is to ask is settled by a lease, so that it is one of all processes that share the store; where there
 * are no leases each asks for itself. Until the new answer is there, and where it cannot be had, the old one goes on.
 */

export interface PromptTarget extends Pick<IncomingCall, "protocol" | "endpoint"> {
  originFor(model: string, principal?: AskedBy): Origin;
}

export interface RefresherParts {
  readonly core: Pick<Core, "handle">;
  /** Whose endpoint a path is, and who answers there; `undefined` for what is none of chat. */
  readonly targetOf: (path: string) => PromptTarget | undefined;
  /** Who asks, by the fields of the prompt: it is asked as any caller would; `undefined` where everybody is let in. */
  readonly admit?: (request: KnockingRequest) => MaybePromise<Admitted> | undefined;
  readonly registry: AnswerRegistry;
  readonly answers: () => Answers;
  readonly leases: Leases | undefined;
  readonly clock: Clock;
  readonly report: (slug: string, reason: string) => void;
}

const lookMs = 5_000;
/** Longer than any model takes. */
const holdMs = 10 * 60_000;
const retryMs = 30_000;

export class PromptRefresher {
  readonly #parts: RefresherParts;
  readonly #running = new Map<string, Promise<void>>();
  #cancel: CancelTimer = () => {};
  #closed = false;

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  /** From now on looks whether something is due. */
  start(): void {
    this.#cancel = this.#parts.clock.after(lookMs, () => void this.#look());
  }

  /** Asks anew if it is due and nobody does so already. Never rejects. */
  refresh(slug: string): Promise<void> {
    const running = this.#running.get(slug);
    if (running !== undefined || this.#closed) return running ?? Promise.resolve();
    const refreshing = this.#refresh(slug)
      .catch((error: unknown) => this.#parts.report(slug, reasonOf(error)))
      .finally(() => this.#running.delete(slug));
    this.#running.set(slug, refreshing);
    return refreshing;
  }

  /** The entry that the prompt has made now. Rejects with `InvalidOptionError` where there is none. */
  async ask(prompt: FreshPrompt, tags: readonly string[]): Promise<string> {
    try {
      return await this.#ask(prompt, tags);
    } catch (error) {
      if (!(error instanceof RequestRejectedError)) throw error;
      throw wrong(
        "headers",
        `and what is asked must be taken as those of any caller: ${error.message.replace(/\.$/, "")}`,
      );
    }
  }

  async #ask({ path, body, headers }: FreshPrompt, tags: readonly string[]): Promise<string> {
    const { core, targetOf } = this.#parts;
    const target = targetOf(path);
    if (target === undefined) throw wrong("path", "must be the path of a chat endpoint, such as /v1/chat/completions");
    const asking = { ...headers, "content-type": "application/json", "cache-control": "no-cache" };
    const tagged = tags.length === 0 ? asking : { ...asking, "x-ai-cache-tags": tags.join(",") };
    const given = Object.entries(tagged).flatMap(([name, value]) => [name, withEnvironment(value)]);
    const { rawHeaders, principal } = (await this.#parts.admit?.({ rawHeaders: given, url: path })) ?? open(given);
    const {
      outcome,
      status,
      body: answered,
    } = await core.handle(
      {
        ...target,
        originFor(model) {
          if (principal !== undefined) assertModel(principal, model);
          return target.originFor(model, principal);
        },
        query: "",
        rawHeaders,
        principal,
        body: Buffer.from(JSON.stringify({ ...body, stream: false })),
      },
      patientCaller,
    );
    if (!(answered instanceof Uint8Array)) await answered.return();
    if ((outcome.kind === "refresh" || outcome.kind === "coalesced") && outcome.stored.state === "stored")
      return outcome.stored.entry;
    const stored = "stored" in outcome && outcome.stored.state === "refused" ? outcome.stored.reason : undefined;
    throw wrong("body", `must be answered with what can be stored; it was status ${status}, ${stored ?? outcome.kind}`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await Promise.all(this.#running.values());
  }

  async #look(): Promise<void> {
    try {
      const heads = await this.#parts.registry.heads();
      await Promise.all(heads.filter((head) => this.#isDue(head)).map(({ slug }) => this.refresh(slug)));
    } catch {
      // The store is away; what there is goes on being served.
    }
    if (!this.#closed) this.start();
  }

  async #refresh(slug: string): Promise<void> {
    const { leases, registry } = this.#parts;
    const key = `edge-answer:${slug}`;
    const taken = await leases?.acquire(key, holdMs);
    if (taken?.won === false) return;
    try {
      // Another may have been quicker.
      const head = await registry.head(slug);
      if (head?.prompt !== undefined && this.#isDue(head)) await this.#renew(head, head.prompt);
    } finally {
      if (taken?.won === true) await leases?.release(taken.lease);
    }
  }

  async #renew(head: AnswerHead, prompt: FreshPrompt): Promise<void> {
    const { registry, answers, clock } = this.#parts;
    const { slug, current, latest } = head;
    const shown = await registry.version(slug, current ?? latest);
    try {
      const entry = await this.ask(prompt, shown?.tags ?? []);
      // Withdrawn, or given another prompt, while it was asked.
      if (!isStill(head, await registry.head(slug))) return;
      await answers().renew(head, entry);
    } catch (error) {
      const failed = { at: Math.trunc(clock.now()), reason: reasonOf(error) };
      const now = await registry.head(slug);
      if (isStill(head, now)) await registry.amend({ ...now, failed });
      throw error;
    }
  }

  #isDue({ state, prompt, refreshedAt, failed }: AnswerHead): boolean {
    const now = this.#parts.clock.now();
    if (state !== "live" || prompt === undefined) return false;
    if (failed !== undefined && now < failed.at + retryMs && !isFromAhead(failed.at, now)) return false;
    return refreshedAt === undefined || now >= refreshedAt + prompt.everyMs || isFromAhead(refreshedAt, now);
  }
}

function open(rawHeaders: string[]): Admitted {
  return { principal: undefined, rawHeaders };
}

/** Of secrets only the names are kept. Throws `InvalidOptionError` for one that is not there. */
function withEnvironment(value: string): string {
  return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const found = process.env[name];
    if (found === undefined)
      throw wrong("headers", `must name environment variables of the gateway; ${name} is not set`);
    return found;
  });
}

function reasonOf(error: unknown): string {
  return RepriseError.isInstance(error) ? error.message : "the gateway failed";
}

function wrong(field: string, rule: string): InvalidOptionError {
  const path = `prompt.${field}`;
  return new InvalidOptionError(path, { message: `${path} ${rule}.`, rule });
}
