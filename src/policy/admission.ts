import { type JsonValue, parseJson, toPlain } from "../core/canonical-json.ts";
import { matchesSchema } from "../core/json-schema.ts";
import { type HeaderMap, headerValue } from "../core/origin.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import type { Expectations } from "../core/protocol.ts";
import type { AnswerFacts, ChoiceFacts, ToolCallFacts } from "../core/recording.ts";
import { parseCacheControl, secondsToMs } from "./cache-control.ts";
import { isModelAsked } from "./model-family.ts";

/**
 * May this answer be stored? Only one that is whole, regular and what was asked for; every doubt is a refusal. The checks
 * run in this order, and the first that fails gives the reason:
 *
 *   1. the status is 200                                            error_status
 *   2. the origin allows storing                                    upstream_no_store
 *   3. it is within the size bound                                  too_large
 *   4. it reports no error, and fits the protocol                   error_body, schema_mismatch
 *   5. it is complete: the terminal event, and every choice ended   truncated
 *   6. every choice ended well                                      content_filter, refusal, finish_length, schema_mismatch
 *   7. every choice says something                                  schema_mismatch
 *   8. tool calls: kept by the rule, arguments that parse, tools
 *      that were offered, arguments that match their schema         tool_calls, invalid_json, schema_mismatch
 *   9. structured output parses, is an object where one was asked
 *      for, and matches its schema                                  invalid_json, schema_mismatch
 *  10. the model that was asked answered; otherwise the answer may be stored, but as that of the model that gave it
 */

export interface AdmissionInput {
  readonly status: number;
  /** `undefined` when the answer could not be read at all. */
  readonly facts: AnswerFacts | undefined;
  readonly expectations: Expectations;
  /** The origin said not to store; see `answerForbidsStoring`. */
  readonly noStore: boolean;
  /** Bytes of the recording. */
  readonly size: number;
  /** As asked. */
  readonly model: string;
}

export interface AdmissionRule {
  readonly maxBytes: number;
  /** Keep answers that ran into their token limit. Default false. */
  readonly storeTruncated?: boolean;
  /** Keep answers that call tools. Default true. */
  readonly storeToolCalls?: boolean;
  /** Structured outputs must parse, and they and tool arguments must match their schemas. Default true. Arguments must parse in any case. */
  readonly strictJson?: boolean;
  /** Obey the origin's `Cache-Control`. Default true. */
  readonly honourNoStore?: boolean;
  /** Take any model's answer for the one asked. Default false. */
  readonly anyModel?: boolean;
}

export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly reason: StoreRefusal }
  /** Only under the key that the call would have, had it asked for `model`. */
  | { readonly admitted: "under-answered-model"; readonly model: string };

export function judgeAnswer(input: AdmissionInput, rule: AdmissionRule): Admission {
  const { facts } = input;
  const reason = transportRefusal(input, rule) ?? contentRefusal(facts, input.expectations, rule);
  if (reason !== undefined) return { admitted: false, reason };
  const answered = facts?.model;
  if (answered === undefined || rule.anyModel === true || isModelAsked(input.model, answered))
    return { admitted: true };
  return { admitted: "under-answered-model", model: answered };
}

function transportRefusal(input: AdmissionInput, rule: AdmissionRule): StoreRefusal | undefined {
  if (input.status !== 200) return "error_status";
  if (input.noStore && (rule.honourNoStore ?? true)) return "upstream_no_store";
  // Written so that a size or a bound that is not a number refuses.
  if (!(input.size <= rule.maxBytes)) return "too_large";
  return undefined;
}

function contentRefusal(
  facts: AnswerFacts | undefined,
  expectations: Expectations,
  rule: AdmissionRule,
): StoreRefusal | undefined {
  if (facts === undefined) return "schema_mismatch";
  if (facts.error) return "error_body";
  if (!facts.wellFormed) return "schema_mismatch";
  if (!facts.terminal || facts.choices.some((choice) => choice.finish === "unfinished")) return "truncated";
  if (facts.choices.length < (expectations.choices ?? 1)) return "schema_mismatch";
  for (const choice of facts.choices) {
    const reason =
      endingRefusal(choice, rule) ??
      (choice.toolCalls.length > 0
        ? toolRefusal(choice.toolCalls, expectations, rule)
        : textRefusal(choice.text, expectations, rule));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function endingRefusal(choice: ChoiceFacts, rule: AdmissionRule): StoreRefusal | undefined {
  if (choice.finish === "content_filter") return "content_filter";
  if (choice.finish === "refusal" || choice.refused) return "refusal";
  if (choice.finish === "length" && rule.storeTruncated !== true) return "finish_length";
  const announcesNoCall = choice.finish === "tool_calls" && choice.toolCalls.length === 0;
  if (choice.finish === "other" || announcesNoCall || !choice.hasContent) return "schema_mismatch";
  return undefined;
}

function toolRefusal(
  calls: readonly ToolCallFacts[],
  expectations: Expectations,
  rule: AdmissionRule,
): StoreRefusal | undefined {
  if (rule.storeToolCalls === false) return "tool_calls";
  for (const call of calls) {
    const parsed = parseStrictly(call.arguments);
    if (!(parsed?.value instanceof Map)) return "invalid_json";
    if (!expectations.tools.has(call.name)) return "schema_mismatch";
    if (!fits(parsed.value, expectations.tools.get(call.name), rule)) return "schema_mismatch";
  }
  return undefined;
}

/** A choice that calls tools is not the structured output yet, so only one that does not comes here. */
function textRefusal(text: string, expectations: Expectations, rule: AdmissionRule): StoreRefusal | undefined {
  const structured = expectations.json !== false || expectations.schema !== undefined;
  if (!structured || rule.strictJson === false) return undefined;
  const parsed = parseStrictly(text);
  if (parsed === undefined) return "invalid_json";
  if (expectations.json === "object" && !(parsed.value instanceof Map)) return "schema_mismatch";
  return fits(parsed.value, expectations.schema, rule) ? undefined : "schema_mismatch";
}

function fits(value: JsonValue, schema: JsonValue | undefined, rule: AdmissionRule): boolean {
  return schema === undefined || rule.strictJson === false || matchesSchema(toPlain(value), toPlain(schema));
}

/** Values and keys in the arguments of a call, or in a structured output; what has more is not looked through. */
const mostValues = 300_000;

function parseStrictly(text: string): { readonly value: JsonValue } | undefined {
  try {
    return { value: parseJson(text, { maxValues: mostValues }) };
  } catch {
    return undefined;
  }
}

/**
 * Whether the origin's `Cache-Control` forbids storing: `no-store`, `private`, or an age of 0. `no-cache` does not count:
 * providers and servers of events send it with every answer, to keep browsers from storing them. A field that cannot be
 * read counts when it names `no-store` or `private`.
 */
export function answerForbidsStoring(headers: HeaderMap): boolean {
  const field = headerValue(headers, "cache-control");
  if (field === undefined) return false;
  const directives = parseCacheControl(field);
  if (directives === undefined) return /no-store|private/i.test(field);
  return directives.some(({ name, argument }) => {
    if (name === "no-store" || name === "private") return true;
    // An age that makes no sense is none (RFC 9111 section 4.2.1).
    return (name === "max-age" || name === "s-maxage") && (secondsToMs(argument) ?? 0) === 0;
  });
}
