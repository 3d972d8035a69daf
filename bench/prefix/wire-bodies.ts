import type { Message } from "../workloads/agent-trace.ts";

/** The same recorded messages as requests to two providers. */

export type Body = Readonly<Record<string, unknown>>;

export function chatBody(model: string, messages: readonly Message[], tools: readonly string[]): Body {
  const declared = tools.map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
  return { model, messages, tools: declared };
}

export function messagesBody(model: string, messages: readonly Message[], tools: readonly string[]): Body {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content ?? "");
  const turns = messages.filter(({ role }) => role !== "system").map((message, index) => turnOf(message, index));
  return {
    model,
    max_tokens: 1_024,
    tools: tools.map((name) => ({ name, input_schema: { type: "object" } })),
    system: system.join("\n"),
    messages: turns,
  };
}

function turnOf({ role, content, tool_calls }: Message, index: number): object {
  const text = content === null || content === "" ? [] : [{ type: "text", text: content }];
  if (role === "tool")
    return { role: "user", content: [{ type: "tool_result", tool_use_id: `call-${index}`, content: content ?? "" }] };
  if (role !== "assistant") return { role: "user", content: content ?? "" };
  const uses = (tool_calls ?? []).map(({ function: called }) => ({
    type: "tool_use",
    id: `call-${index + 1}`,
    name: called.name,
    input: inputOf(called.arguments),
  }));
  return { role, content: [...text, ...uses] };
}

function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
