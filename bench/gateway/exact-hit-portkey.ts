import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { measuredCore, startNode } from "../child-process.ts";
import { interleave } from "../interleave.ts";
import { rawRequest, requestBody, sdkHeaders } from "../load/chat-payload.ts";
import { loadTool, startLoad, writeRequests } from "../load/load.ts";
import { prime } from "../load/prime.ts";
import { inProject, productNote } from "../product.ts";
import { freePort } from "../servers/free-port.ts";
import { type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/**
 * Against the gateway of Portkey with its cache on. The package on npm has its cache compiled out, so a copy built from
 * source with `"cache": true` is needed: BENCH_PORTKEY names its folder. Without one the figure measured earlier stands.
 */

const earlier = { perSecond: 807, p50Ms: 34.9 };
const bound = { must: 10, aim: 20, better: "higher", unit: "x" } as const;
const connections = 32;

export const exactHitPortkey: Benchmark = {
  name: "exact-hit-portkey",
  describe: "exact hits through the gateway, against the Portkey gateway with its cache on",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  const origin = await startOrigin();
  const gateway = await startGateway({ origin, folder });
  await prime(gateway, [{ body: requestBody(0), number: 0, credential: "sk-bench" }], true);
  const config = configFor(origin);
  const { server: portkey, note } = await startPortkey(config);
  const load = await startLoad();
  const plain = writeRequests(folder, "request", [rawRequest(requestBody(0))]);
  const configured = writeRequests(folder, "request-portkey", [
    rawRequest(requestBody(0), "sk-bench", { headers: { "x-portkey-config": config } }),
  ]);
  const drive = (server: Server, requestFile: string) => () =>
    load.saturate({
      host: server.host,
      port: server.port,
      connections,
      requestFile,
      durationMs: quick ? 1_000 : 2_000,
    });
  const sides = {
    ours: drive(gateway, plain),
    ...(portkey === undefined ? {} : { theirs: drive(portkey, configured) }),
  };
  const samples = await interleave<string, Awaited<ReturnType<ReturnType<typeof drive>>>>(sides, {
    rounds: quick ? 1 : 5,
  });
  const perSecond = (side: string) => (samples[side] ?? []).map((sample) => sample.perSecond);
  const p50 = (side: string) => (samples[side] ?? []).map((sample) => sample.p50Ms);
  const theirs = portkey === undefined ? perSecond("ours").map(() => earlier.perSecond) : perSecond("theirs");
  return {
    budget: [
      budgetRow(
        "exact hit: requests a second",
        "Portkey gateway with its cache on",
        quotients(perSecond("ours"), theirs),
        bound,
        { interleaved: portkey !== undefined },
      ),
    ],
    figures: [
      figure("gateway: requests", "/s", perSecond("ours")),
      figure("gateway: p50", "ms", p50("ours")),
      figure(
        portkey === undefined ? "Portkey: requests, not measured in this run" : "Portkey: requests",
        "/s",
        portkey === undefined ? [earlier.perSecond] : theirs,
      ),
      figure(
        portkey === undefined ? "Portkey: p50, not measured in this run" : "Portkey: p50",
        "ms",
        portkey === undefined ? [earlier.p50Ms] : p50("theirs"),
      ),
    ],
    notes: [note, `Load: ${loadTool}, ${connections} connections; one body of 1,400 bytes.`, productNote()],
  };
}

function configFor({ host, port }: Server): string {
  return JSON.stringify({ provider: "openai", custom_host: `http://${host}:${port}/v1`, cache: { mode: "simple" } });
}

async function startPortkey(config: string): Promise<{ readonly server: Server | undefined; readonly note: string }> {
  const reference =
    "807 hits a second at 32 connections with a p50 of 35 ms: version 1.15.2 built from source with its cache on, measured earlier on the same kind of machine, not in this run.";
  const folder = process.env["BENCH_PORTKEY"] ?? inProject("node_modules/@portkey-ai/gateway");
  const program = join(folder, "build/start-server.js");
  if (!existsSync(program)) return { server: undefined, note: `Portkey is not installed here. ${reference}` };
  const port = await freePort();
  const child = startNode(program, ["--headless", `--port=${port}`], { core: measuredCore, directory: folder });
  const server = { host: "127.0.0.1", port, child };
  const status = await secondAnswer(port, config);
  if (status === "HIT") return { server, note: "The Portkey gateway ran in this run, on the same core." };
  await child.stop(1_000);
  return {
    server: undefined,
    note: `The Portkey gateway that is installed answers a repeated request with cache status ${status}. ${reference}`,
  };
}

/** What it says of its cache when a request comes for the second time. */
async function secondAnswer(port: number, config: string): Promise<string> {
  let status = "none";
  let answered = 0;
  for (let attempt = 0; attempt < 100 && answered < 2; attempt++) {
    try {
      const headers = { ...sdkHeaders("sk-bench"), "x-portkey-config": config };
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers,
        body: requestBody(0),
      });
      await response.text();
      status = response.headers.get("x-portkey-cache-status") ?? "none";
      answered++;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return status;
}
