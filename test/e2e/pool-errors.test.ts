import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chatPath, question } from "./chat-call.ts";
import { spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

test("callers are told which replica failed, and only the log where it is", async () => {
  const [first, second] = [await runOrigin(), await runOrigin()];
  const folder = temporaryFolder();
  const file = join(folder, "reprise.json");
  const replicas = [first.url, second.url];
  const pool = { replicas, healthPath: "off", routing: "round-robin" };
  const gone = await runOrigin();
  await gone.close();
  const upstreams = { pool, alone: { url: gone.url } };
  writeFileSync(file, JSON.stringify({ upstreams, models: { "alone-*": "alone" }, store: { url: "memory" } }));
  const gateway = await spawnGateway(["--config", file, "--data", folder, "--port", "0"]);
  const ask = (content: string, more: object = {}) =>
    exchange(gateway.url + chatPath, { body: question(content, more) });

  for (const replica of [first, second]) replica.plan(() => ({ cut: { afterBytes: 300, how: "rst" } }));
  const broken = await ask("Half?", { stream: true });
  expect(broken.text).toMatch(/Replica [12] of the upstream pool broke off its answer/);
  const half = await ask("Half a document?");
  expect([half.status, half.text]).toEqual([502, expect.stringMatching(/Replica [12] of the upstream pool/)]);

  await Promise.all([first.close(), second.close()]);
  const refused = await ask("And now?");
  const away = [1, 2].map((number) => `replica ${number} could not be reached: ECONNREFUSED`).join(", ");
  expect([refused.status, refused.text]).toEqual([
    503,
    expect.stringContaining(`No replica of the upstream pool takes calls: ${away}.`),
  ]);
  const passed = await exchange(`${gateway.url}/v1/models`);
  expect([passed.status, passed.text]).toEqual([
    502,
    expect.stringContaining("A replica of the upstream pool could not be reached: ECONNREFUSED."),
  ]);
  const alone = [
    await ask("Alone?", { model: "alone-1" }),
    await exchange(`${gateway.url}/u/alone/models`),
    await ask("Alone, in pieces?", { model: "alone-1", stream: true }),
  ];
  for (const { status, text } of alone) {
    expect([status, text]).toEqual([502, expect.stringContaining("The upstream alone could not be reached: ECONN")]);
    expect(text).not.toContain(new URL(gone.url).port);
  }
  const log = gateway.stdout() + gateway.stderr();
  const told = log.split("\n").filter((line) => line.includes("a request to the upstream failed"));
  expect(told).toEqual([expect.stringContaining(`"upstream":"alone","reason":"The upstream ${gone.url} could not`)]);
  const upstreamLines = log
    .split("\n")
    .filter((line) => line.includes('"msg":"the upstream fails') && line.includes('"pool"'));
  expect(upstreamLines).toEqual([expect.stringContaining(`"upstream":"pool","replicas":${JSON.stringify(replicas)}`)]);
  const page = await exchange(`${gateway.url}/metrics`);
  for (const series of ["state", "inflight"])
    expect(page.text).toContain(`reprise_replica_${series}{upstream="pool",replica="2"} 0\n`);
  for (const url of replicas) {
    const { port } = new URL(url);
    for (const { text } of [broken, half, refused, passed, page]) expect(text).not.toContain(port);
    expect(log).toContain(`"replica":"${url}"`);
  }
});
