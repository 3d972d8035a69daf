import type { CancelTimer, Clock, Random } from "../../core/clock.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { Core } from "../../core-assembly.ts";
import { promptId } from "../../layers/prefix/registry/prompt-matcher.ts";
import { type PromptReference, readReference } from "../../layers/prefix/registry/prompt-name.ts";
import type { RegisteredPrompt } from "../../layers/prefix/registry/registered-prompt.ts";
import type { Log } from "../../telemetry/log.ts";
import type { WarmSettings } from "../../warm-options.ts";
import { PoolUpstream } from "../pool/pool-upstream.ts";
import type { Upstreams } from "../upstreams.ts";
import { type WarmResult, type WarmTarget, warmUp } from "./warm-call.ts";

/**
 * Registered prompts are warmed up where the configuration says so: on each replica of a pool when it begins to take calls
 * or takes them again, on another upstream once, and everywhere when there is a new version. What is to be done is found
 * by looking every second, and at once when a prompt has changed, at what has been done for whom. Of several gateways
 * over one store one takes each call upon itself. One that fails is tried again, later each time.
 */

export interface WarmingParts {
  readonly core: Pick<Core, "prompts" | "spend"> & { readonly stored: Pick<Core["stored"], "truth"> };
  /** Replaced when the configuration is read again, like the settings. */
  readonly upstreams: () => Upstreams;
  readonly settings: () => WarmSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Warmed {
  readonly target: WarmTarget;
  readonly result: WarmResult;
}

interface Tried {
  /** Which prompt it was, and since when the replica was well. */
  readonly state: string;
  readonly isDone: boolean;
  readonly failures: number;
  readonly againAtMs: number;
}

type Skipped = Extract<WarmResult, { kind: "skipped" }>;

const mostSkipped = 10_000;
const lookMs = 1_000;
const retryMs = 5_000;
const longestWaitMs = 5 * 60_000;
/** Within these nobody else warms the same: a provider keeps it for as long, and a replica is warmed once it is back. */
const claimMs = { provider: 5 * 60_000, replica: 10_000 };

export class PromptWarming {
  readonly #parts: WarmingParts;
  readonly #tried = new Map<string, Tried>();
  /** What is under way: one replica that hangs keeps no other from being warmed. */
  readonly #running = new Set<string>();
  /** Of which it was told already. */
  readonly #skipped = new Set<string>();
  readonly #abort = new AbortController();
  /** By which it knows its own claims. */
  readonly #self: Uint8Array;
  #cancel: CancelTimer | undefined;

  constructor(parts: WarmingParts) {
    this.#parts = parts;
    this.#self = parts.random.bytes(12);
    void parts.core.prompts.watch(() => void this.look());
    this.#lookLater();
  }

  /** Does what is to be done now. Never rejects. */
  async look(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const { settings, core } = this.#parts;
    const due = Object.entries(settings()).flatMap(([upstream, { model, prompts, apiKey }]) =>
      prompts.flatMap((reference) => {
        const found = core.prompts.book.find(undefined, readReference(reference) as PromptReference);
        if (found.kind !== "found") return [];
        return this.#targets(upstream).map((target) =>
          this.#warmOnce(target, found.prompt, reference, { model, apiKey }),
        );
      }),
    );
    await Promise.all(due);
  }

  /** At once, whatever has been done: on all that take calls of the upstream. */
  warm(
    upstream: string,
    prompt: RegisteredPrompt,
    how: { readonly model: string; readonly apiKey: string | undefined },
  ): Promise<readonly Warmed[]> {
    const { core } = this.#parts;
    const wish = { text: prompt.text, ...how };
    return Promise.all(
      this.#targets(upstream).map(async (target) => ({
        target,
        result: await warmUp(core, target, wish, this.#abort.signal),
      })),
    );
  }

  close(): void {
    this.#abort.abort();
    this.#cancel?.();
  }

  #lookLater(): void {
    this.#cancel = this.#parts.clock.after(lookMs, () => {
      void this.look();
      this.#lookLater();
    });
  }

  #targets(name: string): readonly WarmTarget[] {
    const upstreams = this.#parts.upstreams();
    const upstream = upstreams.named(name);
    if (upstream === undefined) return [];
    const family = upstreams.familyOf(name) ?? "openai";
    if (!(upstream instanceof PoolUpstream)) return [{ upstream, family, server: upstream }];
    const well = upstream.replicas.filter(({ health }) => health.state === "ready");
    return well.map((replica) => ({ upstream, family, server: replica.upstream }));
  }

  async #warmOnce(
    target: WarmTarget,
    prompt: RegisteredPrompt,
    reference: string,
    how: { readonly model: string; readonly apiKey: string | undefined },
  ): Promise<void> {
    const { core, clock, log } = this.#parts;
    const { upstream, server } = target;
    const key = [upstream.name, server.id, how.model, reference].join("\n");
    const state = `${promptId(prompt)}\n${sinceOf(target)}`;
    const tried = this.#tried.get(key);
    if (tried?.state === state && (tried.isDone || tried.againAtMs > clock.monotonic())) return;
    if (this.#running.has(key)) return;
    this.#running.add(key);
    const isMine = await this.#claim(target, prompt, how.model);
    const result = isMine ? await warmUp(core, target, { text: prompt.text, ...how }, this.#abort.signal) : undefined;
    const failures = result?.kind === "failed" ? 1 + (tried?.state === state ? tried.failures : 0) : 0;
    const againAtMs = clock.monotonic() + Math.min(longestWaitMs, retryMs * 2 ** failures);
    this.#running.delete(key);
    this.#tried.set(key, { state, isDone: result?.kind !== "failed", failures, againAtMs });
    if (result === undefined || this.#abort.signal.aborted) return;
    const told = { prompt: promptId(prompt), upstream: upstream.name, server: server.id, model: how.model };
    if (result.kind === "warmed") log.info(told, "a prompt was warmed up");
    else if (result.kind === "skipped") this.#tellSkipped(target, prompt, how.model, result);
    else if (failures < 2) log.warn({ ...told, reason: result.reason }, "a prompt could not be warmed up");
  }

  /** Once for all replicas of an upstream, since it is for none of them that it would come to nothing. */
  #tellSkipped({ upstream }: WarmTarget, prompt: RegisteredPrompt, model: string, result: Skipped): void {
    const told = { prompt: promptId(prompt), upstream: upstream.name, model };
    const { kind: _, ...why } = result;
    const key = Object.values(told).join("\n");
    if (this.#skipped.has(key)) return;
    if (this.#skipped.size >= mostSkipped) this.#skipped.clear();
    this.#skipped.add(key);
    this.#parts.log.info({ ...told, ...why }, "a prompt is not warmed up: it would not be kept");
  }

  /** Whether nobody else has taken it upon himself a moment ago; where the store does not say, nobody has. */
  async #claim({ upstream, server }: WarmTarget, prompt: RegisteredPrompt, model: string): Promise<boolean> {
    const { core, clock } = this.#parts;
    const key = `prompt-warm/${[upstream.name, server.id, model, promptId(prompt)].join("/")}`;
    const deleteAt = clock.now() + (server === upstream ? claimMs.provider : claimMs.replica);
    try {
      const there = await core.stored.truth.add(systemTenant, key, this.#self, { deleteAt });
      return Buffer.compare(there, this.#self) === 0;
    } catch {
      return true;
    }
  }
}

/** Another instant when a replica is well again after it was not. */
function sinceOf({ upstream, server }: WarmTarget): number {
  if (!(upstream instanceof PoolUpstream)) return 0;
  return upstream.replicas.find((replica) => replica.upstream === server)?.health.since ?? 0;
}
