import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { describeWithServices } from "../services/required.ts";
import { seededRandom } from "../topology/cache-harness.ts";
import { HistoryDoors } from "./history-doors.ts";
import { type Fault, faults, HistoryRedis } from "./history-faults.ts";
import { HistoryModel } from "./history-model.ts";
import { type HistoryNode, startLocalNode } from "./history-node.ts";
import { historyOrigin } from "./history-origin.ts";
import { HistoryRun } from "./history-run.ts";
import { ShiftedClock } from "./shifted-clock.ts";

/** `npm run chaos` asks for more than the tests do. */
const operations = Number(process.env["REPRISE_CHAOS_OPERATIONS"] ?? 3_000);
const seed = Number(process.env["REPRISE_CHAOS_SEED"] ?? 1);

const freshMs = 60_000;
/** A copy in memory counts for a second, and the read that made it may have taken as long as a read may. */
const followMs = 1_000 + 50;
/** Where a node could not say that it is done, its lease says so. */
const failureStandsMs = 5_000 + 1_000;

describeWithServices("redis-server", "two nodes over one Redis that fails", () => {
  test(
    `never serve what was taken back, another's, altered, or too old (I1, I2, I3, I4, N5, R9, R12), ${operations} operations of seed ${seed}`,
    async () => {
      const clock = new ShiftedClock();
      const { fraction } = seededRandom(seed);
      const bounds = { followMs, freshMs, longestMs: 3 * freshMs + followMs, failureStandsMs };
      const history = new HistoryModel(bounds, () => clock.now());
      const redis = await HistoryRedis.start(history);
      onTestFinished(() => redis.stop());
      const origin = historyOrigin({ history, fraction, failing: 0.05, slow: 0.3, slowestMs: 20 });
      const onStoreFault = (operation: string) => history.disturbed(`a store fault: ${operation}`);
      const start = (bus: boolean) =>
        startLocalNode({ redisUrl: redis.url, bus, clock, freshMs, origin, onStoreFault });
      const nodes = [await start(true), await start(true)];
      onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.close()))));
      const doors = new HistoryDoors(operations);

      const restart = (index: number): Promise<void> =>
        doors.closed([index], async () => {
          await (nodes[index] as HistoryNode).close();
          // Half of them hear nothing of the other: what they hold is looked at again after a second all the same.
          nodes[index] = await start(fraction() < 0.5);
          history.note(`node ${index} begins anew`);
        });
      const skip = (durationMs: number): void => {
        clock.skip(durationMs);
        history.note(`${durationMs} ms pass`);
      };
      /** Mostly between operations; if not, it ends the reads that are under way, as when a process is stopped for so long. */
      const pass = async (durationMs: number): Promise<void> => {
        if (fraction() < 0.8) return doors.closed([0, 1], async () => skip(durationMs));
        skip(durationMs);
        history.disturbed("under reads");
        for (const node of nodes) node.disturbed();
      };
      const misfortune = async (): Promise<void> => {
        for (;;) {
          await doors.after(150);
          if (doors.isOver) return;
          if (fraction() < 0.25) await restart(fraction() < 0.5 ? 0 : 1);
          const fault = faults[Math.floor(fraction() * faults.length)] as Fault;
          await redis.suffer(fault, () => doors.after(60));
          await doors.after(20);
          // Long enough for a breaker to try again.
          await pass(1_100);
        }
      };
      const time = async (): Promise<void> => {
        for (;;) {
          await doors.after(20 + Math.floor(fraction() * 60));
          if (doors.isOver) return;
          await pass(fraction() < 0.1 ? Math.floor(fraction() * 2 * freshMs) : 200 + Math.floor(fraction() * 1_500));
        }
      };
      const enter = (node: number) => doors.enter(node);
      const run = new HistoryRun({ history, fraction, operations, nodes, enter });
      await Promise.all([run.run(), misfortune(), time()]);
      const { tally } = history;
      process.stderr.write(`${JSON.stringify({ seed, ...tally, computed: history.calls.length })}\n`);
      expect(tally.served).toBeGreaterThan(0.7 * operations);
      expect(tally.broken).toBeLessThan(operations / 200);
      // The rules had something to say, on both sides, over and over.
      expect(tally.sameNode).toBeGreaterThan(operations / 20);
      expect(tally.otherNode).toBeGreaterThan(operations / 100);
    },
    60_000 + 10 * operations,
  );
});
