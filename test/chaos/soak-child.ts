import process from "node:process";
import { describeMistake, readConfig, startGateway } from "../../src/gateway/index.ts";

/**
 * A gateway in a process of its own that says over IPC what it holds, each time it is asked: memory after everything that
 * can be collected was, and what keeps its event loop alive.
 */

export interface SoakSample {
  /** Of the heap and of buffers outside of it. */
  readonly bytes: number;
  readonly rssBytes: number;
  /** By kind, such as `Timeout` or `TCPSocketWrap`. */
  readonly resources: Readonly<Record<string, number>>;
}

const [file = "", folder = ""] = process.argv.slice(2);
const reading = readConfig({ file, environment: {}, flags: { "server.port": "0", "data.directory": folder } });
if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
const gateway = await startGateway(reading.config);
process.on("message", () => void sample().then((sampled) => process.send?.(sampled)));
process.on("disconnect", () => process.exit());
process.send?.(gateway.url);

async function sample(): Promise<SoakSample> {
  // The second finds what the finalizers of the first have let go.
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return { bytes: heapUsed + external, rssBytes: rss, resources };
}
