import type { ParsedRequest } from "../core/protocol.ts";
import { topLevelMembers } from "./json-text.ts";

/**
 * What of a request is sent to the origin and does not belong to its key: it changes no answer, but may be refused, as a
 * label that is too long is. So where nobody may see what is stored, it has to belong to the key after all. Found by
 * comparing what is sent with what is keyed, member by member, so that no protocol has to say it a second time; a member of
 * which only a part is keyed (Anthropic's marks stand inside of messages) counts as a whole.
 */
export function unkeyedPart(request: Pick<ParsedRequest, "canonical" | "forward">): string {
  const keyed = new Map(membersOf(request.canonical));
  let part = "";
  for (const [name, value] of membersOf(Buffer.from(request.forward({ requestUsage: false })).toString()))
    if (keyed.get(name) !== value) part += `${name}:${value},`;
  return part;
}

function membersOf(text: string): readonly (readonly [name: string, value: string])[] {
  return topLevelMembers(text).map(({ name, valueFrom, valueTo }) => [name, text.slice(valueFrom, valueTo)]);
}
