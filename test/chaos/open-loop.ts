import { onTestFinished } from "vitest";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { ask, contentOf, question } from "../e2e/chat-call.ts";

/**
 * Callers who come whether or not those before them have been answered: a cache that holds calls up gets more and more
 * of them at once, as a crowd does, where callers in a circle would wait with it.
 */

export interface OpenLoop {
  /** Calls that were begun. */
  readonly begun: number;
  /** What went wrong with any of them: another status than 200, half an answer, a broken connection. */
  readonly failures: readonly string[];
  /** Resolves when so many more have been begun. */
  more(count: number): Promise<void>;
  /** No more come; resolves when all are answered. */
  stop(): Promise<void>;
}

const everyMs = 5;
/** So many different questions are asked, over and over. */
const questions = 300;

export function openLoop(gateway: { readonly url: string }): OpenLoop {
  const failures: string[] = [];
  const calls: Promise<void>[] = [];
  const call = async (number: number): Promise<void> => {
    try {
      const answer = await ask(gateway, question(`question ${number % questions}`));
      if (answer.status === 200 && answer.whole && isWhole(contentOf(answer))) return;
      failures.push(`status ${answer.status}: ${answer.text}`);
    } catch (error) {
      failures.push(String(error));
    }
  };
  const waiting: { readonly for: number; readonly resolve: () => void }[] = [];
  const timer = setInterval(() => {
    calls.push(call(calls.length));
    for (const one of waiting) if (calls.length >= one.for) one.resolve();
  }, everyMs);
  onTestFinished(() => clearInterval(timer));
  return {
    get begun() {
      return calls.length;
    },
    failures,
    more: (count) => new Promise((resolve) => void waiting.push({ for: calls.length + count, resolve })),
    async stop() {
      clearInterval(timer);
      await Promise.all(calls);
    },
  };
}
