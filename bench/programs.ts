import type { Benchmark } from "./benchmark.ts";
import { edgePurge } from "./edge/edge-purge.ts";
import { edgeServers } from "./edge/edge-servers.ts";
import { conditionalGet } from "./gateway/conditional-get.ts";
import { exactHitGateway } from "./gateway/exact-hit-gateway.ts";
import { exactHitPortkey } from "./gateway/exact-hit-portkey.ts";
import { followersOfOneStream } from "./gateway/followers.ts";
import { gatewayFaults } from "./gateway/gateway-faults.ts";
import { ledgerCost } from "./gateway/ledger.ts";
import { missOverhead } from "./gateway/miss-overhead.ts";
import { purgeTag } from "./gateway/purge-tag.ts";
import { residentMemory } from "./gateway/resident-memory.ts";
import { startToReady } from "./gateway/start-to-ready.ts";
import { storeFaults } from "./gateway/store-faults.ts";
import { streamFirstByte } from "./gateway/stream-first-byte.ts";
import { adminEntries } from "./micro/admin-entries.ts";
import { cacheFetchHit } from "./micro/cache-fetch-hit.ts";
import { dependencies } from "./micro/dependencies.ts";
import { embeddingBatch } from "./micro/embedding-batch.ts";
import { libraryHit } from "./micro/library-hit.ts";
import { metricsScrape } from "./micro/metrics.ts";
import { redisHit } from "./micro/redis-hit.ts";
import { replayStream } from "./micro/replay-stream.ts";
import { semanticLookup } from "./micro/semantic-lookup.ts";
import { sqliteHit } from "./micro/sqlite-hit.ts";
import { tracedHit } from "./micro/traced-hit.ts";
import { vectors } from "./micro/vectors.ts";
import { personalData } from "./personal-data/personal-data.ts";
import { prefixEngine } from "./prefix/engine.ts";
import { prefixLint } from "./prefix/lint.ts";
import { prefixPlanner } from "./prefix/planner.ts";
import { prefixRouting } from "./prefix/routing.ts";
import { isolation } from "./security/isolation.ts";
import { sealing } from "./security/sealing.ts";
import { semanticQuality } from "./semantic/semantic-quality.ts";
import { simulateLog } from "./workloads/simulate.ts";
import { tauBench } from "./workloads/tau-bench.ts";

/** Every benchmark, in the order in which `npm run bench` runs them. */
export const programs: readonly Benchmark[] = [
  exactHitGateway,
  exactHitPortkey,
  ledgerCost,
  missOverhead,
  streamFirstByte,
  followersOfOneStream,
  libraryHit,
  cacheFetchHit,
  sqliteHit,
  redisHit,
  embeddingBatch,
  replayStream,
  metricsScrape,
  tracedHit,
  vectors,
  semanticLookup,
  semanticQuality,
  personalData,
  prefixRouting,
  prefixPlanner,
  prefixEngine,
  prefixLint,
  edgeServers,
  edgePurge,
  conditionalGet,
  storeFaults,
  gatewayFaults,
  purgeTag,
  adminEntries,
  startToReady,
  residentMemory,
  dependencies,
  tauBench,
  simulateLog,
  isolation,
  sealing,
];

/** Names that stand for several of them. */
export const groups: Readonly<Record<string, readonly Benchmark[]>> = {
  edge: [edgeServers, edgePurge],
  prefix: [prefixRouting, prefixEngine, prefixPlanner, prefixLint],
};
