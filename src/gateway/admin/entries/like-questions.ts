import { z } from "zod";
import type { Store } from "../../../core/store.ts";
import { isListable } from "../../../core/store-listing.ts";
import { learntKey, readEvidence } from "../../../layers/semantic/learnt.ts";
import { previewOf } from "./answer-text.ts";
import type { EntriesParts } from "./entries-parts.ts";
import { entryPage } from "./entry-pages.ts";

/**
 * Which questions share an answer, and what was learnt of it as an answer to them. A question points to its answer and
 * not the other way round, so the newest of what is stored is looked through for those that point here, as far as one
 * page goes.
 */

export const likeQuestionsSchema = z.object({
  texts: z.array(z.string()).meta({ description: "The beginnings of questions that lead to this answer." }),
  isComplete: z.boolean().meta({ description: "False where only a part of the store was looked through, or none." }),
  right: z.int().meta({ description: "Lately observed: it was right, or would have been, for a like question." }),
  wrong: z.int().meta({ description: "Lately observed: it was wrong, or would have been." }),
  blocked: z.int().meta({ description: "Questions that never get it again: somebody reported it as wrong." }),
});

export type LikeQuestions = z.output<typeof likeQuestionsSchema>;

const mostTexts = 50;
const textLength = 300;

/** `undefined` where nothing is known of any. */
export async function likeQuestionsOf(
  { store, truth, clock }: EntriesParts,
  tenant: string,
  slot: string,
): Promise<LikeQuestions | undefined> {
  const learnt = await evidenceOf(store, tenant, slot);
  const page = isListable(truth)
    ? await entryPage(
        { listed: truth, store, clock },
        { tenant, limit: mostTexts, fits: (kept) => kept.layer === "semantic" && kept.slot === slot },
      )
    : { entries: [], cursor: "" };
  const texts = page.entries.flatMap(({ question }) => (question === undefined ? [] : [question]));
  const isNothing = texts.length === 0 && learnt.right + learnt.wrong + learnt.blocked === 0;
  if (isNothing) return undefined;
  const shown = [...new Set(texts)].map((text) => previewOf(text, textLength));
  return { texts: shown, isComplete: page.cursor === undefined, ...learnt };
}

async function evidenceOf(store: Pick<Store, "get">, tenant: string, slot: string) {
  const [value] = await store.get(tenant, [learntKey(slot)]);
  const { observations, blocked } = readEvidence(value);
  const right = observations.filter((one) => one.right).length;
  return { right, wrong: observations.length - right, blocked: blocked.length };
}
