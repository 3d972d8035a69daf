import { parseJson, serializeJson } from "../core/canonical-json.ts";
import { topLevelMembers, withoutMember } from "./json-text.ts";
import { readEvents, renderEvent, type SseEvent } from "./sse.ts";
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
  const left = dataWithoutUsage(event.data);
  return left === undefined ? undefined : withData(event, left);
}

function withData(event: SseEvent, data: string): Uint8Array {
  return data === event.data ? event.bytes : encoder.encode(renderEvent(data, event.name, event.id));
}

function dataWithoutUsage(data: string): string | undefined {
  if (!data.includes('"usage"')) return data;
  const members = topLevelMembers(data);
  const at = members.findIndex((member) => member.name === "usage");
  const usage = members[at];
  if (usage === undefined) return data;
  if (data.startsWith("null", usage.valueFrom)) return withoutMember(data, members, at);
  const choices = members.find((member) => member.name === "choices");
  const noChoices = choices !== undefined && /^\[\s*\]$/.test(data.slice(choices.valueFrom, choices.valueTo));
  return data[usage.valueFrom] === "{" && noChoices ? undefined : data;
}

/** The JSON document with all its token counts 0. */
function withZeroUsage(document: string): string {
  const usage = topLevelMembers(document).find((member) => member.name === "usage");
  if (usage === undefined) return document;
  const zero = serializeJson(zeroNumbers(parseJson(document.slice(usage.valueFrom, usage.valueTo))), true);
  return document.slice(0, usage.valueFrom) + zero + document.slice(usage.valueTo);
}

/**
 * Null usage where OpenAI puts it, at the end of a chunk or before its padding, and the blank line. Nothing else can
 * look like this: the quotes that follow a comma or a colon open a string, the brace before the blank line closes
 * the chunk, and a recorded stream has its blank lines only between events.
 */
const nullUsageAtEnd = /,"usage":null((?:,"obfuscation":"\w*")?\}\n\n)/g;

/** A recorded stream as the view wants it. Works on the bytes as Latin-1, since all that is looked for is ASCII. */
export function viewOfEvents(body: Uint8Array, view: { includeUsage: boolean; zeroUsage: boolean }): Uint8Array {
  if ((view.includeUsage && !view.zeroUsage) || !mentionsUsage(body)) return body;
  let text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
  if (!view.includeUsage) text = text.replace(nullUsageAtEnd, "$1");
  let seen = "";
  let copiedTo = 0;
  for (let at = text.indexOf('"usage"'); at >= 0; at = text.indexOf('"usage"', copiedTo)) {
    const before = text.lastIndexOf("\n\n", at);
    const after = text.indexOf("\n\n", at);
    const from = before < 0 ? 0 : before + 2;
    const to = after < 0 ? text.length : after + 2;
    seen += text.slice(copiedTo, from);
    for (const event of readEvents(Buffer.from(text.slice(from, to), "latin1"))) {
      seen += Buffer.from(viewOfEvent(event, view)).toString("latin1");
    }
    copiedTo = to;
  }
  return new Uint8Array(Buffer.from(seen + text.slice(copiedTo), "latin1"));
}

function viewOfEvent(event: SseEvent, view: { includeUsage: boolean; zeroUsage: boolean }): Uint8Array {
  const left = view.includeUsage ? event.data : dataWithoutUsage(event.data);
  if (left === undefined) return new Uint8Array(0);
  return withData(event, view.zeroUsage ? withZeroUsage(left) : left);
}

export function zeroUsageOfJson(body: Uint8Array): Uint8Array {
  return mentionsUsage(body) ? encoder.encode(withZeroUsage(decoder.decode(body))) : body;
}

function mentionsUsage(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"usage"');
}
