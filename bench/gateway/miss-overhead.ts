import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, differences, figure } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { answerBytes, rawRequest, requestBody } from "../load/chat-payload.ts";
import { startLoad, writeRequests } from "../load/load.ts";
import type { LoadSample } from "../load/load-plan.ts";
import { productNote } from "../product.ts";
import { originCalls, type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

const against = "the same call straight to the origin";

export const missOverhead: Benchmark = {
  name: "miss-overhead",
  describe: "what a miss through the gateway adds, with an origin that answers at once",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  const origin = await startOrigin();
  const gateway = await startGateway({ origin, folder });
  const load = await startLoad();
  const requestFile = writeRequests(folder, "request", [rawRequest(requestBody(0))]);
  const count = quick ? 100 : 600;
  let sent = 0;
  const misses = (server: Server, connections: number) => async (): Promise<LoadSample> => {
    const { host, port } = server;
    const sample = await load.measure({
      host,
      port,
      connections,
      requestFile,
      count,
      numberFrom: sent,
      replyBytes: answerBytes,
    });
    sent += count;
    return sample;
  };
  const rounds = quick ? 1 : 9;
  const one = await interleave({ through: misses(gateway, 1), direct: misses(origin, 1) }, { rounds, warmUps: 2 });
  const eight = await interleave({ through: misses(gateway, 8), direct: misses(origin, 8) }, { rounds, warmUps: 1 });
  const calls = await originCalls(origin);
  if (calls !== sent) throw new Error(`${sent} requests, but ${calls} calls of the origin: some were no misses`);

  const p50 = (samples: readonly LoadSample[]) => samples.map((sample) => sample.p50Ms);
  const added = "a miss adds, at the median";
  return {
    budget: [
      budgetRow(`${added}, one connection`, against, differences(p50(one.through), p50(one.direct)), {
        must: 0.6,
        aim: 0.3,
        better: "lower",
        unit: "ms",
      }),
    ],
    figures: [
      figure(`${added}, 8 connections`, "ms", differences(p50(eight.through), p50(eight.direct))),
      figure("through the gateway, one connection: p50", "ms", p50(one.through)),
      figure("straight, one connection: p50", "ms", p50(one.direct)),
      figure("through the gateway, 8 connections: p50", "ms", p50(eight.through)),
      figure("straight, 8 connections: p50", "ms", p50(eight.direct)),
      figure(
        "through the gateway, 8 connections: requests",
        "/s",
        eight.through.map((sample) => sample.perSecond),
      ),
    ],
    notes: [
      "Every request is another one, so every one is a miss and is stored; the gateway on one core, origin and load on the other.",
      "At 8 connections each request also waits for seven others on that core, so there the figure is the rate in other words.",
      productNote(),
    ],
  };
}
