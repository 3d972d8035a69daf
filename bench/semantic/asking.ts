import type { Asked } from "../../src/core/call.ts";
import { type FingerprintKey, fingerprintKey } from "../../src/core/fingerprint.ts";
import type { CallPolicy } from "../../src/core/policy.ts";
import type { Question } from "../../src/core/question.ts";
import { Intake } from "../../src/intake/intake.ts";
import { PolicyRules } from "../../src/policy/rules.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";

/** Requests as a client sends them, read as the gateway reads them: what is one context is decided there. */

export interface Message {
  readonly role: string;
  readonly content: string;
}

export interface AskedQuestion {
  readonly call: Asked["call"];
  readonly question: Question;
}

export const secret: FingerprintKey = fingerprintKey(Buffer.alloc(32, 7));

const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, semantic: "serve" } as CallPolicy;
const intake = new Intake({ secret, rules: new PolicyRules(policy, []) });
const origin = { id: "http://origin/v1", send: () => Promise.reject(new Error("no origin is asked")) };

/** `text` as the last words of the user, after `before`. */
export function ask(text: string, before: readonly Message[]): AskedQuestion {
  const messages = [...before, { role: "user", content: text }];
  const asked = intake.read({
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => origin,
    query: "",
    rawHeaders: ["authorization", "Bearer bench"],
    body: Buffer.from(JSON.stringify({ model: "any", temperature: 0, messages })),
  });
  const question = asked.parsed().question();
  if (question === undefined) throw new Error(`no question: ${text}`);
  return { call: asked.call, question };
}

/** A context in which nothing else is asked. */
export function contextOf(name: string): readonly Message[] {
  return [{ role: "system", content: `Answer questions. ${name}` }];
}
