import { pathToFileURL } from "node:url";
import { firstByteToken } from "./random-model.ts";

/**
 * llama.cpp with several slots, as its server has them: each keeps the tokens of its last prompt and answer, and computes of
 * the next prompt only what is not a common beginning. A call may name its slot; else it gets the idle one that has the most
 * of it, if that is a tenth or more, or the one that was not used for the longest time. Calls in different slots are computed
 * together. What is computed and what is kept is the engine's own count.
 */

/** The part of node-llama-cpp that is used; the package is not among the project's own. */
interface LlamaModule {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
  readonly LlamaLogLevel: { readonly disabled: unknown };
}

interface Model {
  readonly tokens: { readonly bos: number };
  tokenize(text: string): readonly number[];
  createContext(options: object): Promise<{ getSequence(): Sequence }>;
}

interface Sequence {
  readonly nextTokenIndex: number;
  readonly tokenMeter: { readonly usedInputTokens: number };
  compareContextTokens(tokens: readonly number[]): { readonly firstDifferentIndex: number };
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  clearHistory(): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number, void, number | undefined>;
}

interface Slot {
  readonly sequence: Sequence;
  usedAt: number;
  /** Resolves when the call that has it is over. */
  busy: Promise<void> | undefined;
}

export interface EngineCall {
  readonly prompt: string;
  readonly mostTokens: number;
  /** By its number. */
  readonly slot: number | undefined;
  /** False: nothing that was computed before is used. */
  readonly cachesPrompt: boolean;
}

export interface EngineUsage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly answerTokens: number;
}

export interface EngineOptions {
  /** The module of node-llama-cpp. */
  readonly packageFile: string;
  readonly modelFile: string;
  readonly slots: number;
  /** Of each slot, in tokens. */
  readonly contextSize: number;
}

const fewestShared = 0.1;

export class LlamaEngine {
  readonly #model: Model;
  readonly #slots: readonly Slot[];
  readonly #contextSize: number;
  #uses = 0;
  /** The last token of a prompt, which the engine counts among those of the answer. */
  #lastTokens = 0;

  private constructor(model: Model, slots: readonly Slot[], contextSize: number) {
    this.#model = model;
    this.#slots = slots;
    this.#contextSize = contextSize;
  }

  static async open({ packageFile, modelFile, slots, contextSize }: EngineOptions): Promise<LlamaEngine> {
    const { getLlama, LlamaLogLevel } = (await import(pathToFileURL(packageFile).href)) as LlamaModule;
    const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled, maxThreads: 1 });
    const model = await llama.loadModel({ modelPath: modelFile });
    const context = await model.createContext({ contextSize, sequences: slots, threads: 1 });
    const all = Array.from({ length: slots }, () => ({ sequence: context.getSequence(), usedAt: 0, busy: undefined }));
    return new LlamaEngine(model, all, contextSize);
  }

  get slotCount(): number {
    return this.#slots.length;
  }

  /** Tokens of prompts that were computed so far. */
  get evaluated(): number {
    return this.#slots.reduce((sum, { sequence }) => sum + sequence.tokenMeter.usedInputTokens, this.#lastTokens);
  }

  /** An idle slot forgets what it holds. */
  async erase(slot: number): Promise<void> {
    await this.#slots[slot]?.sequence.clearHistory();
  }

  /** `undefined` for one that does not fit. */
  tokensOf({ prompt, mostTokens }: EngineCall): readonly number[] | undefined {
    const tokens = [this.#model.tokens.bos, ...this.#model.tokenize(prompt)];
    return tokens.length + mostTokens < this.#contextSize ? tokens : undefined;
  }

  /** Letters, until there are as many as asked for. */
  async *answer(call: EngineCall, tokens: readonly number[]): AsyncGenerator<string, EngineUsage> {
    const slot = await this.#take(call, tokens);
    const { sequence } = slot.slot;
    try {
      if (!call.cachesPrompt) await sequence.clearHistory();
      // The last is computed in any case: what follows it is to be known.
      else await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
      const cachedTokens = sequence.nextTokenIndex;
      this.#lastTokens++;
      const generated = sequence.evaluate(tokens.slice(cachedTokens), { temperature: 0, yieldEogToken: true });
      let step = await generated.next();
      for (let count = 1; step.done !== true; count++) {
        const letter = letterA + (step.value % 26);
        yield String.fromCharCode(letter);
        if (count >= call.mostTokens) break;
        step = await generated.next(firstByteToken + letter);
      }
      await generated.return();
      return { promptTokens: tokens.length, cachedTokens, answerTokens: call.mostTokens };
    } finally {
      slot.release();
    }
  }

  async #take(call: EngineCall, tokens: readonly number[]): Promise<{ readonly slot: Slot; release(): void }> {
    for (;;) {
      const among = call.slot === undefined ? this.#slots : [this.#slots[call.slot] as Slot];
      const idle = among.filter(({ busy }) => busy === undefined);
      if (idle.length === 0) {
        await Promise.race(among.map(({ busy }) => busy));
        continue;
      }
      const slot = likest(idle, tokens) ?? idle.reduce((one, other) => (other.usedAt < one.usedAt ? other : one));
      const end = Promise.withResolvers<void>();
      slot.busy = end.promise;
      slot.usedAt = ++this.#uses;
      return {
        slot,
        release: () => {
          slot.busy = undefined;
          end.resolve();
        },
      };
    }
  }
}

const letterA = 97;

function likest(slots: readonly Slot[], tokens: readonly number[]): Slot | undefined {
  const shared = slots.map(({ sequence }) =>
    sequence.nextTokenIndex === 0 ? 0 : sequence.compareContextTokens([...tokens]).firstDifferentIndex,
  );
  const most = Math.max(...shared);
  return most > fewestShared * tokens.length ? slots[shared.indexOf(most)] : undefined;
}
