import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { type EngineCall, type EngineUsage, LlamaEngine } from "./llama-engine.ts";

/**
 * A small server in the form of llama.cpp's own, over the real engine: chat completions, whole and as streams, with
 * `id_slot` and `cache_prompt`, `/health`, `/props`, `/metrics` with what was computed, and `/slots/N?action=erase`.
 */

interface ChatRequest {
  readonly model?: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly id_slot?: number;
  readonly cache_prompt?: boolean;
}

const { values: options } = parseArgs({
  options: {
    port: { type: "string" },
    package: { type: "string" },
    model: { type: "string" },
    slots: { type: "string" },
    context: { type: "string" },
  },
});

const engine = await LlamaEngine.open({
  packageFile: options.package as string,
  modelFile: options.model as string,
  slots: Number(options.slots),
  contextSize: Number(options.context),
});

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    response.destroy();
  });
});
server.listen(Number(options.port), "127.0.0.1", () => process.stdout.write("engine is ready\n"));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/health") return sendJson(response, 200, { status: "ok" });
  if (request.url === "/props") return sendJson(response, 200, { total_slots: engine.slotCount });
  if (request.url === "/metrics") {
    response.end(`llamacpp:prompt_tokens_total ${engine.evaluated}\n`);
    return;
  }
  const erased = /^\/slots\/(\d+)\?action=erase$/.exec(request.url ?? "");
  if (erased !== null) {
    await engine.erase(Number(erased[1]));
    return sendJson(response, 200, { id_slot: Number(erased[1]) });
  }
  if (request.method !== "POST" || request.url !== "/v1/chat/completions")
    return refuse(response, 404, "There is nothing here.");
  const chat = JSON.parse(await text(request)) as ChatRequest;
  const { id_slot: slot, max_tokens: mostTokens = 16, cache_prompt: cachesPrompt = true } = chat;
  if (slot !== undefined && !(slot >= 0 && slot < engine.slotCount))
    return refuse(response, 400, `There is no slot ${slot}.`);
  const call: EngineCall = { prompt: promptOf(chat), mostTokens, slot, cachesPrompt };
  const tokens = engine.tokensOf(call);
  if (tokens === undefined) return refuse(response, 400, "The prompt does not fit.");
  await (chat.stream === true ? stream : whole)(response, chat, engine.answer(call, tokens));
}

function promptOf({ messages }: ChatRequest): string {
  const parts = messages.map(({ role, content }) => `<|${role}|>\n${String(content)}\n`);
  return `${parts.join("")}<|assistant|>\n`;
}

type Answering = AsyncGenerator<string, EngineUsage>;

const head = { id: "chatcmpl-engine", created: 0 };

async function whole(response: ServerResponse, { model }: ChatRequest, answering: Answering): Promise<void> {
  let content = "";
  for (;;) {
    const { done, value } = await answering.next();
    if (done !== true) content += value;
    else {
      const message = { role: "assistant", content };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return sendJson(response, 200, { ...head, object: "chat.completion", model, choices, usage: told(value) });
    }
  }
}

async function stream(response: ServerResponse, chat: ChatRequest, answering: Answering): Promise<void> {
  const { model } = chat;
  const send = (more: object): unknown =>
    response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", model, ...more })}\n\n`);
  const choice = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  response.writeHead(200, { "content-type": "text/event-stream" });
  let isFirst = true;
  for (;;) {
    const { done, value } = await answering.next();
    if (response.destroyed) {
      await answering.return({ promptTokens: 0, cachedTokens: 0, answerTokens: 0 });
      return;
    }
    if (done === true) {
      send(choice({}, "stop"));
      if (chat.stream_options?.include_usage === true) send({ choices: [], usage: told(value) });
      response.end("data: [DONE]\n\n");
      return;
    }
    send(choice(isFirst ? { role: "assistant", content: value } : { content: value }));
    isFirst = false;
  }
}

function told({ promptTokens, cachedTokens, answerTokens }: EngineUsage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: answerTokens,
    total_tokens: promptTokens + answerTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: "invalid_request_error" } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
