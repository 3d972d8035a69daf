import type { Clock } from "../../core/clock.ts";
import type { OriginResponse } from "../../core/origin.ts";
import type { Usage } from "../../core/recording.ts";
import type { PromptBlocks } from "../../layers/prefix/routing/prompt-blocks.ts";
import type { Dispatched } from "../../layers/prefix/routing/routing-policy.ts";
import type { Replica } from "./replica.ts";

/** Who hears how the answer of a replica ends. */
export interface AnswerHearer {
  /** It was read to its end. */
  whole(): void;
  /** It broke off; returns what is thrown instead. */
  failure(error: unknown): unknown;
}

/** One call at one replica, as the routing hears of it. */
export class ReplicaCall {
  readonly #replica: Replica;
  readonly #prompt: PromptBlocks;
  readonly #dispatched: Dispatched;
  readonly #clock: Clock;
  #isEnded = false;

  constructor(replica: Replica, prompt: PromptBlocks, dispatched: Dispatched, clock: Clock) {
    this.#replica = replica;
    this.#prompt = prompt;
    this.#dispatched = dispatched;
    this.#clock = clock;
    replica.requests++;
    replica.inFlight++;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#replica.inFlight--;
    this.#dispatched.ended(this.#clock.monotonic());
  }

  fail(): void {
    this.#replica.errors++;
    this.#replica.health.failed();
    this.end();
  }

  /** The same answer, whose beginning and end are told. `signal`: of who asked. */
  watched(response: OriginResponse, isStream: boolean, signal: AbortSignal, hearer: AnswerHearer): OriginResponse {
    // Also where nobody begins to read, and so nobody ends.
    if (signal.aborted) this.end();
    else signal.addEventListener("abort", () => this.end(), { once: true });
    const body = this.#body(response.body, isStream, signal, hearer);
    return { ...response, body, told: (usage) => this.#told(usage) };
  }

  async *#body(
    body: AsyncIterable<Uint8Array>,
    isStream: boolean,
    signal: AbortSignal,
    { whole, failure }: AnswerHearer,
  ): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        // An answer in one piece tells nothing of when its first token was there.
        if (isStream) this.#dispatched.begun(this.#clock.monotonic());
        yield chunk;
      }
      whole();
    } catch (error) {
      // Who hung up has shown nothing of the replica.
      if (signal.aborted) throw error;
      this.fail();
      throw failure(error);
    } finally {
      this.end();
    }
  }

  /** Many engines tell nothing of their cache unless they are told to: nothing is believed until there was something. */
  #told(usage: Usage | undefined): void {
    if (usage === undefined || !(usage.inputTokens > 0)) return;
    const { inputTokens, cachedInputTokens } = usage;
    if (!(cachedInputTokens >= 0 && cachedInputTokens <= inputTokens)) return;
    const replica = this.#replica;
    replica.tokens.input += inputTokens;
    replica.tokens.cached += cachedInputTokens;
    if (cachedInputTokens > 0) replica.tellsCached = true;
    if (replica.tellsCached) this.#dispatched.told((cachedInputTokens / inputTokens) * this.#prompt.length);
  }
}
