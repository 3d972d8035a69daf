import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exchange } from "../../test/e2e/http-exchange.ts";
import { type GatewayBehind, startGatewayBehind } from "../../test/edge/gateway-behind.ts";
import { type NginxServer, startNginx } from "../../test/services/nginx.ts";
import { findProgram } from "../../test/services/required.ts";
import { startBuiltinVarnish, startVarnish } from "../../test/services/varnish.ts";
import type { Benchmark, BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { interleave } from "../interleave.ts";
import { type LoadGenerator, loadTool, startLoad, writeRequests } from "../load/load.ts";
import { withFolder } from "../temporary.ts";

/** A published answer through nginx and through Varnish, as we configure them, beside a static file of the same size. */

const connections = 32;
const slug = "opening-hours";
const wanted = 100_000;

export const edgeServers: Benchmark = {
  name: "edge-servers",
  describe: "a published answer through nginx and Varnish, against a static file on the same server",
  run: (options) => withFolder((folder) => run(options, folder)),
};

/** Where both are got from. */
interface Contest {
  readonly server: string;
  readonly against: string;
  readonly answer: string;
  readonly file: string;
}

async function run(options: BenchOptions, folder: string) {
  const missing = (["nginx", "varnishd"] as const).filter((program) => findProgram(program) === undefined);
  if (missing.length > 0)
    return { skipped: `${missing.join(" and ")} is not installed (Debian packages nginx, varnish)` };
  const gateway = await startGatewayBehind();
  const stops: (() => Promise<void>)[] = [() => gateway.stop()];
  const load = await startLoad();
  try {
    await gateway.publish(slug);
    const { body } = await exchange(`${gateway.url}/v1/answers/${slug}`);
    const nginx = await startNginx(gateway.at);
    stops.unshift(() => nginx.stop());
    writeFileSync(join(nginx.folder, "file.json"), body);
    const budget: BudgetRow[] = [];
    const figures: Figure[] = [];
    for (const contest of await contestsOf(gateway, nginx, stops)) {
      const measured = await measure(contest, { gateway, load, folder, options });
      budget.push(...measured.budget);
      figures.push(...measured.figures);
    }
    return {
      budget,
      figures,
      notes: [
        `Load: ${loadTool}, ${connections} connections; the answer has ${body.byteLength} bytes, and so has the file.`,
        "nginx is one process. Varnish has no files: its side is the file of that nginx, kept by a Varnish with the VCL that is built in.",
        "What reaches the gateway is counted there, over all rounds and the first request.",
      ],
    };
  } finally {
    for (const stop of stops) await stop();
  }
}

async function contestsOf(gateway: GatewayBehind, nginx: NginxServer, stops: (() => Promise<void>)[]) {
  const [varnish, plain] = [await startVarnish(gateway.at), await startBuiltinVarnish(nginx.url.slice(7))];
  stops.unshift(
    () => varnish.stop(),
    () => plain.stop(),
  );
  const [answer, file] = [`/v1/answers/${slug}`, "/static/file.json"];
  return [
    { server: "nginx", against: "a static file of nginx", answer: nginx.url + answer, file: nginx.url + file },
    { server: "Varnish", against: "a static file in Varnish", answer: varnish.url + answer, file: plain.url + file },
  ] satisfies readonly Contest[];
}

async function measure(
  { server, against, answer, file }: Contest,
  { gateway, load, folder, options }: Surroundings,
): Promise<{ readonly budget: readonly BudgetRow[]; readonly figures: readonly Figure[] }> {
  const { quick, log } = options;
  const before = await answered(gateway);
  for (const url of [answer, file]) if ((await exchange(url)).status !== 200) throw new Error(`${url} is not there`);
  let requests = 0;
  // Short and many: what disturbs one round leaves the median alone.
  const durationMs = 1_000;
  const side = (name: string, url: string) => {
    const { hostname, port, pathname } = new URL(url);
    const raw = Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    const requestFile = writeRequests(folder, `${server}-${name}`, [raw]);
    return () => load.saturate({ host: hostname, port: Number(port), connections, durationMs, requestFile });
  };
  const [ofAnswer, ofFile] = [side("answer", answer), side("file", file)];
  log(`${server}: the published answer and the file in turn`);
  const samples = await interleave(
    {
      answer: async () => {
        const sample = await ofAnswer();
        requests += sample.requests;
        return sample;
      },
      file: ofFile,
    },
    { rounds: quick ? 1 : 11 },
  );
  while (!quick && requests < wanted) requests += (await ofAnswer()).requests;
  const perSecond = (of: readonly { readonly perSecond: number }[]) => of.map((sample) => sample.perSecond);
  const reached = (await answered(gateway)) - before;
  return {
    budget: [
      budgetRow(
        `a published answer through ${server}: requests a second`,
        against,
        quotients(perSecond(samples.answer), perSecond(samples.file)),
        { must: 0.9, better: "higher", unit: "x" },
      ),
      budgetRow(`${requests.toLocaleString("en-US")} requests through ${server}: at the gateway`, "one", [reached], {
        must: 1,
        better: "lower",
        unit: "requests",
      }),
    ],
    figures: [
      figure(`${server}, published answer`, "/s", perSecond(samples.answer)),
      figure(`${server}, static file`, "/s", perSecond(samples.file)),
      figure(
        `${server}, published answer: p99`,
        "ms",
        samples.answer.map(({ p99Ms }) => p99Ms),
      ),
    ],
  };
}

interface Surroundings {
  readonly gateway: GatewayBehind;
  readonly load: LoadGenerator;
  readonly folder: string;
  readonly options: BenchOptions;
}

/** How many requests for published answers the gateway has answered. */
async function answered(gateway: GatewayBehind): Promise<number> {
  const { text } = await exchange(`${gateway.url}/metrics`);
  const counts = [...text.matchAll(/^reprise_request_duration_seconds_count\{[^}]*endpoint="edge"[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
