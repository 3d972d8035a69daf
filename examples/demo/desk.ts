import OpenAI from "openai";
import { system } from "./questions.ts";

/** The support desk: asks through the official SDK, as any application would, and measures what comes back. */

/** `X-AI-Cache-Status` of the answer, or `ERROR` when there was none. */
export type Status = "HIT" | "STALE" | "MISS" | "COALESCED" | "REFRESH" | "BYPASS" | "ERROR";

export interface Exchange {
  readonly team: string;
  readonly question: string;
  readonly version: string;
  readonly status: Status;
  /** From the request to the last byte of the answer. */
  readonly durationMs: number;
  /** As the origin counted them when it computed this answer. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Wish {
  readonly team: string;
  readonly question: string;
  readonly stream?: boolean;
  /** Where the rule for short-lived answers applies. */
  readonly namespace?: string;
  /** The label of the knowledge the answer is based on. */
  readonly version?: string;
}

export class Desk {
  readonly #baseURL: string;
  readonly #clients = new Map<string, OpenAI>();
  readonly exchanges: Exchange[] = [];

  constructor(baseURL: string) {
    this.#baseURL = baseURL;
  }

  async ask(wish: Wish): Promise<Exchange> {
    const { team, question, version = "" } = wish;
    const startedAt = performance.now();
    const { status, usage } = await this.#send(wish).catch((error: unknown) => {
      if (error instanceof OpenAI.APIError) return { status: "ERROR" as const, usage: undefined };
      throw error;
    });
    const exchange: Exchange = {
      team,
      question,
      version,
      status,
      durationMs: performance.now() - startedAt,
      inputTokens: usage?.prompt_tokens ?? 0,
      outputTokens: usage?.completion_tokens ?? 0,
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  async #send({ team, question, stream = false, namespace, version }: Wish) {
    const request = {
      model: "scripted-large",
      temperature: 0,
      messages: [
        { role: "system" as const, content: system },
        { role: "user" as const, content: question },
      ],
    };
    const headers = {
      ...(namespace === undefined ? {} : { "X-AI-Cache-Namespace": namespace }),
      ...(version === undefined ? {} : { "X-AI-Cache-Version": version }),
    };
    const { completions } = this.#clientOf(team).chat;
    if (!stream) {
      const { data, response } = await completions.create(request, { headers }).withResponse();
      return { status: statusOf(response), usage: data.usage };
    }
    const options = { ...request, stream: true as const, stream_options: { include_usage: true } };
    const { data, response } = await completions.create(options, { headers }).withResponse();
    let usage: OpenAI.CompletionUsage | undefined;
    for await (const chunk of data) usage = chunk.usage ?? usage;
    return { status: statusOf(response), usage };
  }

  /** Every team has a key of its own, and so a tenant of its own. */
  #clientOf(team: string): OpenAI {
    const known = this.#clients.get(team);
    if (known !== undefined) return known;
    const client = new OpenAI({ baseURL: this.#baseURL, apiKey: `sk-demo-${team}`, maxRetries: 0 });
    this.#clients.set(team, client);
    return client;
  }
}

function statusOf(response: Response): Status {
  return (response.headers.get("x-ai-cache-status") ?? "BYPASS") as Status;
}
