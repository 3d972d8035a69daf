import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { seededRandom } from "../topology/cache-harness.ts";
import { HistoryDoors } from "./history-doors.ts";
import { serveOrigin, startGatewayNode } from "./history-gateway.ts";
import { HistoryModel } from "./history-model.ts";
import type { HistoryNode } from "./history-node.ts";
import { historyOrigin } from "./history-origin.ts";
import { HistoryRun } from "./history-run.ts";

/** The history check with real processes, a real network and real time; shorter, since none of it can be skipped. */
const operations = 1_000;
const seed = Number(process.env["REPRISE_CHAOS_SEED"] ?? 1);

const freshMs = 600_000;
/** A copy in memory counts for a second, and what a busy machine takes to read it. */
const followMs = 1_000 + 500;
const failureStandsMs = 5_000 + 1_000;

describeWithServices("redis-server", "two gateway processes over one Redis", () => {
  test(`never serve what was taken back, another's or altered, with one killed and started again (I1, I2, I3, I4, N5, T4), ${operations} operations of seed ${seed}`, async () => {
    const { fraction } = seededRandom(seed);
    const bounds = { followMs, freshMs, longestMs: freshMs + followMs, failureStandsMs };
    const history = new HistoryModel(bounds, () => systemClock.now());
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const origin = await serveOrigin(historyOrigin({ history, fraction, failing: 0.05, slow: 0.3, slowestMs: 50 }));
    onTestFinished(() => origin.close());
    const start = () => startGatewayNode({ redisUrl: redis.url, originUrl: origin.url, freshMs });
    const nodes: HistoryNode[] = [await start(), await start()];
    const doors = new HistoryDoors(operations);
    const restarts = async (): Promise<void> => {
      for (const index of [0, 1]) {
        await doors.after(operations / 3);
        await doors.closed([index], async () => {
          await nodes[index]?.close();
          nodes[index] = await start();
          history.note(`node ${index} was killed and begins anew`);
        });
      }
    };
    const run = new HistoryRun({ history, fraction, operations, nodes, enter: (node) => doors.enter(node) });
    await Promise.all([run.run(), restarts()]);
    const { tally } = history;
    process.stderr.write(`${JSON.stringify({ seed, ...tally, computed: history.calls.length })}\n`);
    expect(tally.served).toBeGreaterThan(0.7 * operations);
    // The rules had something to say, on both sides.
    expect(tally.sameNode).toBeGreaterThan(operations / 20);
    expect(tally.otherNode).toBeGreaterThan(operations / 100);
  });
});
