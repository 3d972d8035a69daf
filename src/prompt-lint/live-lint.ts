import type { Answer } from "../core/answer.ts";
import { type Asked, askerOf } from "../core/call.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { chain } from "../core/maybe-promise.ts";
import type { Usage } from "../core/recording.ts";
import type { MaybePromise } from "../core/store.ts";
import type { RulesByModel } from "../layers/prefix/breakpoints/provider-rules.ts";
import type { LintResult } from "../layers/prefix/lint/lint-result.ts";
import { lintRulesFor } from "../layers/prefix/lint/lint-rules.ts";
import { PrefixLint } from "../layers/prefix/lint/prefix-lint.ts";
import { ForgottenCalls } from "./forgotten-calls.ts";
import type { LintMode } from "./lint-mode.ts";

/**
 * The lint of prompts over the calls that come. It hears of those that an origin answered, behind their answers, and no
 * more of them than a bound a second. What it remembers of prompts stays in the memory of this process, is bounded, is of
 * one tenant each, and is forgotten after a day, with its tenant, and when the setting says so. Calls that ask for nothing
 * to be kept of them (`no-store`), or leave out the layer `prefix`, are not heard of.
 */

export interface LintSettings {
  readonly mode: LintMode;
  readonly rules: RulesByModel;
}

export interface TenantLint {
  readonly tenant: string;
  /** Calls that could have been heard of since it began, and of these those that were. */
  readonly calls: number;
  readonly heard: number;
  readonly result: LintResult;
}

interface Sample {
  readonly lint: PrefixLint;
  readonly since: number;
  calls: number;
  heard: number;
}

/** A call as it came. */
interface Come {
  readonly asked: Asked;
  readonly bytes: number;
  readonly at: number;
  readonly number: number;
}

interface Waiting extends Come {
  readonly durationMs: number;
  readonly usage: Usage | undefined;
}

const mostTenants = 16;
/** Of each tenant. */
const bounds = { mostPrompts: 128, mostLength: 1024 * 1024 };
const lastsMs = 24 * 3_600_000;
const mostASecond = 20;
const mostWaiting = 64;
const mostBodyBytes = 512 * 1024;
/** A little later, so that the answer goes out first. */
const behindMs = 10;
const sentOutcomes: ReadonlySet<string> = new Set(["miss", "refresh", "bypass"]);

export class LiveLint {
  readonly #clock: Clock;
  #settings: LintSettings;
  readonly #samples = new Map<string, Sample>();
  readonly #forgotten = new ForgottenCalls();
  #waiting: Waiting[] = [];
  #cancel: CancelTimer | undefined;
  #cancelExpiry: CancelTimer | undefined;
  #second = 0;
  #inSecond = 0;
  #named = 0;

  constructor(settings: LintSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get mode(): LintMode {
    return this.#settings.mode;
  }

  reconfigure(settings: LintSettings): void {
    const isOther = settings.mode !== this.#settings.mode;
    this.#settings = settings;
    if (isOther) this.forget();
  }

  /** The same answer, of which it hears when it is complete. `bytes`: of the request. */
  hearing(asked: Asked, bytes: number, answered: MaybePromise<Answer>): MaybePromise<Answer> {
    const { noStore, layers } = asked.call.directives;
    if (this.#settings.mode === "off" || noStore || layers?.has("prefix") === false) return answered;
    const come = { asked, bytes, at: this.#clock.now(), number: this.#forgotten.next() };
    return chain(answered, (answer) => {
      if (sentOutcomes.has(answer.outcome.kind) && answer.status === 200) this.#take(come, answer);
      return answer;
    });
  }

  /** What was found since the sample of each tenant, or of one, began, at most a day ago. */
  found(only?: string): readonly TenantLint[] {
    this.#hearAll();
    this.#expire();
    const samples = [...this.#samples].filter(([tenant]) => only === undefined || tenant === only);
    return samples.map(([tenant, { lint, calls, heard }]) => {
      return { tenant, calls, heard, result: lint.result() };
    });
  }

  /** Everything, or everything of one tenant, calls included whose answers are not there yet. */
  forget(tenant?: string): void {
    this.#forgotten.forget(tenant);
    this.#waiting = tenant === undefined ? [] : this.#waiting.filter(({ asked }) => askerOf(asked.call) !== tenant);
    if (tenant === undefined) this.#samples.clear();
    else this.#samples.delete(tenant);
  }

  close(): void {
    this.#cancel?.();
    this.#cancelExpiry?.();
    this.forget();
  }

  #take(come: Come, { complete }: Answer): void {
    const { asked, bytes, at, number } = come;
    const tenant = askerOf(asked.call);
    if (this.#forgotten.has(tenant, number)) return;
    const sample = this.#sampleOf(tenant);
    sample.calls++;
    if (!this.#hasRoom(at) || bytes > mostBodyBytes) return;
    const push = (usage: Usage | undefined): void => {
      if (this.#forgotten.has(tenant, number) || this.#waiting.length >= mostWaiting) return;
      this.#waiting.push({ ...come, durationMs: this.#clock.now() - at, usage });
      this.#cancel ??= this.#clock.after(behindMs, () => this.#hearNext());
    };
    if (complete === undefined) push(undefined);
    else
      complete.then(
        ({ recording }) => push(recording?.usage),
        () => {},
      );
  }

  #hasRoom(now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    return this.#inSecond++ < mostASecond;
  }

  /** One at a time: others have their turn between. */
  #hearNext(): void {
    this.#cancel = undefined;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#hear(next);
    if (this.#waiting.length > 0) this.#cancel = this.#clock.after(behindMs, () => this.#hearNext());
  }

  #hearAll(): void {
    for (const one of this.#waiting.splice(0)) this.#hear(one);
  }

  #hear({ asked, at, durationMs, usage }: Waiting): void {
    const { call } = asked;
    const tenant = askerOf(call);
    const { name: protocol } = call.protocol;
    const sample = this.#sampleOf(tenant);
    try {
      sample.lint.hear({
        ...{
          id: `${new Date(at).toISOString()} ${this.#named++}`,
          sections: asked.parsed().prompt(),
          protocol,
          tenant,
        },
        ...{ originId: call.originId, model: call.facts.model, at, durationMs, usage, isRedacted: false },
      });
      sample.heard++;
    } catch {
      // Whatever a lint meets, it fails no call, and no process.
    }
  }

  #sampleOf(tenant: string): Sample {
    const { rules } = this.#settings;
    const now = this.#clock.now();
    let sample = this.#samples.get(tenant);
    this.#samples.delete(tenant);
    if (sample === undefined || now - sample.since >= lastsMs) {
      const lint = new PrefixLint({
        ...bounds,
        rulesFor: (protocol, model, originId) => lintRulesFor(protocol, model, originId, rules),
      });
      sample = { lint, since: now, calls: 0, heard: 0 };
    }
    this.#samples.set(tenant, sample);
    this.#expireLater();
    if (this.#samples.size > mostTenants) this.#samples.delete(this.#samples.keys().next().value as string);
    return sample;
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [tenant, { since }] of this.#samples) if (now - since >= lastsMs) this.#samples.delete(tenant);
  }

  /** One timer, for the oldest. */
  #expireLater(): void {
    if (this.#cancelExpiry !== undefined || this.#samples.size === 0) return;
    const oldest = Math.min(...[...this.#samples.values()].map(({ since }) => since));
    this.#cancelExpiry = this.#clock.after(Math.max(0, oldest + lastsMs - this.#clock.now()), () => {
      this.#cancelExpiry = undefined;
      this.#expire();
      this.#expireLater();
    });
  }
}
