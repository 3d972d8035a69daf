import { createCache } from "../../src/cache.ts";
import { redis } from "../../src/stores/redis.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { answerBody, numbered, requestBody } from "../load/chat-payload.ts";
import { freePort } from "../servers/free-port.ts";
import { hasRedis, startRedisServer } from "../servers/redis-server.ts";
import { withFolder } from "../temporary.ts";

/** What calls cost while Redis is absent or stopped: each is another one, and the origin answers at once, in this process. */

const against = "the same call straight to the origin";

export const storeFaults: Benchmark = {
  name: "store-faults",
  describe: "what a call takes longer while Redis is absent or frozen",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  if (!hasRedis) return { skipped: "redis-server is not installed (Debian package redis-server)" };
  const rounds = quick ? 2 : 9;
  const calls = quick ? 200 : 1_000;
  const absent = { first: [] as number[], later: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const node = await startNode(`redis://127.0.0.1:${await freePort()}`);
    absent.first.push(await node.added());
    // Until the breaker has had enough of it.
    for (let call = 0; call < 20; call++) await node.added();
    absent.later.push(quantile(await addedBy(node, calls), 0.5));
    await node.close();
  }
  const server = await startRedisServer(folder);
  const frozen = { p99: [] as number[], most: [] as number[], slow: [] as number[] };
  try {
    for (let round = 0; round < rounds; round++) {
      const node = await startNode(server.url);
      for (let call = 0; call < 50; call++) await node.added();
      server.child.signal("SIGSTOP");
      const added = await addedBy(node, calls);
      server.child.signal("SIGCONT");
      frozen.p99.push(quantile(added, 0.99));
      frozen.most.push(quantile(added, 1));
      frozen.slow.push(added.filter((ms) => ms > 5).length);
      await node.close();
    }
  } finally {
    await server.child.stop(1_000);
  }
  const bound = (must: number) => ({ must, better: "lower", unit: "ms" }) as const;
  return {
    budget: [
      budgetRow("Redis absent: the first call takes longer by", against, absent.first, bound(60)),
      budgetRow("Redis absent, breaker open: a call takes longer by", against, absent.later, bound(1)),
      budgetRow(`Redis frozen: p99 of ${calls} calls takes longer by`, against, frozen.p99, bound(55)),
    ],
    figures: [
      figure(`Redis frozen: the slowest of ${calls} takes longer by`, "ms", frozen.most),
      figure(`Redis frozen: of ${calls} calls, slower by more than 5 ms`, "calls", frozen.slow),
    ],
    notes: [
      "Through the library, one call after the other. A read of the store has 50 ms, a look-up 25 ms; from the fifth failure on the breaker keeps calls away, and tries with one call a second.",
    ],
  };
}

interface Node {
  /** Milliseconds that a call takes longer than without the cache. */
  added(): Promise<number>;
  close(): Promise<void>;
}

async function startNode(url: string): Promise<Node> {
  const answer = answerBody(numbered(0));
  const origin = async () => new Response(answer, { headers: { "content-type": "application/json" } });
  const cache = await createCache({
    store: redis(url),
    fetch: origin as typeof fetch,
    masterKey: Buffer.alloc(32, "the same secret").toString("base64"),
  });
  let calls = 0;
  const timed = async (ask: typeof origin | typeof cache.fetch): Promise<number> => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: requestBody(calls++) };
    const startedAt = performance.now();
    const response = await ask("http://origin.test/v1/chat/completions", init);
    await response.text();
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return performance.now() - startedAt;
  };
  return {
    added: async () => (await timed(cache.fetch)) - (await timed(origin)),
    close: () => cache.close(),
  };
}

async function addedBy(node: Node, calls: number): Promise<readonly number[]> {
  const added: number[] = [];
  for (let call = 0; call < calls; call++) added.push(await node.added());
  return added.sort((one, other) => one - other);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
