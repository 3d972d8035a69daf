import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, differences, figure } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { rawRequest, requestBody } from "../load/chat-payload.ts";
import { startLoad, writeRequests } from "../load/load.ts";
import type { LoadSample } from "../load/load-plan.ts";
import { productNote } from "../product.ts";
import { originCalls, type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

export const streamFirstByte: Benchmark = {
  name: "stream-first-byte",
  describe: "what the gateway adds to the first byte of a streamed miss",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  const origin = await startOrigin("--chunks", "40");
  const gateway = await startGateway({ origin, folder });
  const load = await startLoad();
  const requestFile = writeRequests(folder, "request", [rawRequest(requestBody(0, { stream: true }))]);
  const count = quick ? 100 : 400;
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
  const { through, direct } = await interleave(
    { through: streams(gateway), direct: streams(origin) },
    { rounds: quick ? 1 : 9, warmUps: 2 },
  );
  const calls = await originCalls(origin);
  if (calls !== sent) throw new Error(`${sent} requests, but ${calls} calls of the origin: some were no misses`);
  const lengths = new Set([...through, ...direct].map((sample) => sample.bytes / sample.requests));
  if (lengths.size !== 1) throw new Error(`streams of different lengths: ${[...lengths].join(", ")} bytes`);

  const p50 = (samples: readonly LoadSample[]) => samples.map((sample) => sample.p50Ms);
  return {
    budget: [
      budgetRow(
        "first byte of a streamed miss, added at the median",
        "straight to the origin",
        differences(p50(through), p50(direct)),
        {
          must: 1,
          aim: 0.3,
          better: "lower",
          unit: "ms",
        },
      ),
    ],
    figures: [
      figure("through the gateway: p50 of the first byte", "ms", p50(through)),
      figure("straight: p50 of the first byte", "ms", p50(direct)),
    ],
    notes: [
      "One connection, every request another one; a stream of 43 events, the first sent ahead of the others.",
      productNote(),
    ],
  };
}
