/** `node recorded-origin.ts TRACE`: an origin that gives the recorded answer to each recorded request, whole or as events. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf, type Message, readTrace } from "./agent-trace.ts";

const [path] = process.argv.slice(2) as [string];
const answers = new Map<string, Message[]>();
for (const { messages, answer } of readTrace(path).calls) {
  const digest = digestOf(messages);
  answers.set(digest, [...(answers.get(digest) ?? []), answer]);
}
let calls = 0;
let bytes = 0;

/** A request that was recorded several times gets its answers in turn. */
function answerTo(messages: readonly Message[]): Message | undefined {
  const recorded = answers.get(digestOf(messages));
  if (recorded !== undefined && recorded.length > 1) recorded.push(recorded.shift() as Message);
  return recorded?.at(-1);
}

function reply(response: ServerResponse, type: string, body: string): void {
  const sent = Buffer.from(body, "utf8");
  bytes += sent.length;
  response.writeHead(200, { "content-type": type, "content-length": sent.length });
  response.end(sent);
}

const base = (object: string) => ({
  id: `chatcmpl-${calls}`,
  object,
  created: 1_767_225_600,
  model: "gpt-4o-2024-08-06",
});
const finishOf = ({ tool_calls }: Message): string => (tool_calls?.length ? "tool_calls" : "stop");

function usageOf({ content }: Message): object {
  const completion_tokens = 20 + Math.ceil((content?.length ?? 0) / 4);
  return { prompt_tokens: 3_000, completion_tokens, total_tokens: 3_000 + completion_tokens };
}

function completion(message: Message): string {
  const choices = [{ index: 0, message, finish_reason: finishOf(message), logprobs: null }];
  return JSON.stringify({ ...base("chat.completion"), choices, usage: usageOf(message) });
}

function events(message: Message, includeUsage: boolean): string {
  const deltas: object[] = [{ role: "assistant", content: typeof message.content === "string" ? "" : null }];
  for (const piece of pieces(message.content ?? "")) deltas.push({ content: piece });
  for (const [index, { id, function: called }] of (message.tool_calls ?? []).entries()) {
    deltas.push({ tool_calls: [{ index, id, type: "function", function: { name: called.name, arguments: "" } }] });
    for (const piece of pieces(called.arguments))
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  const chunks: object[] = deltas.map((delta) => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null }],
  }));
  chunks.push({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: finishOf(message) }] });
  if (includeUsage) chunks.push({ choices: [], usage: usageOf(message) });
  const event = (chunk: object): string =>
    `data: ${JSON.stringify({ ...base("chat.completion.chunk"), ...chunk })}\n\n`;
  return `${chunks.map(event).join("")}data: [DONE]\n\n`;
}

/** Words with the space before them: about one token each. */
function pieces(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (request.url === "/count") {
      response.end(JSON.stringify({ calls, bytes }));
      return;
    }
    const { messages, stream, stream_options } = JSON.parse(Buffer.concat(parts).toString("utf8"));
    calls++;
    const answer = answerTo(messages);
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (stream === true) reply(response, "text/event-stream", events(answer, stream_options?.include_usage === true));
    else reply(response, "application/json", completion(answer));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on port ${(server.address() as AddressInfo).port}`));
