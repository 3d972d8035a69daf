import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { OriginPlan } from "../../src/testing/index.ts";
import { seededRandom } from "../topology/cache-harness.ts";

/** Trajectories of agents in the form of tau-bench: some of our own, and the recorded ones where they are at hand. */

export interface TrajectoryMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: "function";
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

export interface Trajectory {
  readonly traj: readonly TrajectoryMessage[];
}

const recorded = "../shared/data/traces/tau-bench_gpt-4o-airline.json.gz";

/** A tenth of the tasks, with all their trials, some of which begin alike. */
const someTasks = 0;

export function trajectories(): readonly (readonly [string, readonly Trajectory[]])[] {
  const made = ["of our own", ownTrajectories(40)] as const;
  if (!existsSync(recorded)) return [made];
  const all = JSON.parse(gunzipSync(readFileSync(recorded)).toString("utf8")) as (Trajectory & { task_id: number })[];
  return [made, ["recorded", all.filter(({ task_id: task }) => task % 10 === someTasks)]];
}

/** People who want one of few things from a library, several times each. */
function ownTrajectories(count: number): readonly Trajectory[] {
  const random = seededRandom(11);
  const draw = (below: number): number => Math.floor(random.fraction() * below);
  return Array.from({ length: count }, () => {
    const book = `book ${draw(6)}`;
    const turns: TrajectoryMessage[] = [
      { role: "system", content: "You lend books." },
      { role: "user", content: `I want ${book}.` },
      { role: "assistant", content: `Is ${book} for you?` },
      { role: "user", content: draw(2) === 0 ? "Yes." : "No, for a friend." },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: `call-${book}`, type: "function", function: { name: "lend", arguments: JSON.stringify({ book }) } },
        ],
      },
      { role: "tool", content: draw(3) === 0 ? "lent already" : "done" },
      { role: "assistant", content: "Here you are." },
    ];
    return { traj: turns };
  });
}

export interface TrajectoryCall {
  readonly messages: readonly TrajectoryMessage[];
  readonly answer: TrajectoryMessage;
}

export function callsOf(all: readonly Trajectory[]): readonly TrajectoryCall[] {
  return all.flatMap(({ traj }) =>
    traj.flatMap((answer, place) => (answer.role === "assistant" ? [{ messages: traj.slice(0, place), answer }] : [])),
  );
}

/** The body of a call, with every tool that is called anywhere. */
export function bodyOf({ messages }: TrajectoryCall, calls: readonly TrajectoryCall[]): object {
  const names = new Set(calls.flatMap(({ answer }) => (answer.tool_calls ?? []).map((call) => call.function.name)));
  const tools = [...names].sort().map((name) => ({ type: "function", function: { name } }));
  return { model: "gpt-4o", temperature: 0, messages, tools };
}

/** An origin that answers as it was recorded; of several answers to one request the first. */
export function recordedPlan(calls: readonly TrajectoryCall[]): OriginPlan {
  const digest = (messages: unknown): string =>
    createHash("sha256").update(JSON.stringify(messages, sortedKeys)).digest("base64url");
  const answers = new Map<string, TrajectoryMessage>();
  for (const { messages, answer } of calls) if (!answers.has(digest(messages))) answers.set(digest(messages), answer);
  return ({ json }) => {
    const answer = answers.get(digest((json as { readonly messages: unknown }).messages));
    if (answer === undefined) return { status: 404 };
    const toolCalls = (answer.tool_calls ?? []).map(({ id, function: called }) => ({ id, ...called }));
    return { content: answer.content ?? "", toolCalls };
  };
}

function sortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
