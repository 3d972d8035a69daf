/** Finds its way in the text of a JSON object, so that one member can be changed and every other byte stays. */

export interface Member {
  readonly name: string;
  readonly nameFrom: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

/** The object without one of its members. */
export function withoutMember(text: string, members: readonly Member[], at: number): string {
  const member = members[at] as Member;
  const next = members[at + 1];
  if (next !== undefined) return text.slice(0, member.nameFrom) + text.slice(next.nameFrom);
  const before = members[at - 1];
  return text.slice(0, before === undefined ? member.nameFrom : before.valueTo) + text.slice(member.valueTo);
}

/** Where the members of a JSON object stand in its text. The text must be valid JSON; names are as written, not unescaped. */
export function topLevelMembers(text: string): readonly Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== "{") return members;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const nameFrom = at;
    const nameTo = endOfString(text, at);
    const valueFrom = skipSpace(text, skipSpace(text, nameTo) + 1);
    const valueTo = endOfValue(text, valueFrom);
    members.push({ name: text.slice(nameFrom + 1, nameTo - 1), nameFrom, valueFrom, valueTo });
    at = skipSpace(text, valueTo);
    if (text[at] !== ",") break;
    at = skipSpace(text, at + 1);
  }
  return members;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\t" || text[at] === "\r") at++;
  return at;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; ; ) {
    const quoteAt = text.indexOf('"', at);
    if (quoteAt < 0) return text.length;
    let slashes = 0;
    while (text[quoteAt - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quoteAt + 1;
    at = quoteAt + 1;
  }
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && /[\s,]/.test(character as string)) return at;
    at++;
  }
  return text.length;
}
