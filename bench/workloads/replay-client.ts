import { sdkHeaders } from "../load/chat-payload.ts";
import {
  type AgentTrace,
  bodyOf,
  digestOf,
  type Message,
  type RecordedCall,
  saidBy,
  type ToolCall,
} from "./agent-trace.ts";

/** Agents that send the calls of a trace: several trajectories at a time, the calls of each one after the other. */

export interface Pass {
  readonly seconds: number;
  /** Calls by what the gateway said of them, such as HIT. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Positions of the calls that were hits. */
  readonly hits: ReadonlySet<number>;
  /** Answers that are not what was recorded for the request. */
  readonly wrong: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

const usualAgents = 8;

/** `streamed`: which calls ask for events. */
export async function replay(
  url: string,
  trace: AgentTrace,
  streamed: (call: RecordedCall) => boolean,
  agents = usualAgents,
): Promise<Pass> {
  const recorded = new Map<string, string[]>();
  for (const { messages, answer } of trace.calls) {
    const digest = digestOf(messages);
    recorded.set(digest, [...(recorded.get(digest) ?? []), saidBy(answer)]);
  }
  const outcomes: Record<string, number> = {};
  const hits = new Set<number>();
  let wrong = 0;
  let sentBytes = 0;
  let receivedBytes = 0;

  const send = async (call: RecordedCall): Promise<void> => {
    const stream = streamed(call);
    const body = bodyOf(call, trace.tools, stream);
    sentBytes += Buffer.byteLength(body);
    const response = await fetch(`${url}/chat/completions`, { method: "POST", headers: sdkHeaders("sk-agent"), body });
    const text = await response.text();
    receivedBytes += Buffer.byteLength(text);
    const outcome = response.headers.get("x-ai-cache-status") ?? `status ${response.status}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (outcome === "HIT") hits.add(call.index);
    const said = response.status === 200 ? saidBy(stream ? assembled(text) : JSON.parse(text).choices[0].message) : "";
    if (recorded.get(digestOf(call.messages))?.includes(said) !== true) wrong++;
  };

  const startedAt = performance.now();
  const waiting = [...trace.trajectories];
  const agent = async (): Promise<void> => {
    for (let calls = waiting.shift(); calls !== undefined; calls = waiting.shift())
      for (const call of calls) await send(call);
  };
  await Promise.all(Array.from({ length: agents }, agent));
  return { seconds: (performance.now() - startedAt) / 1000, outcomes, hits, wrong, sentBytes, receivedBytes };
}

interface Delta {
  readonly content?: string | null;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly function: { readonly name?: string; readonly arguments: string };
  }[];
}

/** The message that a stream of chunks amounts to. Throws when its end is missing. */
function assembled(stream: string): Message {
  const events = stream.split("\n\n").filter((event) => event.startsWith("data: "));
  if (events.pop() !== "data: [DONE]") throw new Error("a stream without its end");
  let content: string | null = null;
  const calls: ToolCall[] = [];
  for (const event of events) {
    const delta: Delta | undefined = JSON.parse(event.slice("data: ".length)).choices[0]?.delta;
    if (typeof delta?.content === "string") content = (content ?? "") + delta.content;
    for (const { index, id, function: part } of delta?.tool_calls ?? []) {
      const known = calls[index];
      calls[index] = {
        id: known?.id ?? id ?? "",
        function: {
          name: known?.function.name ?? part.name ?? "",
          arguments: (known?.function.arguments ?? "") + part.arguments,
        },
      };
    }
  }
  return { role: "assistant", content, tool_calls: calls };
}
