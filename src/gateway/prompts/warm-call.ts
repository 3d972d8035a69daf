import { OriginError } from "../../core/errors.ts";
import type { Protocol } from "../../core/protocol.ts";
import type { Usage } from "../../core/recording.ts";
import type { Overhead } from "../../core/trace.ts";
import type { Core } from "../../core-assembly.ts";
import { lintRulesFor } from "../../layers/prefix/lint/lint-rules.ts";
import { anthropicMessages } from "../../protocols/anthropic-messages.ts";
import { gemini } from "../../protocols/gemini.ts";
import { openAiChat } from "../../protocols/openai-chat.ts";
import type { UpstreamSettings } from "../../upstream-options.ts";
import { credentialField } from "../upstream-credential.ts";
import type { Upstream } from "../upstream-origin.ts";

/**
 * A call for one token that begins with a registered prompt, so that whoever computes it keeps that beginning: to one
 * replica, or to a provider. What it cost is booked as the cache's own.
 */

/** A server to be warmed. */
export interface WarmTarget {
  /** The upstream that it belongs to. */
  readonly upstream: Upstream;
  readonly family: UpstreamSettings["protocol"];
  /** The same, or one of its replicas. */
  readonly server: Upstream;
}

export interface WarmWish {
  readonly text: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

export type WarmResult =
  | { readonly kind: "warmed"; readonly usage: Usage | undefined }
  /** It would come to nothing. */
  | { readonly kind: "skipped"; readonly reason: "salted"; readonly leastTokens?: undefined }
  | { readonly kind: "skipped"; readonly reason: "below-minimum"; readonly leastTokens: number }
  | { readonly kind: "failed"; readonly reason: string };

const overhead: Overhead = "warmup";
const protocols: Readonly<Record<UpstreamSettings["protocol"], Protocol>> = {
  openai: openAiChat,
  anthropic: anthropicMessages,
  gemini,
};
const usualLengthOfToken = 4;
/** Of an answer of one token. */
const mostAnswerBytes = 1024 * 1024;

/** Never rejects. */
export async function warmUp(
  core: Pick<Core, "spend">,
  { upstream, family, server }: WarmTarget,
  { text, model, apiKey }: WarmWish,
  signal: AbortSignal,
): Promise<WarmResult> {
  const protocol = protocols[family];
  const call = protocol.warmUp?.(model, text);
  // What is kept is kept for one tenant then, and nobody's is not asked for.
  if (upstream.takesSalt === true || call === undefined) return { kind: "skipped", reason: "salted" };
  const { leastTokens } = lintRulesFor(protocol.name, model, server.id);
  if (text.length / usualLengthOfToken < leastTokens) return { kind: "skipped", reason: "below-minimum", leastTokens };
  const headers = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    ...(family === "anthropic" && { "anthropic-version": "2023-06-01" }),
    ...credentialOf(family, server.id, apiKey),
  };
  try {
    const { endpoint: target } = call;
    // Written as the calls are that shall share it.
    const body = protocol.parseRequest(call.body, target).forward();
    const response = await server.send({ method: "POST", target, headers, body }, signal);
    const answer = await collected(response.body);
    if (response.status !== 200) return { kind: "failed", reason: `status ${response.status}` };
    const { usage, model: answeredBy } = protocol.readJson(answer).facts;
    core.spend(overhead, { protocol: protocol.name, originId: upstream.id, model, answeredBy, usage });
    return { kind: "warmed", usage };
  } catch (error) {
    return { kind: "failed", reason: error instanceof OriginError ? error.failure : "invalid answer" };
  }
}

function credentialOf(protocol: WarmTarget["family"], url: string, apiKey: string | undefined) {
  return apiKey === undefined
    ? {}
    : Object.fromEntries([credentialField({ protocol, apiKeyField: "auto" }, url, apiKey)]);
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostAnswerBytes) break;
  }
  return Buffer.concat(chunks);
}
