import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Benchmark, BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { drivingCore, startNode } from "../child-process.ts";
import { inProject, productNote } from "../product.ts";
import { type Server, startGateway } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";
import { type AgentTrace, digestOf, isAdmissible, type RecordedCall, readTrace, saidBy } from "./agent-trace.ts";
import { agreementRows, configure, countedLive, fromLog, fromRecording } from "./agreement.ts";
import { type Pass, replay } from "./replay-client.ts";

const usualTrace = "../shared/data/traces/tau-bench_gpt-4o-airline.json.gz";

export const tauBench: Benchmark = {
  name: "tau-bench",
  describe: "the model calls of a recorded agent, replayed through the gateway: everything hits the second time",
  run: async (options) => {
    const path = resolve(inProject("."), options.data ?? usualTrace);
    if (!existsSync(path))
      return { skipped: `there is no trace at ${options.data ?? usualTrace}; give one with --data` };
    return withFolder((folder) => run(options, path, folder));
  },
};

async function run({ quick }: BenchOptions, path: string, folder: string) {
  const trace = quick ? shortened(readTrace(path)) : readTrace(path);
  const origin = await startRecordedOrigin(path);
  const gateway = await startGateway({ origin, folder });
  const url = `http://${gateway.host}:${gateway.port}/v1`;
  const everySecond = (call: RecordedCall): boolean => call.index % 2 === 0;

  const first = await replay(url, trace, everySecond);
  const originAfterFirst = await countOf(origin);
  const refusals = await refusalsOf(gateway);
  const second = await replay(url, trace, everySecond);
  const otherForm = await replay(url, trace, (call) => !everySecond(call));
  const originAtLast = await countOf(origin);

  const agreement = await agreementOf(trace, path, folder);

  const admissible = trace.calls.filter(({ answer }) => isAdmissible(answer));
  const hitShare = ({ hits }: Pass): number =>
    (100 * admissible.filter(({ index }) => hits.has(index)).length) / admissible.length;
  const wrong = first.wrong + second.wrong + otherForm.wrong;
  const must = { must: 100, better: "higher", unit: "%" } as const;
  const against = "all admissible calls";
  return {
    budget: [
      budgetRow("second pass: admissible calls that hit", against, [hitShare(second)], must),
      budgetRow(
        "third pass, each call in the other form: admissible calls that hit",
        against,
        [hitShare(otherForm)],
        must,
      ),
      budgetRow("answers that are not what was recorded, three passes", "the recorded answers", [wrong], {
        must: 0,
        better: "lower",
        unit: "answers",
      }),
      ...agreement,
    ],
    figures: [
      figure("model calls", "calls", [trace.calls.length]),
      figure("admissible calls", "calls", [admissible.length]),
      figure("calls of the origin in the first pass", "calls", [originAfterFirst.calls]),
      figure("calls of the origin in the two others", "calls", [originAtLast.calls - originAfterFirst.calls]),
      figure("sent by the origin", "MB", [originAtLast.bytes / 1e6]),
      ...passFigures("first pass", first),
      ...passFigures("second pass", second),
      ...passFigures("third pass", otherForm),
    ],
    notes: [
      repetitions(trace),
      refusals.length === 0
        ? "No answer was refused."
        : `Refused in the first pass, by reason: ${refusals.join(", ")}.`,
      `${trace.trajectories.length} trajectories, eight at a time; every second call streamed; every answer compared with the record.`,
      "For simulate, a gateway of its own serves all calls twice, one after the other, and counts them in its ledger.",
      "The trace has no schemas of tools, so each tool that is called anywhere in it is declared as an object.",
      productNote(),
    ],
  };
}

/** A gateway of its own, whose log is played again. */
async function agreementOf(trace: AgentTrace, path: string, parent: string): Promise<readonly BudgetRow[]> {
  const folder = join(parent, "agreement");
  mkdirSync(folder);
  // The origin gives several answers to one request in turn, and so begins anew.
  const origin = await startRecordedOrigin(path);
  const gateway = await startGateway({ origin, folder, config: configure(folder) });
  const live = await countedLive(gateway, trace, folder);
  await origin.child.stop();
  return agreementRows(live, await fromLog(folder), await fromRecording(path, trace.trajectories.length, folder));
}

function passFigures(name: string, pass: Pass): readonly Figure[] {
  return [
    figure(`${name}: time`, "s", [pass.seconds]),
    ...Object.entries(pass.outcomes).map(([outcome, count]) => figure(`${name}: ${outcome}`, "calls", [count])),
    figure(`${name}: requests`, "MB", [pass.sentBytes / 1e6]),
    figure(`${name}: answers`, "MB", [pass.receivedBytes / 1e6]),
  ];
}

/** Requests that occur more than once: only the first of their answers is kept. */
function repetitions({ calls }: AgentTrace): string {
  const answers = new Map<string, string[]>();
  for (const { messages, answer } of calls) {
    const digest = digestOf(messages);
    answers.set(digest, [...(answers.get(digest) ?? []), saidBy(answer)]);
  }
  const repeated = [...answers.values()].filter((all) => all.length > 1);
  const differing = repeated.filter((all) => new Set(all).size > 1).length;
  return `${repeated.length} requests occur more than once in the trace, ${differing} of them with different answers; each answer recorded for a request counts as right.`;
}

async function startRecordedOrigin(path: string): Promise<Server> {
  const child = startNode(new URL("./recorded-origin.ts", import.meta.url).pathname, [path], { core: drivingCore });
  const [, port] = await child.says(/listening on port (\d+)/);
  return { host: "127.0.0.1", port: Number(port), child };
}

async function countOf({ host, port }: Server): Promise<{ readonly calls: number; readonly bytes: number }> {
  return (await fetch(`http://${host}:${port}/count`)).json() as Promise<{ calls: number; bytes: number }>;
}

/** Such as `truncated 3`, as the gateway counted them. */
async function refusalsOf({ host, port }: Server): Promise<readonly string[]> {
  const metrics = await (await fetch(`http://${host}:${port}/metrics`)).text();
  const counted = metrics.matchAll(/^reprise_store_total\{[^}]*result="refused"[^}]*reason="([^"]*)"[^}]*\} (\d+)$/gm);
  return [...counted].map(([, reason, count]) => `${reason} ${count}`);
}

function shortened(trace: AgentTrace): AgentTrace {
  const trajectories = trace.trajectories.slice(0, 10);
  return { ...trace, trajectories, calls: trajectories.flat() };
}
