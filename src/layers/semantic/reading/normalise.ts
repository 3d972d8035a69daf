import { capitonymsIn } from "./capitonyms.ts";
import { isCasedMeasure } from "./cased-units.ts";
import { namesakesIn } from "./namesakes.ts";
import { tellingCaseIn } from "./telling-case.ts";
import { textToCorrectAt } from "./text-to-correct.ts";
import type { Span } from "./tokenise.ts";

/**
 * Case, white space and closing punctuation folded, in any language. What is code stays as it is written, and so do
 * words and units that are others in another case. Idempotent.
 * A `!` after a small number or a single letter is a factorial and stays; so does punctuation that stands alone, and all
 * of a text whose grammar or spelling is asked about. A thing that is written small where a name is like it is marked.
 */
export function normalise(text: string, spans: readonly Span[]): string {
  const toCorrect = textToCorrectAt(text) ?? text.length;
  const named = capitonymsIn(spans);
  const namesakes = namesakesIn(spans);
  const telling = tellingCaseIn(spans, text);
  let normal = "";
  let at = 0;
  for (const [index, span] of spans.entries()) {
    if (span.at >= toCorrect) break;
    const isCode = span.kind === "code" && span.form === span.text;
    const isThing = namesakes.get(span.at) === "thing";
    const isCased = named.has(span.at) || telling.has(span.at) || isCasedMeasure(span, spans[index - 1]);
    const isKept = isCode || isThing || isCased;
    if (!isKept) continue;
    normal += foldProse(text.slice(at, span.at)) + (isThing ? noName : "") + span.text;
    at = span.at + span.text.length;
  }
  normal += foldProse(text.slice(at, Math.max(at, toCorrect)));
  const kept = text.slice(Math.max(at, toCorrect)).trimEnd();
  if (kept !== "") return normal.trimStart() + kept;
  return withoutClosing(normal.trim());
}

/** Before the word: all small, the normal form cannot say by its case that no name is meant. */
const noName = "¬";

function foldProse(text: string): string {
  return text
    .toLowerCase()
    .replace(/\s+/g, (run) =>
      run.includes("\n") && / {2}$|\t$/.test(run) ? `\n${run.slice(run.lastIndexOf("\n") + 1)}` : " ",
    )
    .replace(/(?<=\p{L}\p{L})([?!,;])\1+(?=\s)/gu, "$1");
}

function withoutClosing(text: string): string {
  const closing = /(?:\s*[?.]|(?<=(?:\p{L}\p{L}|\d{4})[?.!]{0,8})!)+$/u.exec(text);
  return closing === null || closing.index === 0 ? text : text.slice(0, closing.index);
}
