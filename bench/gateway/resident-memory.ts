import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { answerBytes, rawRequest, requestBody } from "../load/chat-payload.ts";
import { type LoadGenerator, startLoad, writeRequests } from "../load/load.ts";
import { productNote } from "../product.ts";
import { residentBytes } from "../servers/process-facts.ts";
import { originCalls, type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/** The default bound of the memory tier. */
const boundMb = (256 * 1024 ** 2) / 1e6;
const against = `the bound of the memory tier, ${Math.round(boundMb)} MB`;
/** Time for what is written behind the answers to arrive, and for what is free to be given back. */
const settleMs = 2_000;

export const residentMemory: Benchmark = {
  name: "resident-memory",
  describe: "memory of a gateway that served 100,000 entries of 2 KB, over the bound of its memory tier",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const count = quick ? 2_000 : 100_000;
  const origin = await startOrigin();
  const load = await startLoad();
  const requestFile = writeRequests(folder, "request", [rawRequest(requestBody(0))]);
  const round = { folder, origin, load, requestFile, count };

  log(`${count} misses fill the store`);
  const filling = await serveAll(round);
  const calls = await originCalls(origin);
  log(`a new gateway on the same folder serves the ${count} entries once each`);
  const serving = await serveAll(round);
  const missed = (await originCalls(origin)) - calls;
  if (missed > 0) throw new Error(`${missed} of ${count} entries were not served from the store`);

  const over = (one: Round) => [one.residentMb - boundMb];
  return {
    budget: [
      budgetRow(
        `${count.toLocaleString("en-US")} entries of 2 KB served once each: memory over the bound`,
        against,
        over(serving),
        {
          must: 150,
          aim: 80,
          better: "lower",
          unit: "MB",
        },
      ),
    ],
    figures: [
      figure("resident after serving", "MB", [serving.residentMb]),
      figure("resident right after the start", "MB", [serving.startedMb]),
      figure("resident after the misses that filled the store, over the bound", "MB", over(filling)),
      figure("misses stored", "/s", [filling.perSecond]),
      figure("hits served from SQLite", "/s", [serving.perSecond]),
    ],
    notes: [
      "Filled through requests against an origin that answers at once; then a gateway that was just started served each entry once.",
      "Resident memory of the whole process (VmRSS), its SQLite writer and page cache included.",
      productNote(),
    ],
  };
}

interface Round {
  readonly startedMb: number;
  readonly residentMb: number;
  readonly perSecond: number;
}

async function serveAll(parts: {
  readonly folder: string;
  readonly origin: Server;
  readonly load: LoadGenerator;
  readonly requestFile: string;
  readonly count: number;
}): Promise<Round> {
  const { load, requestFile, count } = parts;
  const gateway = await startGateway(parts);
  const { host, port, child } = gateway;
  const startedMb = residentBytes(child.pid) / 1e6;
  const { perSecond } = await load.measure({
    host,
    port,
    connections: 16,
    requestFile,
    count,
    numberFrom: 0,
    replyBytes: answerBytes,
  });
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const residentMb = residentBytes(child.pid) / 1e6;
  await child.stop(30_000);
  return { startedMb, residentMb, perSecond };
}
