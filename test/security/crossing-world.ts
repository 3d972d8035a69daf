import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import type { ManualClock, Random } from "../../src/core/clock.ts";

/**
 * Many tenants ask the same things of one cache, or of several over one store, and each answer of the origin carries a
 * mark of the credentials that it was computed for. Whatever comes back is searched for the marks of others. Questions are
 * few and asked in many ways, so that every layer has something to answer with.
 */

const questions = [
  "What is the capital of France",
  "How do I reset my password",
  "Which planet is the largest",
  "Who wrote the novel Emma",
  "How long does a parcel to Spain take",
  "What does the red light on the router mean",
  "Where can I see my invoices",
  "How do I boil an egg",
] as const;
const openings = ["", "Please tell me: ", "Hello, ", "please: "] as const;
const ends = ["", "?", "??", " ?", "!", ".", "  ", "?!", " ??"] as const;
const inputs = Array.from({ length: 40 }, (_, index) => `text ${index}`);

const markOf = (tenant: number): string => `canary-${tenant}-`;
const credentialOf = (tenant: number): string => `Bearer sk-tenant-${tenant}`;
const anyMark = /canary-\d+-/g;

export interface Crossings {
  lookups: number;
  /** By what `X-AI-Cache-Status` and `X-AI-Cache-Layer` say. */
  readonly outcomes: Map<string, number>;
  /** What was found in an answer that is of somebody else, or missing in it. */
  readonly found: string[];
}

/** A cache with all layers, whose answers are soon stale. */
export function newCache(options: CacheOptions): Promise<Cache> {
  return createCache({
    fetch: markedOrigin as typeof fetch,
    policy: { ttl: "30s", staleWhileRevalidate: "5m", ttlJitter: 0 },
    semantic: { mode: "serve" },
    random: seededRandom(1),
    ...options,
  });
}

/** JSON, a stream, or vectors, whose first number is the tenant. */
async function markedOrigin(_url: unknown, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  const tenant = Number(
    /sk-tenant-(\d+)$/.exec(headers.get("authorization") ?? headers.get("x-request-id") ?? "")?.[1] ?? Number.NaN,
  );
  const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString("utf8"));
  // The reply comes in a later turn, so that identical calls meet on the way.
  await new Promise((resolve) => setImmediate(resolve));
  if (body.input !== undefined) {
    const asked = [body.input].flat() as readonly string[];
    const data = asked.map((text, index) => ({ index, embedding: encoded([tenant, inputs.indexOf(text)], body) }));
    return Response.json({ object: "list", model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } });
  }
  const text = `${markOf(tenant)} answers ${body.messages.at(-1).content}`;
  const model = body.model;
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (body.stream !== true) {
    const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }];
    return Response.json({ id: "c", object: "chat.completion", created: 1, model, choices, usage });
  }
  const chunk = (choices: readonly object[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model, choices, ...more })}\n\n`;
  const events = [
    chunk([{ index: 0, delta: { role: "assistant", content: text }, finish_reason: null }]),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    chunk([], { usage }),
    "data: [DONE]\n\n",
  ];
  return new Response(events.join(""), { headers: { "content-type": "text/event-stream" } });
}

function encoded(vector: readonly number[], body: { readonly encoding_format?: string }): number[] | string {
  return body.encoding_format === "base64"
    ? Buffer.from(Float32Array.from(vector).buffer).toString("base64")
    : [...vector];
}

export interface WorldParts {
  /** Over one store, where there are several. */
  readonly caches: readonly Cache[];
  readonly clock: ManualClock;
  readonly random: Random;
  readonly tenants: number;
  readonly lookups: number;
}

/** Asks at random until as many answers came as were wanted. */
export async function lookForCrossings({ caches, clock, random, tenants, lookups }: WorldParts): Promise<Crossings> {
  const crossings: Crossings = { lookups: 0, outcomes: new Map(), found: [] };
  const below = (limit: number): number => Math.floor(random.fraction() * limit);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const wishes: readonly (() => Record<string, string>)[] = [
    ...Array.from({ length: 10 }, () => () => ({})),
    () => ({ "cache-control": "no-cache" }),
    // The name of somebody else chooses nobody else's answers.
    () => ({ "x-ai-cache-namespace": `sk-tenant-${below(tenants)}` }),
    () => ({ "x-ai-user": `tenant-${below(tenants)}` }),
    () => ({ "x-ai-cache-tags": `tenant-${below(tenants)}` }),
  ];
  const post = async (tenant: number, path: string, body: object, headers: object): Promise<string> => {
    const response = await oneOf(caches).fetch(`http://origin.test/v1/${path}`, {
      method: "POST",
      headers: { authorization: credentialOf(tenant), "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    crossings.lookups++;
    const layer = response.headers.get("x-ai-cache-layer");
    const outcome = `${response.headers.get("x-ai-cache-status")}${layer === null ? "" : ` ${layer}`}`;
    crossings.outcomes.set(outcome, (crossings.outcomes.get(outcome) ?? 0) + 1);
    const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const strangers = (text + shown).match(anyMark)?.filter((mark) => mark !== markOf(tenant)) ?? [];
    if (strangers.length > 0) crossings.found.push(`${outcome}: ${strangers.join()} in an answer to ${tenant}`);
    if (response.status !== 200) crossings.found.push(`${outcome}: status ${response.status}: ${text}`);
    return text;
  };
  const chat = async (tenant: number, stream: boolean, content: string, headers: object): Promise<void> => {
    const messages = [{ role: "user", content }];
    const text = await post(tenant, "chat/completions", { model: "m", messages, ...(stream && { stream }) }, headers);
    if (!text.includes(markOf(tenant))) crossings.found.push(`an answer to ${tenant} without its mark: ${text}`);
  };
  const embed = async (tenant: number, headers: object): Promise<void> => {
    const input = Array.from({ length: 1 + below(3) }, () => oneOf(inputs));
    const { data } = JSON.parse(await post(tenant, "embeddings", { model: "e", input }, headers));
    for (const [index, text] of input.entries()) {
      const [owner, place] = data[index].embedding;
      if (owner !== tenant || place !== inputs.indexOf(text))
        crossings.found.push(`the vector of ${owner} for ${place} in an answer to ${tenant} for ${text}`);
    }
  };
  while (crossings.lookups < lookups) {
    const headers = oneOf(wishes)();
    const isPlain = random.fraction() < 0.8;
    const content = isPlain ? `${oneOf(questions)}?` : oneOf(openings) + oneOf(questions) + oneOf(ends);
    const kind = random.fraction();
    if (kind < 0.1) {
      // All at once, in one order by chance: neighbours ask the very same.
      const crowd = Array.from({ length: 6 }, () => below(4) + below(tenants - 4));
      await Promise.all(crowd.map((tenant) => chat(tenant, random.fraction() < 0.5, content, headers)));
    } else if (kind < 0.3) await embed(below(tenants), headers);
    else await chat(below(tenants), kind < 0.4, content, headers);
    if (random.fraction() < 0.002) clock.advance(31_000);
    if (random.fraction() < 0.000_5) await oneOf(caches).invalidate({ tags: [`tenant-${below(tenants)}`] });
  }
  return crossings;
}
