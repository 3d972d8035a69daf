import { expect } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { seededRandom } from "../topology/cache-harness.ts";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";

/**
 * A day of traffic in a second or two: people who ask the same and other things, in documents and in streams, at once and
 * one after the other, of several APIs, with wishes and with mistakes, and an origin that is now and then unwell.
 */

export const dayPrices = { "scripted-*": { input: 2, output: 7 }, "quick-*": { input: 0.3, output: 1.1 } };

/** Answers of `quick-*` are stale after a moment. */
export const dayRules = [{ match: { model: "quick-*" }, ttl: "300ms", staleWhileRevalidate: "1h", ttlJitter: 0 }];

/** Longer than answers of `quick-*` are fresh. */
const slowMs = 450;
const slow = "a slow question";

export function planDay(origin: ScriptedOrigin): void {
  origin.plan(({ json }) => {
    const body = JSON.stringify(json);
    if (body.includes("unwell")) return { status: 503 };
    if (body.includes("at length")) return { finishReason: "length", latencyMs: 5 };
    if (body.includes(slow)) return { latencyMs: slowMs };
    return { latencyMs: body.includes("together") ? 60 : 3 };
  });
}

type Gateway = { readonly url: string };

export async function liveThrough(gateway: Gateway, calls: number): Promise<readonly string[]> {
  const random = seededRandom(7);
  const draw = (below: number): number => Math.floor(random.fraction() * below);
  const outcomes: string[] = [];
  const heard = async (asking: ReturnType<typeof ask>): Promise<void> => {
    outcomes.push(statusOf(await asking));
  };
  for (let call = 0; call < calls; call++) {
    const who = bearer(`key-${draw(2)}`);
    const body = question(`question ${draw(20)}`, draw(3) === 0 ? { stream: true } : {});
    const kind = draw(20);
    if (kind === 0) await heard(ask(gateway, body, { ...who, "cache-control": "no-store" }));
    else if (kind === 1) await heard(ask(gateway, body, { ...who, "cache-control": "no-cache" }));
    else if (kind === 2) await heard(ask(gateway, question(`unwell ${draw(2)}`), who));
    else if (kind === 3) await heard(ask(gateway, question("at length"), who));
    else if (kind === 4) await heard(ask(gateway, { model: "scripted-large" }, who));
    else if (kind === 5) await heard(messages(gateway, `question ${draw(5)}`));
    else if (kind === 6) await heard(vectors(gateway, `text ${draw(5)}`));
    else if (kind === 7) {
      const shared = question(`together ${call}`, body["stream"] === true ? { stream: true } : {});
      await Promise.all([1, 2, 3].map(() => heard(ask(gateway, shared, who))));
    } else await heard(ask(gateway, body, who));
  }
  const quick = question("what is new", { model: "quick-one" });
  for (let round = 0; round < 3; round++) {
    await heard(ask(gateway, quick));
    await heard(ask(gateway, question(`${slow} ${round}`)));
  }
  for (const kind of ["HIT", "MISS", "COALESCED", "STALE", "BYPASS", "REFRESH"]) expect(outcomes).toContain(kind);
  return outcomes;
}

function messages({ url }: Gateway, content: string) {
  const body = { model: "scripted-claude", max_tokens: 50, messages: [{ role: "user", content }] };
  return exchange(`${url}/v1/messages`, { body, headers: { "x-api-key": "one", "anthropic-version": "2023-06-01" } });
}

function vectors({ url }: Gateway, text: string) {
  return exchange(`${url}/v1/embeddings`, { body: { model: "scripted-embedding", input: [text, "the same text"] } });
}
