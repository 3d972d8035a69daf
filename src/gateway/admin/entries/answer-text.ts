import type { SealedEntry } from "../../../core/entry.ts";
import type { AnswerFacts, ToolCallFacts } from "../../../core/recording.ts";
import { readRecord } from "../../../layers/embedding/vector-record.ts";
import { protocols } from "../../../protocols/all.ts";

/** What a stored answer says, for people to read. Whatever cannot be read is an answer without words. */

export interface AnswerWords {
  readonly text: string;
  /** Why the first choice ended. */
  readonly finish: string | undefined;
  readonly toolCalls: readonly ToolCallFacts[];
}

const mostEventBytes = 16 * 1024 * 1024;

export function wordsOf(entry: SealedEntry): AnswerWords {
  const plain = (text: string): AnswerWords => ({ text, finish: undefined, toolCalls: [] });
  try {
    if (entry.form === "vector") return plain(ofVector(entry));
    const facts = factsOf(entry);
    if (facts === undefined) return plain(textOf(entry.body));
    return {
      text: facts.choices.map(({ text }) => text).join("\n\n"),
      finish: facts.choices[0]?.finish,
      toolCalls: facts.choices.flatMap(({ toolCalls }) => toolCalls),
    };
  } catch {
    return plain("");
  }
}

/** On one line, and not longer than `most` UTF-16 units. */
export function previewOf(text: string, most: number): string {
  // As much as could make up a preview, whatever stands between the words.
  const line = text
    .slice(0, 4 * most)
    .replace(/\s+/g, " ")
    .trim();
  return cut(line, most);
}

/** Not in the middle of a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** `undefined` for what no protocol made: the value of a program. */
function factsOf({ form, body, note }: SealedEntry): AnswerFacts | undefined {
  const protocol = protocols.find(({ name }) => name === note.protocol);
  if (protocol === undefined) return undefined;
  if (form === "json") return protocol.readJson(body).facts;
  const recorder = protocol.recordStream({ maxEventBytes: mostEventBytes });
  recorder.push(body);
  recorder.close?.();
  recorder.end();
  return recorder.facts();
}

function ofVector({ body }: SealedEntry): string {
  const record = readRecord(body);
  return record === undefined ? "" : `${record.vector.length} numbers`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
