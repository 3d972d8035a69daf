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

function completion(message: Message): string {
  const prose = message.content?.length ?? 0;
  const usage = {
    prompt_tokens: 3_000,
    completion_tokens: 20 + Math.ceil(prose / 4),
    total_tokens: 3_020 + Math.ceil(prose / 4),
  };
  return JSON.stringify({
    ...base("chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishOf(message), logprobs: null }],
    usage,
  });
}

function events(message: Message): string {
  const deltas: object[] = [{ role: "assistant", content: typeof message.content === "string" ? "" : null }];
  for (const piece of pieces(message.content ?? "")) deltas.push({ content: piece });
  for (const [index, { id, function: called }] of (message.tool_calls ?? []).entries()) {
    deltas.push({ tool_calls: [{ index, id, type: "function", function: { name: called.name, arguments: "" } }] });
    for (const piece of pieces(called.arguments))
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ ...base("chat.completion.chunk"), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`;
  return `${deltas.map((delta) => chunk(delta, null)).join("")}${chunk({}, finishOf(message))}data: [DONE]\n\n`;
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
    const { messages, stream } = JSON.parse(Buffer.concat(parts).toString("utf8"));
    calls++;
    const answer = answerTo(messages);
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (stream === true) reply(response, "text/event-stream", events(answer));
    else reply(response, "application/json", completion(answer));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on port ${(server.address() as AddressInfo).port}`));
