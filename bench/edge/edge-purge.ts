import { callAdmin, invalidate } from "../../test/e2e/admin-call.ts";
import { exchange } from "../../test/e2e/http-exchange.ts";
import { startGatewayBehind } from "../../test/edge/gateway-behind.ts";
import { nginxSecret, startNginx } from "../../test/services/nginx.ts";
import { findProgram } from "../../test/services/required.ts";
import { startVarnish, varnishSecret } from "../../test/services/varnish.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";

/** Takes back the tag of a document, and waits until nginx and Varnish say that its published answer is gone. */

export const edgePurge: Benchmark = {
  name: "edge-purge",
  describe: "an invalidation by tag until a published answer is gone from nginx and from Varnish",
  run,
};

async function run({ quick, log }: BenchOptions) {
  if (findProgram("nginx") === undefined || findProgram("varnishd") === undefined)
    return { skipped: "nginx or varnishd is not installed (Debian packages nginx, varnish)" };
  const gateway = await startGatewayBehind();
  const [nginx, varnish] = await Promise.all([startNginx(gateway.at), startVarnish(gateway.at)]);
  const samples = { nginx: [] as number[], varnish: [] as number[], unpublish: [] as number[] };
  try {
    gateway.tell({
      nginx: { kind: "nginx", url: nginx.purgeUrl, secret: nginxSecret },
      varnish: { kind: "varnish", url: varnish.url, secret: varnishSecret },
    });
    const rounds = quick ? 2 : 20;
    log(`${rounds} answers, each taken back by its tag`);
    for (let round = 0; round < rounds; round++) {
      const path = `/v1/answers/answer-${round}`;
      await gateway.publish(`answer-${round}`);
      const fronts = { nginx: nginx.url + path, varnish: varnish.url + path };
      await isKept(Object.values(fronts));
      await invalidate(gateway, { tags: [`doc:answer-${round}`] });
      const acknowledgedAt = performance.now();
      const gone = async (name: keyof typeof fronts) => {
        while ((await exchange(fronts[name])).status !== 410);
        samples[name].push(performance.now() - acknowledgedAt);
      };
      await Promise.all([gone("nginx"), gone("varnish")]);

      await gateway.publish(`withdrawn-${round}`);
      const withdrawn = `/v1/answers/withdrawn-${round}`;
      await isKept([nginx.url + withdrawn, varnish.url + withdrawn]);
      await callAdmin(gateway, `/answers/withdrawn-${round}`, { method: "DELETE" });
      const withdrawnAt = performance.now();
      for (const url of [nginx.url + withdrawn, varnish.url + withdrawn]) while ((await exchange(url)).status !== 410);
      samples.unpublish.push(performance.now() - withdrawnAt);
    }
  } finally {
    await Promise.all([nginx.stop(), varnish.stop()]);
    await gateway.stop();
  }
  const bound = { must: 1_000, aim: 50, better: "lower", unit: "ms" } as const;
  const what = "a tag is taken back: its answer is gone from";
  return {
    budget: [
      budgetRow(`${what} nginx`, "the bound", samples.nginx, bound, { interleaved: false }),
      budgetRow(`${what} Varnish`, "the bound", samples.varnish, bound, { interleaved: false }),
    ],
    figures: [figure("withdrawn: gone from both", "ms", samples.unpublish)],
    notes: ["Counted from when the gateway has acknowledged it. What is seen is 410 at the cache."],
  };
}

/** Twice, so that they have it. */
async function isKept(urls: readonly string[]): Promise<void> {
  for (const url of [...urls, ...urls])
    if ((await exchange(url)).status !== 200) throw new Error(`${url} is not there`);
}
