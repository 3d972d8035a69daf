import { onTestFinished } from "vitest";
import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { TraceEvent } from "../../src/core/trace.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/scripted-origin.ts";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { eventually } from "../e2e/eventually.ts";

export { seededRandom };

/** A library cache before a scripted origin: real HTTP between them, time by hand, chance from a seed. */
export interface Harness {
  readonly origin: ScriptedOrigin;
  readonly clock: ManualClock;
  readonly cache: Cache;
  readonly events: TraceEvent[];
  /** Asks the model; `body` is added to the plain question. */
  ask(body?: object, init?: AskInit): Promise<Response>;
  /** The same, read to its end. */
  read(body?: object, init?: AskInit): Promise<Reading>;
  eventsOf<Type extends TraceEvent["type"]>(type: Type): Extract<TraceEvent, { type: Type }>[];
}

export interface AskInit {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly query?: string;
}

export interface Reading {
  /** 0 where there is no response, because the origin could not be reached. */
  readonly status: number;
  readonly headers: Headers;
  /** What `X-AI-Cache-Status` says. */
  readonly outcome: string | null;
  readonly reason: string | null;
  /** The raw body. */
  readonly raw: string;
  /** The answer's text, whatever its form. */
  readonly text: string;
  /** What the call or reading its body threw. */
  readonly error: unknown;
}

export const question = { model: "scripted-small", messages: [{ role: "user", content: "Where is the bay? 🌊" }] };

export async function setUp(options: CacheOptions = {}): Promise<Harness> {
  const origin = await startScriptedOrigin();
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  const cache = await createCache({
    clock,
    random: seededRandom(),
    onEvent: (event) => events.push(event),
    ...options,
    policy: { ttlJitter: 0, ...options.policy },
  });
  onTestFinished(async () => {
    await cache.close();
    await origin.close();
  });
  const ask = asking(cache, origin);
  return {
    origin,
    clock,
    cache,
    events,
    ask,
    read: async (body, init) => {
      try {
        return await readResponse(await ask(body, init));
      } catch (error) {
        return { status: 0, headers: new Headers(), outcome: null, reason: null, raw: "", text: "", error };
      }
    },
    eventsOf: (type) => events.filter((event) => event.type === type) as never,
  };
}

/** Asks the origin by way of the cache. */
export function asking(cache: Cache, origin: ScriptedOrigin): Harness["ask"] {
  return (body = {}, { headers = {}, signal, query = "" } = {}) =>
    cache.fetch(`${origin.url}/chat/completions${query}`, {
      method: "POST",
      headers: { authorization: "Bearer one", "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...question, ...body }),
      ...(signal === undefined ? {} : { signal }),
    });
}

export async function readResponse(response: Response): Promise<Reading> {
  const decoder = new TextDecoder();
  let raw = "";
  let error: unknown;
  try {
    for await (const chunk of response.body ?? []) raw += decoder.decode(chunk, { stream: true });
  } catch (thrown) {
    error = thrown;
  }
  const { headers, status } = response;
  return {
    status,
    headers,
    outcome: headers.get("x-ai-cache-status"),
    reason: headers.get("x-ai-cache-reason"),
    raw,
    text: textOf(raw, headers.get("content-type")),
    error,
  };
}

/** The text of the first choice. */
function textOf(raw: string, contentType: string | null): string {
  if (contentType?.startsWith("text/event-stream")) {
    return eventsOf(raw)
      .map((event) => event.choices?.find(({ index }) => index === 0)?.delta?.content ?? "")
      .join("");
  }
  try {
    return (JSON.parse(raw) as ChatBody).choices?.[0]?.message?.content ?? "";
  } catch {
    return "";
  }
}

interface ChatBody {
  readonly choices?: readonly {
    readonly index?: number;
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
  }[];
  readonly usage?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: string };
}

/** The events of a stream as JSON, without `[DONE]`. */
export function eventsOf(raw: string): readonly ChatBody[] {
  return raw
    .split("\n\n")
    .filter((block) => block.startsWith("data: {"))
    .map((block) => JSON.parse(block.slice(6)) as ChatBody);
}

/** True for an answer that is complete and unaltered. */
export function isIntact(reading: Reading): boolean {
  return reading.error === undefined && isWhole(reading.text);
}

/** Lets the event loop turn until `condition` holds; gives up loudly. */
export function until(condition: () => boolean, what = "the condition"): Promise<void> {
  return eventually(what, condition);
}

/** Some turns of the event loop, for things that must not happen. */
export async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
