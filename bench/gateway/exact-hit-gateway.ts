import type { Benchmark, BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { answerBytes, rawRequest, requestBody } from "../load/chat-payload.ts";
import { type LoadGenerator, loadTool, startLoad, writeRequests } from "../load/load.ts";
import type { LoadSample } from "../load/load-plan.ts";
import { type PrimedRequest, prime } from "../load/prime.ts";
import { productNote } from "../product.ts";
import { processorMs } from "../servers/process-facts.ts";
import { originCalls, type Server, startBareServer, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

const against = "bare node:http: read, parse, hash, Map, reply";
const connections = 32;

/** What is in rotation. The first is the line of the budget; the others show what else a request may cost. */
const scenarios = [
  { name: "", bodies: 1, credentials: 1 },
  { name: ", 1,000 bodies in rotation", bodies: 1_000, credentials: 1 },
  { name: ", 1,000 bodies of 100 tenants", bodies: 1_000, credentials: 100 },
];

export const exactHitGateway: Benchmark = {
  name: "exact-hit-gateway",
  describe: "exact hits through the gateway, against bare node:http",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const origin = await startOrigin();
  const gateway = await startGateway({ origin, folder });
  const bare = await startBareServer();
  const load = await startLoad();
  const budget: BudgetRow[] = [];
  const figures: Figure[] = [];
  for (const scenario of scenarios) {
    log(`${scenario.bodies} bodies, ${scenario.credentials} tenants`);
    const { ours, theirs } = await compare({ load, gateway, bare, origin, folder, scenario, quick });
    const what = `exact hit${scenario.name}`;
    const perSecond = (samples: readonly CostedSample[]) => samples.map((sample) => sample.perSecond);
    const p99 = (samples: readonly CostedSample[]) => samples.map((sample) => sample.p99Ms);
    budget.push(
      budgetRow(`${what}: requests a second`, against, quotients(perSecond(ours), perSecond(theirs)), {
        must: 0.6,
        aim: 0.85,
        better: "higher",
        unit: "x",
      }),
      budgetRow(`${what}: p99`, against, quotients(p99(ours), p99(theirs)), {
        must: 2,
        aim: 1.3,
        better: "lower",
        unit: "x",
      }),
    );
    for (const [side, samples] of [
      ["gateway", ours],
      ["bare", theirs],
    ] as const) {
      figures.push(
        figure(`${side}${scenario.name}: requests`, "/s", perSecond(samples)),
        figure(
          `${side}${scenario.name}: p50`,
          "ms",
          samples.map((sample) => sample.p50Ms),
        ),
        figure(`${side}${scenario.name}: p99`, "ms", p99(samples)),
        figure(
          `${side}${scenario.name}: processor time a request`,
          "us",
          samples.map((sample) => sample.processorUs),
        ),
      );
    }
  }
  const notes = [
    `Load: ${loadTool}, ${connections} connections; body of 1,400 bytes, answer of 2,048; server on one core.`,
    "Memory tier hot, SQLite store behind it as by default; every body was answered twice and compared before.",
    productNote(),
  ];
  return { budget, figures, notes };
}

interface CostedSample extends LoadSample {
  readonly processorUs: number;
}

async function compare(parts: {
  readonly load: LoadGenerator;
  readonly gateway: Server;
  readonly bare: Server;
  readonly origin: Server;
  readonly folder: string;
  readonly scenario: (typeof scenarios)[number];
  readonly quick: boolean;
}): Promise<{ readonly ours: readonly CostedSample[]; readonly theirs: readonly CostedSample[] }> {
  const { load, gateway, bare, origin, scenario, quick } = parts;
  const primed: PrimedRequest[] = Array.from({ length: scenario.bodies }, (_, number) => ({
    number,
    body: requestBody(number),
    credential: `sk-bench-${number % scenario.credentials}`,
  }));
  const raw = primed.map(({ body, credential }) => rawRequest(body, credential));
  const requestFile = writeRequests(parts.folder, `requests-${scenario.bodies}-${scenario.credentials}`, raw);
  await prime(gateway, primed, true);
  await prime(bare, primed, false);
  const callsBefore = await originCalls(origin);
  const drive = (server: Server) => async (): Promise<CostedSample> => {
    const before = processorMs(server.child.pid);
    const { host, port } = server;
    const sample = await load.saturate({
      host,
      port,
      connections,
      requestFile,
      durationMs: quick ? 1_000 : 2_000,
      replyBytes: answerBytes,
    });
    return { ...sample, processorUs: ((processorMs(server.child.pid) - before) * 1_000) / sample.requests };
  };
  const { ours, theirs } = await interleave({ ours: drive(gateway), theirs: drive(bare) }, { rounds: quick ? 1 : 5 });
  const missed = (await originCalls(origin)) - callsBefore;
  if (missed > 0) throw new Error(`${missed} requests were misses`);
  return { ours, theirs };
}
