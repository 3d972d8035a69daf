import type { LoggedAnswer } from "../../../access-log/logged-call.ts";
import { isEmbeddingProtocol, type WireFormat } from "../../../core/embedding-protocol.ts";
import type { Usage } from "../../../core/recording.ts";
import { countIn, type Fields, fieldsIn, isFields, textIn } from "./log-format.ts";

/** What logs of others hold as the answer: a document, what came with it, or the chunks of a stream. */

const largestEvent = 16 * 1024 * 1024;

/** `undefined` where nothing is said of the answer. */
export function loggedAnswer(protocol: WireFormat, response: unknown, others: Fields): LoggedAnswer | undefined {
  const known = answeredIn(protocol, response);
  const usage = usageIn(others);
  if (known === undefined && usage === undefined) return undefined;
  const status = known?.status ?? countIn(others, "status_code") ?? 200;
  const { body } = known ?? {};
  return { status, body, usage, bytes: undefined, model: body && textIn(body, "model"), refusal: undefined };
}

function answeredIn(
  protocol: WireFormat,
  response: unknown,
): { readonly status: number | undefined; readonly body: Fields | undefined } | undefined {
  if (Array.isArray(response)) {
    const body = documentOf(protocol, response);
    return body && { status: 200, body };
  }
  if (!isFields(response) || Object.keys(response).length === 0) return undefined;
  const inner = fieldsIn(response, "body");
  const status = countIn(response, "status_code") ?? countIn(response, "status");
  const body = inner ?? response;
  return { status: status ?? (isFields(body["error"]) ? 500 : 200), body };
}

/** The chunks of a stream as the document that they make. */
function documentOf(protocol: WireFormat, chunks: readonly unknown[]): Fields | undefined {
  if (isEmbeddingProtocol(protocol)) return undefined;
  try {
    const recorder = protocol.recordStream({ maxEventBytes: largestEvent });
    const events = chunks.map((chunk) => {
      const name = isFields(chunk) && typeof chunk["type"] === "string" ? `event: ${chunk["type"]}\n` : "";
      return `${name}data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;
    });
    const done = recorder.push(Buffer.from(events.join(""))).some(({ terminal }) => terminal);
    if (!done) recorder.push(Buffer.from("data: [DONE]\n\n"));
    recorder.close?.();
    recorder.end();
    const json = protocol.replayJson(recorder.recording(), { includeUsage: true, zeroUsage: false });
    const document: unknown = JSON.parse(Buffer.from(json).toString("utf8"));
    return isFields(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Token counts beside the answer. */
function usageIn(fields: Fields): Usage | undefined {
  const usage = fieldsIn(fields, "usage") ?? fields;
  const inputTokens = countIn(usage, "prompt_tokens") ?? countIn(usage, "input_tokens");
  if (inputTokens === undefined) return undefined;
  return {
    inputTokens,
    outputTokens: countIn(usage, "completion_tokens") ?? countIn(usage, "output_tokens") ?? 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}
