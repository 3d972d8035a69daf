import { expect } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { type Harness, readResponse, setUp } from "./cache-harness.ts";

/** A library cache before a scripted origin that is asked for OpenAI's responses. */

export const question = { model: "gpt-5-mini", input: "Where? 🌊" };
export const stream = { stream: true };
export const weather = {
  type: "function",
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
export const sql = { type: "custom", name: "sql", format: { type: "text" } };

interface Item {
  readonly type: string;
  readonly encrypted_content?: string;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
}

interface ModelResponse {
  readonly id: string;
  readonly status: string;
  readonly output: readonly Item[];
  readonly usage: Readonly<Record<string, unknown>>;
}

interface Reading extends Omit<Awaited<ReturnType<typeof readResponse>>, "text"> {
  /** The response, whatever its form. */
  readonly response: ModelResponse;
  readonly text: string;
}

type Read = (body?: object, headers?: Readonly<Record<string, string>>) => Promise<Reading>;

export async function setUpResponses(options?: CacheOptions): Promise<Harness & { readonly responses: Read }> {
  const harness = await setUp(options);
  const { cache, origin } = harness;
  const responses: Read = async (body = {}, headers = { authorization: "Bearer one" }) => {
    const answer = await cache.fetch(`${origin.url}/responses`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...question, ...body }),
    });
    const reading = await readResponse(answer);
    const response = responseIn(reading.raw);
    const parts = response.output.flatMap(({ content }) => content ?? []);
    return { ...reading, response, text: parts.map((part) => part.text ?? "").join("") };
  };
  return { ...harness, responses };
}

interface StreamEvent {
  readonly type: string;
  readonly sequence_number?: number;
  readonly item?: Item;
  readonly delta?: string;
  readonly response?: ModelResponse;
}

export function eventsOf(raw: string): readonly StreamEvent[] {
  return [...raw.matchAll(/^data: (\{.*\})\n\n/gm)].map(([, data]) => JSON.parse(data as string));
}

/** What a client makes of a stream is the last response in it; one that reads pieces must get the same. */
function responseIn(raw: string): ModelResponse {
  const none = { output: [] } as unknown as ModelResponse;
  if (raw.startsWith("{")) return { ...none, ...JSON.parse(raw) };
  const events = eventsOf(raw);
  const last = events.findLast(({ response }) => response !== undefined)?.response ?? none;
  const done = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
  if (last.status === "completed") expect(done).toEqual(last.output);
  const said = events.filter(({ type }) => type === "response.output_text.delta").map(({ delta }) => delta);
  const texts = last.output.flatMap(({ content = [] }) => content.map(({ text }) => text ?? ""));
  if (last.status === "completed") expect(said.join("")).toBe(texts.join(""));
  return last;
}

export const forms = [
  ["JSON", {}],
  ["a stream", stream],
] as const;
