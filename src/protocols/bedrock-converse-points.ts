import type { CacheMarks, MarkablePart, MarkablePrompt } from "../core/cache-marks.ts";
import type { Usage } from "../core/recording.ts";

/**
 * Where a request to Amazon Bedrock's Converse API may carry cache points, and how they are put there: a `cachePoint` is an
 * element of its own behind the tool, the block of the system prompt or the block of a message up to which the prompt is
 * kept, in this order (docs.aws.amazon.com/bedrock, "Prompt caching", and `CachePointBlock` of the API reference). Behind a
 * thought none may stand; and Nova keeps no tools, and of messages only texts of the user.
 */

type Block = Readonly<Record<string, unknown>>;

/** As much of the request as is read; all else is passed on. */
export interface ConverseRequest {
  readonly modelId?: string | undefined;
  readonly system?: readonly Block[] | undefined;
  readonly messages?:
    | readonly { readonly role?: string | undefined; readonly content?: readonly Block[] | undefined }[]
    | undefined;
  readonly toolConfig?: { readonly tools?: readonly Block[] | undefined } | undefined;
}

/** As the answer tells it. */
export interface ConverseUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheWriteInputTokens?: number | undefined;
}

type List = "tools" | "system" | number;

interface PlacedPart extends MarkablePart {
  readonly list: List;
  readonly block: number;
}

const keptBlocks = ["text", "image", "document", "video", "toolUse", "toolResult"];

export function conversePrompt(request: ConverseRequest): MarkablePrompt {
  const lists = [request.toolConfig?.tools, request.system, ...(request.messages ?? []).map(({ content }) => content)];
  const hasOwnMarks = lists.some((list) => list?.some((block) => "cachePoint" in block));
  return { parts: partsOf(request), hasOwnMarks, hasOwnKey: true };
}

/** The same request with cache points; it itself stays as it is. */
export function withCachePoints<Request extends ConverseRequest>(
  request: Request,
  { ends, long = 0 }: Pick<CacheMarks, "ends" | "long">,
): Request {
  const parts = partsOf(request);
  const points = new Map<List, Map<number, Block>>();
  for (const [index, end] of ends.entries()) {
    const part = parts[end];
    if (part?.takesMark !== true) continue;
    const point = { cachePoint: { type: "default", ...(index < long ? { ttl: "1h" } : {}) } };
    points.set(part.list, (points.get(part.list) ?? new Map<number, Block>()).set(part.block, point));
  }
  const marked = (list: List, blocks: readonly Block[]) => {
    const behind = points.get(list);
    return blocks.flatMap((block, at) => [block, ...(behind?.has(at) === true ? [behind.get(at) as Block] : [])]);
  };
  const { toolConfig, system, messages } = request;
  return {
    ...request,
    ...(points.has("tools") && { toolConfig: { ...toolConfig, tools: marked("tools", toolConfig?.tools ?? []) } }),
    ...(points.has("system") && { system: marked("system", system ?? []) }),
    ...(messages !== undefined && {
      messages: messages.map((message, index) =>
        points.has(index) ? { ...message, content: marked(index, message.content ?? []) } : message,
      ),
    }),
  };
}

/** `inputTokens` leaves out what was read from the cache and written to it. Counts that are none are 0. */
export function converseUsage(usage: ConverseUsage): Usage {
  const count = (value: unknown): number =>
    Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : 0;
  const [read, written] = [count(usage.cacheReadInputTokens), count(usage.cacheWriteInputTokens)];
  return {
    inputTokens: count(usage.inputTokens) + read + written,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: count(usage.outputTokens),
    reasoningTokens: 0,
  };
}

function partsOf({ modelId = "", toolConfig, system, messages }: ConverseRequest): readonly PlacedPart[] {
  const isNova = modelId.includes("nova");
  const parts: PlacedPart[] = [];
  const add = (list: List, by: MarkablePart["by"], blocks: readonly Block[] = [], before = ""): void => {
    for (const [block, value] of blocks.entries()) {
      const isKept = list === "tools" ? !isNova : keptBlocks.some((name) => isGiven(value[name]));
      const takesMark = isKept && (!isNova || list === "system" || (by === "user" && "text" in value));
      const text = (block === 0 ? before : "") + JSON.stringify(value, bytesAsText);
      parts.push({
        list,
        block,
        by,
        text,
        takesMark,
        isLast: block === blocks.length - 1,
        isMarked: "cachePoint" in value,
      });
    }
  };
  add("tools", "head", toolConfig?.tools);
  add("system", "head", system);
  for (const [index, { role = "", content }] of (messages ?? []).entries()) {
    const isAnswer = content?.some((block) => "toolResult" in block) === true;
    add(index, role === "assistant" ? "model" : isAnswer ? "tool" : "user", content, role);
  }
  return parts;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== "";
}

/** Images and documents are bytes in the SDK. */
function bytesAsText(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
