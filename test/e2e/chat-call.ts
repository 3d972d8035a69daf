import { begin, type Exchange, type Exchanged, exchange } from "./http-exchange.ts";

/** Chat completions as a client sends them, and how to read what comes back. */

export const chatPath = "/v1/chat/completions";

export function question(content = "Tell me of the sea 🌊", fields: object = {}): Record<string, unknown> {
  return { model: "scripted-large", messages: [{ role: "user", content }], ...fields };
}

type Headers = Readonly<Record<string, string>>;

/** A gateway, or what stands before one; `flush` where it runs in this process. */
export interface Asked {
  readonly url: string;
  flush?(): Promise<void>;
}

/**
 * Resolves with the answer when it is stored, so that the same question then finds it: under load a caller has its answer
 * before the store has. A store that is frozen is waited for no longer than some turns of the event loop.
 */
export async function ask(gateway: Asked, body: object = question(), headers: Headers = {}): Promise<Exchanged> {
  const answer = await exchange(gateway.url + chatPath, { body, headers: withType(headers) });
  let isStored = gateway.flush === undefined;
  void gateway.flush?.().finally(() => {
    isStored = true;
  });
  for (let turn = 0; !isStored && turn < mostTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  return answer;
}

const mostTurns = 5_000;

export function beginAsking(
  gateway: { readonly url: string },
  body: object = question(),
  headers: Headers = {},
): Exchange {
  return begin(gateway.url + chatPath, { body, headers: withType(headers) });
}

export function bearer(key: string): Headers {
  return { authorization: `Bearer ${key}` };
}

function withType(headers: Headers): Headers {
  return { "content-type": "application/json", ...headers };
}

export function statusOf({ headers }: Pick<Exchanged, "headers">): string {
  return String(headers["x-ai-cache-status"]);
}

export function reasonOf({ headers }: Pick<Exchanged, "headers">): string {
  return String(headers["x-ai-cache-reason"]);
}

/** The content of the first choice, of a document or of a stream. */
export function contentOf({ text }: Pick<Exchanged, "text">): string {
  if (!text.startsWith("data:") && !text.startsWith(":")) return JSON.parse(text).choices[0].message.content;
  return eventsOf(text)
    .map((event) => event.choices?.[0]?.delta?.content ?? "")
    .join("");
}

interface ChatEvent {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: { readonly message: string; readonly code: string | null };
  readonly usage?: unknown;
}

/** The events of a stream, `[DONE]` left out. */
export function eventsOf(text: string): readonly ChatEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("data: ") && block !== "data: [DONE]")
    .map((block) => JSON.parse(block.slice(6)) as ChatEvent);
}

export function isDone(text: string): boolean {
  return text.endsWith("data: [DONE]\n\n");
}
