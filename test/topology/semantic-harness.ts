import type { CacheOptions } from "../../src/cache.ts";
import type { TraceEvent } from "../../src/core/trace.ts";
import { builtin } from "../../src/embedders/builtin.ts";
import { builtinLexicon } from "../../src/embedders/lexicon.ts";
import type { SemanticInput } from "../../src/semantic-options.ts";
import { type AskInit, type Harness, type Reading, setUp, turns } from "./cache-harness.ts";

/** A cache that answers like questions, before a scripted origin whose answer to each text is its own. */
export interface SemanticHarness extends Harness {
  /** Asks `text` as the only message, and lets what is done in the background be done. */
  say(text: string, body?: object, init?: AskInit): Promise<Reading>;
  /** The last look at a like question. */
  lastLook(): Extract<TraceEvent, { type: "semantic-look" }> | undefined;
}

/** Read once and kept, so that no look waits for real files. */
const model = builtin();
model.check?.();
builtinLexicon();

export async function setUpSemantic(
  semantic: SemanticInput = { mode: "serve" },
  options: CacheOptions = {},
): Promise<SemanticHarness> {
  const harness = await setUp({ ...options, semantic });
  return {
    ...harness,
    async say(text, body = {}, init = {}) {
      const reading = await harness.read({ messages: [{ role: "user", content: text }], ...body }, init);
      await turns();
      return reading;
    },
    lastLook: () => harness.eventsOf("semantic-look").at(-1),
  };
}

/** The layer that answered, or what became of the call. */
export function answeredBy({ headers, outcome }: Reading): string | null {
  return headers.get("x-ai-cache-layer") ?? outcome;
}
