import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { runCommand, spawnGateway } from "../e2e/gateway-process.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { askUntilStored } from "../e2e/stored-answer.ts";
import { fastlyToken, startFastlyApi } from "./vendor-apis.ts";

/** A CDN whose API is down when something is taken back. */

describe("purges of a CDN that is down", () => {
  test("gone at the gateway at once, and at the CDN when that is back, killed in between or not (E3)", async () => {
    const [origin, cdn, folder] = [await runOrigin(), await startFastlyApi(), temporaryFolder()];
    onTestFinished(() => cdn.stop());
    const edge = {
      purge: {
        cdn: {
          kind: "fastly",
          service: "service-1",
          token: fastlyToken,
          site: "https://www.example.com",
          url: cdn.url,
        },
      },
    };
    const config = join(folder, "reprise.json");
    writeFileSync(config, JSON.stringify({ upstreams: { main: { url: origin.url } }, layers: { edge } }));
    const start = () => spawnGateway(["--config", config, "--data", folder]);
    const first = await start();
    const place = { url: first.url, folder };
    const answer = await askUntilStored(place, question("When are you open?"));
    const entry = answer.headers["x-ai-cache-entry"];
    const published = await callAdmin(place, "/answers", { body: { slug: "hours", entry } });
    expect([published.status, published.text]).toEqual([200, expect.stringContaining("hours")]);
    const purges = async (at: typeof place) => JSON.parse((await callAdmin(at, "/edge/purges")).text).caches[0];
    await eventually("the publication is told", async () => (await purges(place)).state === "idle");

    cdn.outage = 500;
    cdn.purged.length = 0;
    expect((await callAdmin(place, "/answers/hours", { method: "DELETE" })).status).toBe(200);
    expect((await exchange(`${first.url}/v1/answers/hours`)).status).toBe(410);
    await eventually("a try has failed", async () => (await purges(place)).state === "failing");
    expect(await purges(place)).toMatchObject({
      ...{ cache: "cdn", kind: "fastly", pending: 1, error: "status 500: outage", refused: 0 },
      ...{ since: expect.any(String), retryAt: expect.any(String) },
    });
    const { text } = await exchange(`${first.url}/metrics`);
    expect(text).toContain('reprise_edge_purge_queue{adapter="cdn"} 1');
    expect(text).toMatch(/reprise_edge_purge_total\{adapter="cdn",result="failed"\} [1-9]/);

    const doctor = await runCommand(["doctor", "--config", config, "--data", folder, "--json"]);
    const { findings } = JSON.parse(doctor.stdout);
    expect(findings.find(({ check }: { readonly check: string }) => check === "edge cdn")).toMatchObject({
      detail: expect.stringMatching(/^fastly: 1 to be purged since .*; last error: status 500: outage$/),
      problem: { severity: "warning", remedy: expect.any(String) },
    });

    first.child.kill("SIGKILL");
    await first.exit;
    const second = await start();
    const again = { url: second.url, folder };
    expect((await exchange(`${second.url}/v1/answers/hours`)).status).toBe(410);
    expect(await purges(again)).toMatchObject({ cache: "cdn", pending: 1 });
    expect(cdn.purged).toEqual([]);
    cdn.outage = undefined;
    await eventually("nothing is left to tell", async () => (await purges(again)).state === "idle");
    expect(cdn.purged).toEqual(expect.arrayContaining(["tag:answer-hours", "path:/v1/answers/hours.html"]));
    expect(readFileSync(config, "utf8")).toContain(fastlyToken);
    expect(second.stdout() + second.stderr()).not.toContain(fastlyToken);
  });
});
