import { createHash } from "node:crypto";
import { isTag } from "./directives.ts";

/**
 * The tag of what an answer was made from: `src:doc:42`. By it all that came of one document can be taken back at once,
 * when it turns out to be wrong, or to speak to the model where it should speak to people.
 */
export function sourceTag(source: string): string {
  const tag = `src:${source.toLowerCase()}`;
  if (isTag(tag)) return tag;
  // A URL, or a name that is too long for a tag.
  const kind = /^[a-z]{1,16}:/.exec(source)?.[0] ?? "";
  return `src:${kind}${createHash("sha256").update(source).digest("hex").slice(0, 40)}`;
}
