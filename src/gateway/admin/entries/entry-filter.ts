import { glob } from "../../../core/glob.ts";
import { wordsOf } from "./answer-text.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import { questionOf, requestOf } from "./shown-entry.ts";

/** What is looked for among entries; all that is given must hold. */
export interface EntryWish {
  readonly layer?: KeptAnswer["layer"] | undefined;
  readonly tag?: string | undefined;
  /** As asked for or as answered; `*` stands for anything. */
  readonly model?: string | undefined;
  /** Stands somewhere in the question or the answer, in whatever case. */
  readonly q?: string | undefined;
}

/** The cheap questions first: the text of an answer has to be read for the last one. */
export function entryFilter({ layer, tag, model, q }: EntryWish): (kept: KeptAnswer) => boolean {
  const isModel = model === undefined ? undefined : glob(model);
  const sought = q?.toLowerCase();
  return (kept) => {
    if (layer !== undefined && kept.layer !== layer) return false;
    const { entry } = kept;
    if (tag !== undefined && entry?.note.tags.includes(tag) !== true) return false;
    if (isModel !== undefined) {
      if (entry === undefined) return false;
      const { model: asked } = requestOf(entry);
      if (![asked, entry.note.model].some((name) => name !== undefined && isModel(name))) return false;
    }
    if (sought === undefined) return true;
    if (questionOf(kept)?.toLowerCase().includes(sought) === true) return true;
    return entry !== undefined && wordsOf(entry).text.toLowerCase().includes(sought);
  };
}
