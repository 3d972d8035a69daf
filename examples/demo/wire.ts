import { noTokens, type Tokens } from "./prices.ts";
import { system } from "./questions.ts";

/** How each team's program speaks to its model: the request it sends, and what it reads in the answer. */

export interface Team {
  readonly name: string;
  readonly model: string;
  readonly provider: "openai" | "anthropic" | "gemini";
  readonly namespace?: string;
}

/** A key of its own for each, and so a tenant of its own. */
export const teams = {
  support: { name: "support", model: "gpt-4.1-mini", provider: "openai" },
  sales: { name: "sales", model: "claude-sonnet-4-5", provider: "anthropic" },
  field: { name: "field", model: "gemini-2.5-flash", provider: "gemini" },
  research: { name: "research", model: "gpt-4.1", provider: "openai", namespace: "research" },
} as const satisfies Readonly<Record<string, Team>>;

export const embeddingModel = "text-embedding-3-small";

export interface Wish {
  readonly team: Team;
  /** What is asked; for vectors, the texts. */
  readonly ask: string | readonly string[];
  readonly stream?: boolean;
  /** Besides those of every request of the team. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WireRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export function modelOf({ team, ask }: Wish): string {
  return typeof ask === "string" ? team.model : embeddingModel;
}

export function requestOf(wish: Wish): WireRequest {
  const { team, ask, stream = false } = wish;
  const headers = {
    "content-type": "application/json",
    ...credentials(team),
    ...(team.namespace === undefined ? {} : { "x-ai-cache-namespace": team.namespace }),
    ...wish.headers,
  };
  const sent = (path: string, body: object): WireRequest => ({ path, headers, body: JSON.stringify(body) });
  if (typeof ask !== "string") return sent("/v1/embeddings", { model: embeddingModel, input: ask });
  if (team.provider === "anthropic") {
    const messages = [{ role: "user", content: ask }];
    return sent("/v1/messages", { model: team.model, max_tokens: 500, temperature: 0, system, messages });
  }
  if (team.provider === "gemini") {
    return sent(`/v1beta/models/${team.model}:generateContent`, {
      systemInstruction: { parts: [{ text: system }] },
      contents: [{ role: "user", parts: [{ text: ask }] }],
      generationConfig: { temperature: 0 },
    });
  }
  return sent("/v1/chat/completions", {
    model: team.model,
    temperature: 0,
    messages: [
      { role: "system", content: system },
      { role: "user", content: ask },
    ],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  });
}

function credentials({ name, provider }: Team): Readonly<Record<string, string>> {
  const key = `sk-demo-${name}`;
  if (provider === "anthropic") return { "x-api-key": key, "anthropic-version": "2023-06-01" };
  return provider === "gemini" ? { "x-goog-api-key": key } : { authorization: `Bearer ${key}` };
}

/** The tokens that an answer tells; of a stream, its last event with any. */
export function tokensIn({ status, headers, text }: WireAnswer): Tokens {
  if (status !== 200) return noTokens;
  if (headers["content-type"]?.startsWith("text/event-stream") !== true) return tokensOf(JSON.parse(text));
  const events = text.split("\n").filter((line) => line.startsWith("data: {"));
  const last = events.map((line) => JSON.parse(line.slice(6)) as Told).findLast(({ usage }) => usage != null);
  if (last === undefined) throw new Error("A stream told no usage.");
  return tokensOf(last);
}

interface Told {
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
    readonly input_tokens?: number;
    readonly output_tokens?: number;
  } | null;
  readonly usageMetadata?: { readonly promptTokenCount?: number; readonly candidatesTokenCount?: number };
}

function tokensOf({ usage, usageMetadata }: Told): Tokens {
  return {
    input: usage?.prompt_tokens ?? usage?.input_tokens ?? usageMetadata?.promptTokenCount ?? 0,
    cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage?.completion_tokens ?? usage?.output_tokens ?? usageMetadata?.candidatesTokenCount ?? 0,
  };
}
