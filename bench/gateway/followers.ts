import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { drivingCore, measuredCore, startNode } from "../child-process.ts";
import type { CrowdPlan, CrowdSample } from "../load/crowd.ts";
import { productNote } from "../product.ts";
import { originCalls, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/**
 * A crowd that asks for one stream at the same time. The origin stops in the middle of its stream; memory is taken then,
 * with half of the readers up to date and half of them not having read at all.
 */

const followers = 1_000;
const chunks = 500;
const chunkBytes = 2_000;
const allowancePerReader = 64 * 1024;

export const followersOfOneStream: Benchmark = {
  name: "followers",
  describe: "1,000 followers of one stream: origin calls and memory, in process and through the gateway",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  const readers = quick ? 100 : followers;
  const inProcess = await inProcessCrowd(readers);
  const through = await gatewayCrowd(folder, readers);
  const rows = (
    [
      ["in process", inProcess],
      ["through the gateway", through],
    ] as const
  ).flatMap(([where, crowd]) => [
    budgetRow(`${readers.toLocaleString("en-US")} readers ${where}: origin calls`, "one reader", [crowd.calls], {
      must: 1,
      better: "lower",
      unit: "calls",
    }),
    budgetRow(
      `${readers.toLocaleString("en-US")} readers ${where}: memory over the bound`,
      "2 x the stream + 64 KB a reader",
      [share(crowd, readers)],
      {
        must: 1,
        better: "lower",
        unit: "x",
      },
    ),
  ]);
  return {
    budget: rows,
    figures: (
      [
        ["in process", inProcess],
        ["through the gateway", through],
      ] as const
    ).flatMap(([where, crowd]) => [
      figure(`${where}: the stream`, "MB", [crowd.streamBytes / 1e6]),
      figure(`${where}: memory that the crowd takes`, "MB", [crowd.memoryBytes / 1e6]),
      figure(`${where}: memory a reader, beyond twice the stream`, "KB", [
        Math.max(0, crowd.memoryBytes - 2 * crowd.streamBytes) / readers / 1024,
      ]),
    ]),
    notes: [
      "Memory is the heap and what lies outside of it (array buffers included) after a full collection, less what it was before the crowd came; taken in the middle of the stream, half of the readers up to date and half of them without having read a byte.",
      "Every reader then read to the end and got the same bytes.",
      productNote(),
    ],
  };
}

interface Crowd {
  readonly calls: number;
  readonly streamBytes: number;
  readonly memoryBytes: number;
}

function share({ streamBytes, memoryBytes }: Crowd, readers: number): number {
  return memoryBytes / (2 * streamBytes + allowancePerReader * readers);
}

async function inProcessCrowd(readers: number): Promise<Crowd> {
  const script = new URL("./followers-in-process.ts", import.meta.url).pathname;
  const child = startNode(script, [], { core: measuredCore, nodeOptions: ["--expose-gc"] });
  try {
    await child.says(/^ready$/m);
    return await child.ask<Crowd>({ readers, chunks, chunkBytes });
  } finally {
    await child.stop();
  }
}

async function gatewayCrowd(folder: string, readers: number): Promise<Crowd> {
  const origin = await startOrigin("--hold", "--chunks", String(chunks), "--chunk-bytes", String(chunkBytes));
  const gateway = await startGateway({ origin, folder, probed: true });
  const crowd = startNode(new URL("../load/crowd.ts", import.meta.url).pathname, [], { core: drivingCore });
  try {
    await crowd.says(/^ready$/m);
    const before = await gateway.child.ask<number>("memory");
    const plan: CrowdPlan = { step: "join", host: gateway.host, port: gateway.port, readers };
    await crowd.ask(plan);
    const during = await gateway.child.ask<number>("memory");
    await fetch(`http://${origin.host}:${origin.port}/release`, { method: "POST" });
    const { bytes } = await crowd.ask<CrowdSample>({ step: "finish" });
    return { calls: await originCalls(origin), streamBytes: bytes, memoryBytes: Math.max(0, during - before) };
  } finally {
    await Promise.all([crowd.stop(1_000), gateway.child.stop(), origin.child.stop(1_000)]);
  }
}
