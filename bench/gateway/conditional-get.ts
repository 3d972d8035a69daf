import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { rawRequest, requestBody, sdkHeaders } from "../load/chat-payload.ts";
import { loadTool, startLoad, writeRequests } from "../load/load.ts";
import { productNote } from "../product.ts";
import { type Server, startGateway, startOrigin } from "../servers/servers.ts";
import { withFolder } from "../temporary.ts";

/** What a cache in front costs the gateway that asks whether a published answer is still the same. */

const connections = 32;
const slug = "opening-hours";

export const conditionalGet: Benchmark = {
  name: "conditional-get",
  describe: "304 for a published answer, against an exact hit of the same answer",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick }: BenchOptions, folder: string) {
  const gateway = await startGateway({ origin: await startOrigin(), folder });
  const etag = await publish(gateway, folder);
  const load = await startLoad();
  const hit = writeRequests(folder, "hits", [rawRequest(requestBody(1))]);
  const head = `GET /v1/answers/${slug} HTTP/1.1\r\nhost: 127.0.0.1\r\nif-none-match: ${etag}\r\n\r\n`;
  const conditional = writeRequests(folder, "conditional", [Buffer.from(head)]);
  const { host, port } = gateway;
  const durationMs = quick ? 1_000 : 2_000;
  const drive = (requestFile: string) => () => load.saturate({ host, port, connections, requestFile, durationMs });
  const sides = { unchanged: drive(conditional), hits: drive(hit) };
  const { unchanged, hits } = await interleave(sides, { rounds: quick ? 1 : 5 });
  const perSecond = (samples: typeof hits) => samples.map((sample) => sample.perSecond);
  return {
    budget: [
      budgetRow(
        "304 for a published answer: requests a second",
        "an exact hit of the same answer",
        quotients(perSecond(unchanged), perSecond(hits)),
        { must: 1, aim: 1.3, better: "higher", unit: "x" },
      ),
    ],
    figures: [
      figure("304: requests", "/s", perSecond(unchanged)),
      figure("exact hit: requests", "/s", perSecond(hits)),
      figure(
        "304: p99",
        "ms",
        unchanged.map((sample) => sample.p99Ms),
      ),
    ],
    notes: [`Load: ${loadTool}, ${connections} connections; body of 1,400 bytes, answer of 2,048.`, productNote()],
  };
}

/** Resolves with the tag of what is published. */
async function publish({ host, port }: Server, folder: string): Promise<string> {
  const url = `http://${host}:${port}`;
  const ask = () =>
    fetch(`${url}/v1/chat/completions`, { method: "POST", headers: sdkHeaders("sk-bench"), body: requestBody(1) });
  const asked = await ask();
  await asked.arrayBuffer();
  if ((await ask()).headers.get("x-ai-cache-status") !== "HIT") throw new Error("the call is no hit");
  const token = readFileSync(join(folder, "admin-token"), "utf8").trim();
  const published = await fetch(`${url}/admin/v1/answers`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ slug, entry: asked.headers.get("x-ai-cache-entry") }),
  });
  if (!published.ok) throw new Error(`nothing was published: ${await published.text()}`);
  const etag = (await fetch(`${url}/v1/answers/${slug}`, { headers: { "accept-encoding": "identity" } })).headers.get(
    "etag",
  );
  if (etag === null) throw new Error("there is no tag");
  const again = await fetch(`${url}/v1/answers/${slug}`, {
    headers: { "if-none-match": etag, "accept-encoding": "identity" },
  });
  if (again.status !== 304) throw new Error(`what has not changed is answered with ${again.status}`);
  return etag;
}
