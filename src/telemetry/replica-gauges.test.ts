import { expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { mergedReadings } from "./metrics-reading.ts";
import { prometheusMetrics } from "./prometheus.ts";
import type { MeteredReplica } from "./replica-gauges.ts";

function metricsOf(replicas: () => readonly MeteredReplica[]) {
  return prometheusMetrics({ flights: () => 0, stores: [], version: "", ledger: new Ledger(), replicas });
}

function seriesIn(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("reprise_replica_"));
}

const ready: MeteredReplica = { upstream: "engines", number: 1, state: "ready", inFlight: 2 };

test("each replica has its state and its calls, until the configuration names it no more", async () => {
  let replicas: readonly MeteredReplica[] = [ready, { ...ready, number: 2, state: "ejected", inFlight: 0 }];
  const metrics = metricsOf(() => replicas);
  expect(seriesIn((await metrics.render()).text)).toEqual([
    'reprise_replica_state{upstream="engines",replica="1"} 0',
    'reprise_replica_state{upstream="engines",replica="2"} 2',
    'reprise_replica_inflight{upstream="engines",replica="1"} 2',
    'reprise_replica_inflight{upstream="engines",replica="2"} 0',
  ]);
  replicas = [{ ...ready, state: "draining" }];
  expect(seriesIn((await metrics.render()).text)).toEqual([
    'reprise_replica_state{upstream="engines",replica="1"} 1',
    'reprise_replica_inflight{upstream="engines",replica="1"} 2',
  ]);
});

test("of several processes the calls add up, and the worst state counts", async () => {
  const [one, other] = [metricsOf(() => [ready]), metricsOf(() => [{ ...ready, state: "ejected", inFlight: 3 }])];
  const all = mergedReadings([await one.read(), await other.read()]);
  expect(seriesIn((await one.render(all)).text)).toEqual([
    'reprise_replica_state{upstream="engines",replica="1"} 2',
    'reprise_replica_inflight{upstream="engines",replica="1"} 5',
  ]);
});

test("there are no more series than 512 replicas have", async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ ...ready, number: index + 1 }));
  expect(seriesIn((await metricsOf(() => many).render()).text)).toHaveLength(2 * 512);
});
