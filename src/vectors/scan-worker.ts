/** The thread that scans large partitions; see scanner.ts. */

import { parentPort, workerData } from "node:worker_threads";
import { bufferOf, deskOfWorker, kernelOver, type SharedScanMemory } from "./scan-memory.ts";
import { runScan, type ScanReply, type ScanRequest } from "./scan-run.ts";

const port = parentPort;
if (port !== null) {
  const shared = workerData as SharedScanMemory;
  const kernel = kernelOver(shared);
  port.on("message", (request: ScanRequest) => {
    const found = runScan(kernel, bufferOf(shared), deskOfWorker, request);
    port.postMessage({ number: request.number, ...found } satisfies ScanReply);
  });
}
