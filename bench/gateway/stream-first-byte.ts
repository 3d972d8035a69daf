import type { Benchmark, BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, differences, figure } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { rawRequest } from "../load/chat-payload.ts";
import { type LoadGenerator, startLoad, writeRequests } from "../load/load.ts";
import type { LoadSample } from "../load/load-plan.ts";
import { type StreamedCall, streamedCalls } from "../load/protocol-payloads.ts";
import { productNote } from "../product.ts";
import { originCalls, type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

export const streamFirstByte: Benchmark = {
  name: "stream-first-byte",
  describe: "what the gateway adds to the first byte of a streamed miss, in each protocol",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const origin = await startOrigin("--chunks", "40");
  const gateway = await startGateway({ origin, folder });
  const load = await startLoad();
  const budget: BudgetRow[] = [];
  const figures: Figure[] = [];
  for (const call of streamedCalls) {
    log(call.protocol);
    const { through, direct } = await compare({ call, origin, gateway, load, folder, quick });
    const added = differences(p50(through), p50(direct));
    budget.push(
      budgetRow(
        `first byte of a streamed miss, added at the median: ${call.protocol}`,
        "straight to the origin",
        added,
        {
          must: 1,
          aim: 0.3,
          better: "lower",
          unit: "ms",
        },
      ),
    );
    figures.push(
      figure(`${call.protocol}, through the gateway: p50 of the first byte`, "ms", p50(through)),
      figure(`${call.protocol}, straight: p50 of the first byte`, "ms", p50(direct)),
    );
  }
  const notes = [
    "One connection, every request another one; a stream of about 43 events, the first sent ahead of the others.",
    productNote(),
  ];
  return { budget, figures, notes };
}

const p50 = (samples: readonly LoadSample[]): number[] => samples.map((sample) => sample.p50Ms);

async function compare(parts: {
  readonly call: StreamedCall;
  readonly origin: Server;
  readonly gateway: Server;
  readonly load: LoadGenerator;
  readonly folder: string;
  readonly quick: boolean;
}): Promise<{ readonly through: readonly LoadSample[]; readonly direct: readonly LoadSample[] }> {
  const { call, origin, gateway, load, folder, quick } = parts;
  const { path, protocol, body } = call;
  const requestFile = writeRequests(folder, protocol, [rawRequest(body, "sk-bench", { path })]);
  const count = quick ? 100 : 400;
  const callsBefore = await originCalls(origin);
  let sent = 0;
  const streams = (server: Server) => async (): Promise<LoadSample> => {
    const { host, port } = server;
    const sample = await load.measure({
      host,
      port,
      connections: 1,
      requestFile,
      count,
      numberFrom: sent,
      firstByte: true,
    });
    sent += count;
    return sample;
  };
  const sides = await interleave(
    { through: streams(gateway), direct: streams(origin) },
    { rounds: quick ? 1 : 5, warmUps: 2 },
  );
  const calls = (await originCalls(origin)) - callsBefore;
  if (calls !== sent) throw new Error(`${protocol}: ${sent} requests, but ${calls} calls of the origin`);
  const lengths = new Set([...sides.through, ...sides.direct].map((sample) => sample.bytes / sample.requests));
  if (lengths.size !== 1)
    throw new Error(`${protocol}: streams of different lengths: ${[...lengths].join(", ")} bytes`);
  return sides;
}
