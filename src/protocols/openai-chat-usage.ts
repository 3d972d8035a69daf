import { parseJson, serializeJson } from "../core/canonical-json.ts";
import { joined, readEvents, renderEvent, type SseEvent } from "./sse.ts";
import { zeroNumbers } from "./usage.ts";

/**
 * Takes usage out of a recorded stream, or sets it to zero, by cutting the text, so that everything else stays byte
 * for byte what the origin sent.
 *
 * Reprise asks a streaming origin for usage even when the caller did not. What comes of asking is a chunk with usage
 * and no choices, and `"usage": null` on every other chunk; a reader who did not ask gets neither. Usage on a chunk
 * that has choices is left alone: Mistral, Moonshot and llama.cpp put it there unasked, so it does not come of asking.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The event for a reader who did not ask for usage: the same bytes where there is none, `undefined` where nothing is left. */
export function withoutUsage(event: SseEvent): Uint8Array | undefined {
  if (!event.data.includes('"usage"')) return event.bytes;
  const members = topLevelMembers(event.data);
  const at = members.findIndex((member) => member.name === "usage");
  const usage = members[at];
  if (usage === undefined) return event.bytes;
  if (event.data.startsWith("null", usage.valueFrom)) {
    return encoder.encode(renderEvent(cut(event.data, members, at), event.name, event.id));
  }
  const choices = members.find((member) => member.name === "choices");
  const noChoices = choices !== undefined && /^\[\s*\]$/.test(event.data.slice(choices.valueFrom, choices.valueTo));
  return event.data[usage.valueFrom] === "{" && noChoices ? undefined : event.bytes;
}

/** The JSON document with all its token counts 0. */
export function withZeroUsage(document: string): string {
  const usage = topLevelMembers(document).find((member) => member.name === "usage");
  if (usage === undefined) return document;
  const zero = serializeJson(zeroNumbers(parseJson(document.slice(usage.valueFrom, usage.valueTo))), true);
  return document.slice(0, usage.valueFrom) + zero + document.slice(usage.valueTo);
}

/** A recorded stream as the view wants it. */
export function viewOfEvents(body: Uint8Array, view: { includeUsage: boolean; zeroUsage: boolean }): Uint8Array {
  if ((view.includeUsage && !view.zeroUsage) || !mentionsUsage(body)) return body;
  const parts: Uint8Array[] = [];
  for (const event of readEvents(body)) {
    const kept = view.includeUsage ? event.bytes : withoutUsage(event);
    if (kept === undefined) continue;
    if (!view.zeroUsage || !event.data.includes('"usage"')) parts.push(kept);
    else
      for (const left of readEvents(kept))
        parts.push(encoder.encode(renderEvent(withZeroUsage(left.data), left.name, left.id)));
  }
  return joined(parts);
}

export function zeroUsageOfJson(body: Uint8Array): Uint8Array {
  return mentionsUsage(body) ? encoder.encode(withZeroUsage(decoder.decode(body))) : body;
}

function mentionsUsage(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"usage"');
}

interface Member {
  readonly name: string;
  readonly nameFrom: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

function cut(text: string, members: readonly Member[], at: number): string {
  const member = members[at] as Member;
  const next = members[at + 1];
  if (next !== undefined) return text.slice(0, member.nameFrom) + text.slice(next.nameFrom);
  const before = members[at - 1];
  return text.slice(0, before === undefined ? member.nameFrom : before.valueTo) + text.slice(member.valueTo);
}

/** Where the members of a JSON object stand in its text. The text must be valid JSON; names are as written, not unescaped. */
function topLevelMembers(text: string): readonly Member[] {
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
