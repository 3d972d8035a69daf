import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { measuredCore, startNode } from "../child-process.ts";
import { interleave } from "../interleave.ts";
import { answerBytes, rawRequest, requestBody } from "../load/chat-payload.ts";
import { loadTool, startLoad, writeRequests } from "../load/load.ts";
import { type PrimedRequest, prime } from "../load/prime.ts";
import { processorMs } from "../servers/process-facts.ts";
import { type Server, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/** What counting costs a hit: the same gateway with and without, in turn. */

const connections = 32;
/** Enough that hits are of many entries, each of which is noted once. */
const bodies = 300;
/** Short turns: what else the machine does then falls on all sides of a round alike. */
const turnMs = 2_000;
const sides = ["all", "metrics", "nothing"] as const;

export const ledgerCost: Benchmark = {
  name: "ledger",
  describe: "exact hits with ledger, roll-ups and metrics, against the same gateway that counts nothing",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const origin = await startOrigin();
  const load = await startLoad();
  const primed: PrimedRequest[] = Array.from({ length: bodies }, (_, number) => ({
    number,
    body: requestBody(number),
    credential: "sk-bench",
  }));
  const raw = primed.map(({ body, credential }) => rawRequest(body, credential));
  const requestFile = writeRequests(folder, "requests", raw);
  const drive = async (side: (typeof sides)[number]) => {
    log(`starting: ${side}`);
    const server = await startSide(side, join(folder, side), origin);
    await prime(server, primed, true);
    const { host, port } = server;
    const plan = { host, port, connections, requestFile, durationMs: turnMs, replyBytes: answerBytes };
    const turn = async () => {
      const before = processorMs(server.child.pid);
      const { perSecond, requests } = await load.saturate(plan);
      return { perSecond, processorUs: ((processorMs(server.child.pid) - before) * 1_000) / requests };
    };
    const share = async (): Promise<number> => {
      await server.child.ask("begin");
      await load.saturate(plan);
      return server.child.ask<number>("end");
    };
    return { turn, share };
  };
  const [all, metrics, nothing] = [await drive("all"), await drive("metrics"), await drive("nothing")];
  const turns = { all: all.turn, metrics: metrics.turn, nothing: nothing.turn };
  const samples = await interleave(turns, { rounds: quick ? 2 : 13, warmUps: quick ? 1 : 2 });
  const perSecond = figuresOf(samples, (sample) => sample.perSecond);
  const processorUs = figuresOf(samples, (sample) => sample.processorUs);
  const shares = [];
  for (let round = 0; round < (quick ? 1 : 5); round++) shares.push(await all.share());
  const against = "the same gateway that counts nothing";
  const limits = { must: 0.95, aim: 0.98, better: "higher", unit: "x" } as const;
  return {
    budget: [
      budgetRow(
        "ledger, roll-ups and metrics: requests a second",
        against,
        quotients(perSecond.all, perSecond.nothing),
        limits,
      ),
      budgetRow(
        "ledger and roll-ups alone: requests a second",
        "the same with metrics only",
        quotients(perSecond.all, perSecond.metrics),
        limits,
      ),
      budgetRow(
        "ledger, roll-ups and metrics: processor time of a request",
        against,
        quotients(processorUs.all, processorUs.nothing),
        { must: 1.053, aim: 1.02, better: "lower", unit: "x" },
      ),
      budgetRow(
        "ledger, roll-ups and metrics: processor time of theirs, by samples of the stack",
        "all of the gateway's",
        shares,
        { must: 5, aim: 2, better: "lower", unit: "%" },
        { interleaved: false },
      ),
    ],
    figures: [
      ...sides.map((side) => figure(`${side}: requests`, "/s", perSecond[side])),
      ...sides.map((side) => figure(`${side}: processor time of a request`, "us", processorUs[side])),
    ],
    notes: [
      `Load: ${loadTool}, ${connections} connections; ${bodies} bodies of 1,400 bytes in rotation, answers of 2,048.`,
      "All sides ran from src, on one core, with the SQLite store, and wrote their roll-ups every 5 s.",
    ],
  };
}

interface Sample {
  readonly perSecond: number;
  readonly processorUs: number;
}

function figuresOf(
  samples: Readonly<Record<(typeof sides)[number], readonly Sample[]>>,
  of: (sample: Sample) => number,
) {
  const [all, metrics, nothing] = [samples.all.map(of), samples.metrics.map(of), samples.nothing.map(of)];
  return { all, metrics, nothing };
}

async function startSide(side: string, folder: string, origin: Server): Promise<Server> {
  mkdirSync(folder);
  const upstream = `http://${origin.host}:${origin.port}/v1`;
  const script = new URL("./ledger-side.ts", import.meta.url).pathname;
  const child = startNode(script, [side, folder, upstream], { core: measuredCore });
  const [, port] = await child.says(/listening on port (\d+)/);
  return { host: "127.0.0.1", port: Number(port), child };
}
