import type { OptionMistake } from "../options.ts";
import type { SemanticSettings } from "../semantic-options.ts";
import { shownStoreUrl } from "../stores/store-url.ts";
import { vectorsUrlMistake } from "../vectors/vectors-url.ts";

/** What each option alone does not tell. */
export function semanticMistakes({ embedder, vectors }: SemanticSettings): readonly OptionMistake[] {
  const mistakes: OptionMistake[] = [];
  const path = "layers.semantic.embedder";
  const needed = { builtin: [], "openai-compatible": ["url", "model"], transformers: ["model"] } as const;
  for (const name of needed[embedder.kind]) {
    if (embedder[name] !== undefined) continue;
    const rule = `must be given for an embedder of the kind ${embedder.kind}`;
    mistakes.push({ path: `${path}.${name}`, value: undefined, rule, remedy: "Add it, or use the kind builtin." });
  }
  const mistake = vectorsUrlMistake(vectors);
  if (mistake !== undefined)
    mistakes.push({ path: "layers.semantic.vectors", value: shownStoreUrl(vectors), ...mistake });
  return mistakes;
}
