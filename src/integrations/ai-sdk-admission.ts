import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
} from "@ai-sdk/provider";
import { fromPlain, type JsonValue } from "../core/canonical-json.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import type { Expectations } from "../core/protocol.ts";
import type { AnswerFacts, FinishReason } from "../core/recording.ts";
import { type AdmissionRule, answerForbidsStoring, judgeAnswer } from "../policy/admission.ts";

/** What admission needs to know of an AI SDK answer; the judgement is the same as for every other answer. */

const finishes: Readonly<Record<LanguageModelV4FinishReason["unified"], FinishReason>> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  "tool-calls": "tool_calls",
  error: "other",
  interrupted: "unfinished",
  other: "other",
};

/** Why this answer must not be kept, if it must not. */
export function refusalOf(
  result: LanguageModelV4GenerateResult,
  params: LanguageModelV4CallOptions,
  rule: Omit<AdmissionRule, "maxBytes">,
): StoreRefusal | undefined {
  const headers = Object.fromEntries(
    Object.entries(result.response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const verdict = judgeAnswer(
    {
      status: 200,
      facts: factsOf(result),
      expectations: expectationsOf(params),
      noStore: answerForbidsStoring(headers),
      size: 0,
      model: "",
    },
    { ...rule, maxBytes: Number.POSITIVE_INFINITY, anyModel: true },
  );
  return verdict.admitted === false ? verdict.reason : undefined;
}

function factsOf(result: LanguageModelV4GenerateResult): AnswerFacts {
  const { content, finishReason, structuredOutputText } = result;
  const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  const toolCalls = content.flatMap((part) =>
    part.type === "tool-call" && part.providerExecuted !== true ? [{ name: part.toolName, arguments: part.input }] : [],
  );
  const finish = finishes[finishReason.unified];
  return {
    wellFormed: true,
    error: finishReason.unified === "error",
    terminal: finish !== "unfinished",
    model: undefined,
    usage: undefined,
    choices: [
      {
        finish,
        text: structuredOutputText ?? text,
        refused: false,
        toolCalls,
        hasContent: text !== "" || content.some((part) => part.type !== "text" && part.type !== "reasoning"),
      },
    ],
  };
}

function expectationsOf({ responseFormat, tools = [] }: LanguageModelV4CallOptions): Expectations {
  const json = responseFormat?.type === "json";
  return {
    json: json ? "any" : false,
    schema: json ? schemaOf(responseFormat.schema) : undefined,
    tools: new Map(tools.map((tool) => [tool.name, tool.type === "function" ? schemaOf(tool.inputSchema) : undefined])),
  };
}

function schemaOf(schema: unknown): JsonValue | undefined {
  return schema === undefined ? undefined : fromPlain(schema);
}
