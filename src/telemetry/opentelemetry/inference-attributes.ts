import type { Attributes } from "@opentelemetry/api";
import type { TraceEvent } from "../../core/trace.ts";
import { providerOf } from "../providers.ts";

/**
 * A call to an origin in the words of the conventions for generative AI
 * (https://github.com/open-telemetry/semantic-conventions-genai). They are still in development and have been renamed;
 * `OTEL_SEMCONV_STABILITY_OPT_IN` with `both` among its values gives the names of before as well.
 */

type Start = Extract<TraceEvent, { type: "origin-start" }>;
type End = Extract<TraceEvent, { type: "origin-end" }>;
type Ask = Extract<TraceEvent, { type: "model-ask" }>;

/** Whether names are written that were in use before those of now. */
export function wantsFormerNames(environment: Readonly<Record<string, string | undefined>>): boolean {
  const wished = environment["OTEL_SEMCONV_STABILITY_OPT_IN"] ?? "";
  return wished.split(",").some((one) => one.trim() === "both");
}

/** What the operation is called, by the name of the protocol. */
export function operationOf(protocol: string): string {
  if (protocol.endsWith("embeddings")) return "embeddings";
  if (protocol === "openai-completions") return "text_completion";
  return protocol === "gemini" ? "generate_content" : "chat";
}

/** What spans and metrics have in common. */
export function commonAttributes({ protocol, originId, model }: Start | End | Ask, shownModel = model): Attributes {
  return {
    "gen_ai.operation.name": operationOf(protocol),
    "gen_ai.provider.name": providerOf(protocol, originId),
    ...(model === "" ? {} : { "gen_ai.request.model": shownModel }),
    ...serverOf(originId),
  };
}

export function startAttributes(event: Start, formerNames: boolean): Attributes {
  const { protocol, originId, stream } = event;
  return {
    ...commonAttributes(event),
    "gen_ai.request.stream": stream,
    ...(formerNames ? { "gen_ai.system": providerOf(protocol, originId) } : {}),
  };
}

/** Of what the cache asks for itself, when it is over. */
export function askAttributes(event: Ask, formerNames: boolean): Attributes {
  const { overhead, protocol, originId } = event;
  return {
    ...commonAttributes(event),
    "reprise.purpose": overhead,
    ...(formerNames ? { "gen_ai.system": providerOf(protocol, originId) } : {}),
    ...endAttributes(event, formerNames),
  };
}

type Ended = Pick<End, "answer" | "firstByteMs"> & { readonly result: End["result"] | Ask["result"] };

export function endAttributes({ answer, firstByteMs, result }: Ended, formerNames: boolean): Attributes {
  const error = errorTypeOf(result);
  const { usage } = answer ?? {};
  return {
    ...(typeof result === "number" ? { "http.response.status_code": result } : {}),
    ...(error === undefined ? {} : { "error.type": error }),
    ...(firstByteMs === undefined ? {} : { "gen_ai.response.time_to_first_chunk": firstByteMs / 1000 }),
    ...(answer?.model === undefined ? {} : { "gen_ai.response.model": answer.model }),
    ...(answer === undefined || answer.finish.length === 0
      ? {}
      : { "gen_ai.response.finish_reasons": [...answer.finish] }),
    ...(usage === undefined
      ? {}
      : {
          "gen_ai.usage.input_tokens": usage.inputTokens,
          "gen_ai.usage.output_tokens": usage.outputTokens,
          "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
          "gen_ai.usage.cache_write.input_tokens": usage.cacheWriteTokens,
          "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
          ...(formerNames ? { "gen_ai.usage.cache_creation.input_tokens": usage.cacheWriteTokens } : {}),
        }),
  };
}

/** The status as text, or what failed; `undefined` when nothing did. */
export function errorTypeOf(result: End["result"] | Ask["result"]): string | undefined {
  if (typeof result !== "number") return result;
  return result >= 400 ? String(result) : undefined;
}

function serverOf(originId: string): Attributes {
  if (!URL.canParse(originId)) return {};
  const { hostname, port, protocol } = new URL(originId);
  const usual = protocol === "https:" ? 443 : 80;
  return { "server.address": hostname, "server.port": port === "" ? usual : Number(port) };
}
