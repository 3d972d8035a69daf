import type { AgentTrace, Message, RecordedCall } from "../workloads/agent-trace.ts";
import { chanceOf } from "./routing-trace.ts";

/**
 * When the calls of recorded agents might have been made: several agents at a time, each of which thinks, has a tool called
 * for it or waits for a person, as often for seconds as for minutes. The trace itself has no times.
 */

export interface TimedCall {
  readonly call: RecordedCall;
  readonly startMs: number;
  /** The first token of the answer. */
  readonly beginMs: number;
  readonly endMs: number;
}

const firstTokenMs = 900;
const tokenMs = 15;
const toolMs = 1_500;
/** Of the time that a person takes; its logarithm is normally distributed. */
const personMs = { median: 25_000, spread: 1 };
const betweenTasksMs = 8_000;

/** In the order in which they begin. */
export function timedCalls({ trajectories }: AgentTrace, agents: number, seed: number): readonly TimedCall[] {
  const chance = chanceOf(seed);
  const free: number[] = Array.from({ length: agents }, (_, agent) => agent * 2_000);
  const calls: TimedCall[] = [];
  for (const trajectory of trajectories) {
    const agent = free.indexOf(Math.min(...free));
    let now = (free[agent] as number) + betweenTasksMs * chance();
    for (const [index, call] of trajectory.entries()) {
      const beginMs = now + firstTokenMs * (0.5 + chance());
      const endMs = beginMs + tokenMs * (lengthOf(call.answer) / 4);
      calls.push({ call, startMs: now, beginMs, endMs });
      const next = trajectory[index + 1]?.messages.at(-1);
      now = endMs + (next?.role === "tool" ? toolMs * (0.5 + chance()) : personMs.median * normalPower(chance));
    }
    free[agent] = now;
  }
  return calls.sort((one, other) => one.startMs - other.startMs);
}

/** A number around 1 whose logarithm is normally distributed (Box and Muller, 1958). */
function normalPower(chance: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance()));
  return Math.exp(personMs.spread * radius * Math.cos(2 * Math.PI * chance()));
}

function lengthOf({ content, tool_calls }: Message): number {
  return (content ?? "").length + JSON.stringify(tool_calls ?? "").length;
}
