import { expect, onTestFinished } from "vitest";
import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { TraceEvent } from "../../src/core/trace.ts";
import {
  embeddingInputs,
  embeddingReply,
  geminiEmbeddingReply,
  scriptedVector,
} from "../../src/testing/scripted-embeddings.ts";

/** A library cache before an origin for embeddings that is a function; time by hand. */

export type Input = string | number[];
type Body = Readonly<Record<string, unknown>>;

export interface Sent {
  readonly input: readonly Input[];
  readonly body: Body;
  readonly signal: AbortSignal;
}

/** What the origin answers in place of the vectors; `undefined` for those. */
export type Plan = (sent: Sent) => Response | undefined | Promise<Response | undefined>;

export interface Reply {
  readonly data: readonly { readonly index: number; readonly embedding: number[] | string }[];
  readonly model: string;
  readonly usage?: { readonly prompt_tokens: number; readonly total_tokens: number };
  readonly error?: { readonly type?: string; readonly code?: unknown; readonly message?: string };
}

export interface Embedded {
  readonly status: number;
  readonly headers: Headers;
  readonly outcome: string | null;
  readonly reason: string | null;
  /** What `X-AI-Cache-Embeddings` says. */
  readonly counts: string | null;
  readonly reply: Reply;
}

export interface EmbedInit {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export const model = "scripted-embed";
const url = "http://origin.test/v1/embeddings";

export async function setUpEmbeddings(options: CacheOptions = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock();
  const asked: Sent[] = [];
  const events: TraceEvent[] = [];
  const script: { plan: Plan | undefined } = { plan: undefined };
  const origin: typeof fetch = async (_url, init) => {
    const signal = init?.signal as AbortSignal;
    const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString()) as Body;
    const sent: Sent = { body, signal, input: (embeddingInputs(body) ?? []) as Input[] };
    asked.push(sent);
    const planned = await Promise.race([script.plan?.(sent), abortOf(signal)]);
    return planned ?? Response.json(embeddingReply(body, undefined) ?? geminiEmbeddingReply(body, model));
  };
  const cache: Cache = await createCache({
    clock,
    fetch: origin,
    masterKey: Buffer.alloc(32, "the same secret").toString("base64"),
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => cache.close());

  const embed = async (input: unknown, { body = {}, headers = {}, signal }: EmbedInit = {}): Promise<Embedded> => {
    const response = await cache.fetch(url, {
      method: "POST",
      headers: { authorization: "Bearer a", ...headers },
      body: JSON.stringify({ model, input, ...body }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      status: response.status,
      headers: response.headers,
      outcome: response.headers.get("x-ai-cache-status"),
      reason: response.headers.get("x-ai-cache-reason"),
      counts: response.headers.get("x-ai-cache-embeddings"),
      reply: (await response.json()) as Reply,
    };
  };
  return {
    asked,
    cache,
    clock,
    embed,
    events,
    script,
    /** The inputs of each request to the origin so far. */
    inputs: () => asked.map(({ input }) => input),
  };
}

/** The reply that the origin gives without a plan. */
export function repliesOf({ body }: Sent): Body {
  return embeddingReply(body, undefined) as Body;
}

export function expectVectors({ reply }: Embedded, inputs: readonly Input[], dimensions?: number): void {
  expect(reply.data?.map((item) => item.index)).toEqual(inputs.map((_, index) => index));
  for (const [index, input] of inputs.entries()) {
    const { embedding } = reply.data[index] as Reply["data"][number];
    const numbers = typeof embedding === "string" ? floats(embedding) : embedding.map(Math.fround);
    expect(numbers).toEqual(scriptedVector(input, model, dimensions));
  }
}

const floats = (text: string) => [...new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer)];

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
