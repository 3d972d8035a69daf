import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, differences, figure } from "../budget.ts";
import { answerBytes, rawRequest, requestBody } from "../load/chat-payload.ts";
import { startLoad, writeRequests } from "../load/load.ts";
import type { LoadSample } from "../load/load-plan.ts";
import { productNote } from "../product.ts";
import { freePort } from "../servers/free-port.ts";
import { hasRedis, startRedisServer } from "../servers/redis-server.ts";
import { type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/** What calls through the gateway cost while its Redis is absent, stopped or killed, beside the same with Redis well. */

const against = "the same calls while Redis is well";

export const gatewayFaults: Benchmark = {
  name: "gateway-faults",
  describe: "what a call through the gateway takes longer while Redis is absent, frozen or killed",
  mostMs: 8 * 60_000,
  run: (options) => withFolder((folder) => run(options, folder)),
};

type State = "well" | "absent" | "frozen" | "killed";

async function run({ quick }: BenchOptions, folder: string) {
  if (!hasRedis) return { skipped: "redis-server is not installed (Debian package redis-server)" };
  const rounds = quick ? 1 : 5;
  const count = quick ? 200 : 1_000;
  const origin = await startOrigin();
  const load = await startLoad();
  const requestFile = writeRequests(folder, "request", [rawRequest(requestBody(0))]);
  const port = await freePort();
  let redis = await startRedisServer(folder, port);
  const start = (name: string, store: string): Promise<Server> => {
    const own = join(folder, name);
    mkdirSync(own);
    return startGateway({ origin, folder: own, store });
  };
  const gateway = await start("gateway", redis.url);
  const alone = await start("alone", `redis://127.0.0.1:${await freePort()}`);
  let sent = 0;
  /** Every call is another one. */
  const misses = async ({ host, port }: Server): Promise<LoadSample> => {
    const plan = { host, port, connections: 1, requestFile, count, numberFrom: sent, replyBytes: answerBytes };
    sent += count;
    return load.measure(plan);
  };
  const samples: Record<State, LoadSample[]> = { well: [], absent: [], frozen: [], killed: [] };
  // The first round warms everything up and is thrown away.
  for (let round = -1; round < rounds; round++) {
    const take = (state: State, sample: LoadSample) => round >= 0 && samples[state].push(sample);
    await isReady(gateway);
    take("well", await misses(gateway));
    take("absent", await misses(alone));
    redis.child.signal("SIGSTOP");
    take("frozen", await misses(gateway));
    redis.child.signal("SIGCONT");
    await isReady(gateway);
    await redis.child.stop(0);
    take("killed", await misses(gateway));
    redis = await startRedisServer(folder, port);
  }
  await redis.child.stop(0);

  const added = (state: State, of: "p50Ms" | "p99Ms") =>
    differences(
      samples[state].map((sample) => sample[of]),
      samples.well.map((sample) => sample[of]),
    );
  const bound = (must: number) => ({ must, better: "lower", unit: "ms" }) as const;
  const row = (state: State, of: "p50Ms" | "p99Ms", must: number) =>
    budgetRow(
      `Redis ${state}: ${of === "p50Ms" ? "the median" : "p99"} of ${count} calls takes longer by`,
      against,
      added(state, of),
      bound(must),
    );
  return {
    budget: [
      row("absent", "p50Ms", 1),
      row("absent", "p99Ms", 55),
      row("frozen", "p50Ms", 1),
      row("frozen", "p99Ms", 55),
      row("killed", "p50Ms", 1),
      row("killed", "p99Ms", 55),
    ],
    figures: (["well", "absent", "frozen", "killed"] as const).flatMap((state) => [
      figure(
        `Redis ${state}: p50`,
        "ms",
        samples[state].map(({ p50Ms }) => p50Ms),
      ),
      figure(
        `Redis ${state}: p99`,
        "ms",
        samples[state].map(({ p99Ms }) => p99Ms),
      ),
    ]),
    notes: [
      "Every call is a miss, one after the other over one connection; each round goes from well over absent and frozen to killed, and begins when the gateway says that it is ready.",
      "A read of the store has 50 ms, a look-up 25 ms, and an answer waits 25 ms to be told that it is stored; from the fifth failure on the breaker keeps calls away, and tries with one call a second.",
      productNote(),
    ],
  };
}

/** Its breaker is closed. */
async function isReady({ host, port }: Server): Promise<void> {
  for (;;) {
    const response = await fetch(`http://${host}:${port}/readyz`);
    if (((await response.json()) as { readonly status: string }).status === "ready") return;
    // A breaker closes by a call that tries.
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
