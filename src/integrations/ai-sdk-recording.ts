import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  SharedV4Headers,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";

/**
 * An answer of an AI SDK model in the shape it was received, a result or the parts of a stream, and either made of the
 * other. Text and reasoning stand where they began; the metadata of a block is the last that any of its parts carries,
 * as in `streamText`. What serves debugging only (request, response body) is not part of an answer.
 */

export type AnswerRecording =
  | { readonly form: "result"; readonly result: LanguageModelV4GenerateResult }
  | {
      readonly form: "parts";
      readonly parts: readonly LanguageModelV4StreamPart[];
      readonly headers: SharedV4Headers | undefined;
    };

/** What is kept of a result. */
export function recordingOfResult(result: LanguageModelV4GenerateResult): AnswerRecording {
  const { request: _, response, ...answer } = result;
  if (response === undefined) return { form: "result", result: answer };
  const { body: __, headers, ...metadata } = response;
  const kept = headers === undefined ? metadata : { ...metadata, headers: withoutCookies(headers) };
  return { form: "result", result: { ...answer, response: kept } };
}

/** What is kept of a stream. */
export function recordingOfParts(
  parts: readonly LanguageModelV4StreamPart[],
  headers: SharedV4Headers | undefined,
): AnswerRecording {
  return {
    form: "parts",
    parts: parts.filter((part) => part.type !== "ping"),
    headers: headers === undefined ? undefined : withoutCookies(headers),
  };
}

/** Cookies are for the one who asked. */
function withoutCookies(headers: SharedV4Headers): SharedV4Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^set-cookie2?$/i.test(name)));
}

export function headersOf(recording: AnswerRecording): SharedV4Headers | undefined {
  return recording.form === "parts" ? recording.headers : recording.result.response?.headers;
}

/** The parts to replay, or `undefined` for a result that a stream has no words for. */
export function partsOf(recording: AnswerRecording): readonly LanguageModelV4StreamPart[] | undefined {
  if (recording.form === "parts") return recording.parts;
  const { content, finishReason, usage, providerMetadata, warnings, response, structuredOutputText } = recording.result;
  if (structuredOutputText !== undefined) return undefined;
  const { headers: _, body: __, ...metadata } = response ?? {};
  const parts: LanguageModelV4StreamPart[] = [{ type: "stream-start", warnings }];
  if (Object.keys(metadata).length > 0) parts.push({ type: "response-metadata", ...metadata });
  content.forEach((part, index) => {
    parts.push(...partsOfContent(part, String(index)));
  });
  parts.push({ type: "finish", finishReason, usage, ...metadataOf(providerMetadata) });
  return parts;
}

function partsOfContent(part: LanguageModelV4Content, id: string): LanguageModelV4StreamPart[] {
  if (part.type === "text" || part.type === "reasoning") {
    const { type, text } = part;
    const citations = part.type === "text" && part.citations !== undefined ? { citations: part.citations } : {};
    return [
      { type: `${type}-start`, id, ...metadataOf(part.providerMetadata) },
      { type: `${type}-delta`, id, delta: text },
      { type: `${type}-end`, id, ...citations } as LanguageModelV4StreamPart,
    ];
  }
  if (part.type !== "tool-call") return [part];
  const { toolCallId, toolName, input, providerExecuted, dynamic } = part;
  return [
    {
      type: "tool-input-start",
      id: toolCallId,
      toolName,
      ...(providerExecuted === undefined ? {} : { providerExecuted }),
      ...(dynamic === undefined ? {} : { dynamic }),
    },
    { type: "tool-input-delta", id: toolCallId, delta: input },
    { type: "tool-input-end", id: toolCallId },
    part,
  ];
}

/** The result that these parts add up to, or `undefined` when they do not end. */
export function resultOf(recording: AnswerRecording): LanguageModelV4GenerateResult | undefined {
  if (recording.form === "result") return recording.result;
  const finish = recording.parts.find((part) => part.type === "finish");
  if (finish === undefined) return undefined;
  const { headers } = recording;
  const metadata = metadataOfResponse(recording.parts);
  const response = { ...metadata, ...(headers === undefined ? {} : { headers }) };
  return {
    content: contentOf(recording.parts),
    finishReason: finish.finishReason,
    usage: finish.usage,
    ...metadataOf(finish.providerMetadata),
    warnings: recording.parts.flatMap((part) => (part.type === "stream-start" ? part.warnings : [])),
    ...(Object.keys(response).length === 0 ? {} : { response }),
  };
}

function metadataOfResponse(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4ResponseMetadata {
  const merged: LanguageModelV4ResponseMetadata = {};
  for (const part of parts) {
    if (part.type !== "response-metadata") continue;
    const { type: _, ...metadata } = part;
    Object.assign(merged, metadata);
  }
  return merged;
}

type Block = Extract<LanguageModelV4Content, { type: "text" | "reasoning" }>;

function contentOf(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4Content[] {
  const content: LanguageModelV4Content[] = [];
  const open = new Map<string, Block>();
  for (const part of parts) {
    switch (part.type) {
      case "text-start":
      case "reasoning-start": {
        const type = part.type === "text-start" ? "text" : "reasoning";
        const block: Block = { type, text: "", ...metadataOf(part.providerMetadata) };
        open.set(type + part.id, block);
        content.push(block);
        break;
      }
      case "text-delta":
      case "reasoning-delta": {
        const block = open.get(part.type.replace("-delta", part.id));
        if (block === undefined) break;
        block.text += part.delta;
        Object.assign(block, metadataOf(part.providerMetadata));
        break;
      }
      case "text-end":
      case "reasoning-end": {
        const block = open.get(part.type.replace("-end", part.id));
        Object.assign(block ?? {}, metadataOf(part.providerMetadata));
        if (part.type === "text-end" && part.citations !== undefined)
          Object.assign(block ?? {}, { citations: part.citations });
        break;
      }
      case "tool-result":
        // Preliminary results are replaced by the final one.
        if (part.preliminary !== true) content.push(part);
        break;
      case "tool-call":
      case "tool-approval-request":
      case "source":
      case "file":
      case "reasoning-file":
      case "custom":
        content.push(part);
        break;
      default:
        break;
    }
  }
  return content;
}

function metadataOf(providerMetadata: SharedV4ProviderMetadata | undefined): {
  providerMetadata?: SharedV4ProviderMetadata;
} {
  return providerMetadata === undefined ? {} : { providerMetadata };
}
