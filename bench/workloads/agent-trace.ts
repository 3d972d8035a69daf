import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * The trajectories of an agent as model calls: each message of the assistant is one call, and everything before it in
 * its trajectory is the request. Format of tau-bench: `[{traj: [{role, content, tool_calls?, ...}]}]`, gzip.
 */

export interface ToolCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Message {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly ToolCall[] | null;
}

export interface RecordedCall {
  /** Position in the trace; every second call is streamed. */
  readonly index: number;
  readonly messages: readonly Message[];
  readonly answer: Message;
}

export interface AgentTrace {
  /** The calls of one trajectory each, in order. */
  readonly trajectories: readonly (readonly RecordedCall[])[];
  readonly calls: readonly RecordedCall[];
  /** Names of all tools that are called somewhere; the trace does not have their schemas. */
  readonly tools: readonly string[];
}

export function readTrace(path: string): AgentTrace {
  const recorded = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as readonly {
    readonly traj: readonly Message[];
  }[];
  let index = 0;
  const trajectories = recorded.map(({ traj }) =>
    traj.flatMap((answer, place) =>
      answer.role === "assistant" ? [{ index: index++, messages: traj.slice(0, place), answer }] : [],
    ),
  );
  const calls = trajectories.flat();
  const names = calls.flatMap(({ answer }) => (answer.tool_calls ?? []).map((call) => call.function.name));
  return { trajectories, calls, tools: [...new Set(names)].sort() };
}

/** The body that asks for the answer to `call`. */
export function bodyOf({ messages }: RecordedCall, tools: readonly string[], stream: boolean): string {
  const declared = tools.map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
  return JSON.stringify({
    model: "gpt-4o",
    temperature: 0,
    messages,
    tools: declared,
    ...(stream ? { stream: true } : {}),
  });
}

/** The same for the same messages, in whatever order their members were sent. */
export function digestOf(messages: readonly Message[]): string {
  return createHash("sha256").update(JSON.stringify(messages, sorted)).digest("base64url");
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What an answer says, in a form that compares. */
export function saidBy({ content, tool_calls }: Message): string {
  const calls = (tool_calls ?? []).map((call) => [call.id, call.function.name, call.function.arguments]);
  return JSON.stringify([content ?? null, calls]);
}

/** Whether the cache may store it: it says something, or calls tools with arguments that are JSON objects. */
export function isAdmissible({ content, tool_calls }: Message): boolean {
  if (!tool_calls?.length) return typeof content === "string" && content !== "";
  return tool_calls.every((call) => {
    try {
      const value: unknown = JSON.parse(call.function.arguments);
      return typeof value === "object" && value !== null && !Array.isArray(value);
    } catch {
      return false;
    }
  });
}
