import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadSdk } from "../observability/loaded-sdk.ts";
import { ask, bearer, chatPath, question } from "./chat-call.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

/** X10: a secret of each kind that a configuration may hold, looked for in whatever the gateway says. */

const secrets = {
  upstreamKey: "sk-upstream-canary-4471",
  adminToken: "admin-canary-token-5582",
  masterKey: Buffer.alloc(32, "master-canary-6693!").toString("base64"),
  olderMasterKey: Buffer.alloc(32, "older-canary-0174!!").toString("base64"),
  storePassword: "store-canary-7704",
  webhookSecret: "webhook-canary-secret-8815",
  judgeKey: "sk-judge-canary-9926",
  proxySecret: "proxy-canary-secret-1037",
};
const tenancy = { mode: "header", header: { secret: secrets.proxySecret } };
const proof = { "x-ai-proxy-secret": secrets.proxySecret, "x-ai-tenant": "acme" };

/** Where everything that can fail does: nobody answers at port 1. */
function configOf(upstream: string): object {
  return {
    upstreams: { main: { url: upstream, apiKey: secrets.upstreamKey } },
    tenancy,
    store: { url: `redis://canary:${secrets.storePassword}@127.0.0.1:1/0` },
    security: {
      adminToken: secrets.adminToken,
      masterKey: secrets.masterKey,
      previousMasterKeys: [secrets.olderMasterKey],
    },
    layers: {
      semantic: { mode: "observe", judge: { url: "http://127.0.0.1:1/v1", model: "j", apiKey: secrets.judgeKey } },
      edge: { purge: { front: { kind: "webhook", url: "http://127.0.0.1:1/purge", secret: secrets.webhookSecret } } },
    },
    telemetry: { logLevel: "debug" },
  };
}

function assertNone(said: Readonly<Record<string, string>>): void {
  const found = Object.entries(said).flatMap(([where, text]) =>
    Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
      .map(([kind]) => `${kind} in ${where}`),
  );
  expect(found).toEqual([]);
}

test("X10: no secret of the configuration is in the log, the metrics, the admin API, answers or errors", async () => {
  const origin = await runOrigin();
  const folder = temporaryFolder();
  const file = join(folder, "reprise.json");
  writeFileSync(file, JSON.stringify(configOf(origin.url)));
  const gateway = await spawnGateway(["--config", file, "--data", folder]);
  const admin = bearer(secrets.adminToken);
  const said: Record<string, string> = {};
  const hear = async (where: string, answering: Promise<{ text: string; rawHeaders: readonly string[] }>) => {
    const { text, rawHeaders } = await answering;
    said[where] = text + rawHeaders.join();
  };
  await hear("an answer", ask(gateway, question(), proof));
  await hear("what passes through", exchange(`${gateway.url}/v1/models`, { headers: proof }));
  await hear(
    "a word without proof",
    ask(gateway, question(), { ...proof, "x-ai-proxy-secret": `${secrets.proxySecret}x` }),
  );
  for (const path of ["config", "stats", "entries", "tenants", "replicas", "edge/purges", "health", "openapi.json"])
    await hear(path, exchange(`${gateway.url}/admin/v1/${path}`, { headers: admin }));
  await hear("invalidate", exchange(`${gateway.url}/admin/v1/invalidate`, { headers: admin, body: { all: true } }));
  await hear(
    "a path that is none",
    exchange(`${gateway.url}/admin/v1/nothing?token=${secrets.adminToken}`, { headers: admin }),
  );
  await hear("the token shown to an upstream", exchange(`${gateway.url}/v1/models`, { headers: admin }));
  await hear("a bad request", exchange(gateway.url + chatPath, { body: "{", headers: proof }));
  await origin.close();
  await hear("an error", ask(gateway, question("other"), proof));
  await hear("metrics", exchange(`${gateway.url}/metrics`));
  writeFileSync(
    file,
    JSON.stringify({ ...configOf("http://me:sk-upstream-canary-4471@127.0.0.1:1/v1?key=sk-judge-canary-9926") }),
  );
  gateway.child.kill("SIGHUP");
  await expect.poll(gateway.stderr, { timeout: 20_000 }).toContain("not reloaded");
  gateway.child.kill("SIGTERM");
  expect((await gateway.exit).code).toBe(0);
  expect(gateway.stdout()).toContain('"level":40');
  // What calls showed to the origin is there, so the configuration was in force.
  expect(said["config"]).toContain("(hidden)");
  assertNone({ ...said, "the log": gateway.stdout(), "standard error": gateway.stderr() });
});

test("X10: nor in what the doctor finds, and in mistakes of a configuration", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "reprise.json");
  writeFileSync(file, JSON.stringify(configOf("http://127.0.0.1:1/v1")));
  const [doctor, mistaken] = await Promise.all([
    runCommand(["doctor", "--config", file, "--data", folder]),
    (async () => {
      const other = join(folder, "mistaken.json");
      const { security } = configOf("x") as { security: object };
      const purge = { front: { kind: "webhook", secret: secrets.webhookSecret, tokens: [secrets.judgeKey] } };
      const config = {
        upstreams: {
          main: {
            url: `https://u:${secrets.storePassword}@h/v1?api_key=${secrets.upstreamKey}`,
            apiKey: [secrets.upstreamKey],
          },
        },
        security: { ...security, adminTokens: secrets.adminToken, masterKey: `${secrets.masterKey}x` },
        layers: { edge: { purge } },
        store: { url: `nosuch://u:${secrets.storePassword}@h` },
      };
      writeFileSync(other, JSON.stringify(config));
      return runCommand(["serve", "--config", other, "--data", folder]);
    })(),
  ]);
  expect([doctor.code, mistaken.code]).toEqual([1, 2]);
  assertNone({
    doctor: doctor.stdout + doctor.stderr,
    mistakes: mistaken.stdout + mistaken.stderr,
  });
});

test("X10: nor in the last words of a process that fails", () => {
  const log = fileURLToPath(new URL("../../src/gateway/gateway-log.ts", import.meta.url));
  const program = `
    import { endWithoutSecrets } from ${JSON.stringify(log)};
    endWithoutSecrets(${JSON.stringify(configOf("http://h/v1"))});
    const told = ${JSON.stringify(Object.values(secrets).join(" "))};
    if (process.argv[1] === "late") void Promise.reject(new Error(told));
    else throw new TypeError("cannot read " + told);
  `;
  for (const when of ["at once", "late"]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program, when], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining("(hidden)")]);
    expect(stderr).toContain("    at ");
    for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret);
  }
});

test("X10: nor in spans, whatever a call shows", async () => {
  const sdk = loadSdk();
  const origin = await runOrigin();
  const gateway = await runGateway(origin, {
    ...inMemory,
    upstreams: { main: { url: origin.url, apiKey: secrets.upstreamKey } },
    tenancy,
    security: { adminToken: secrets.adminToken },
    telemetry: { logLevel: "silent", traces: true },
  });
  const shown = { ...bearer("sk-caller-canary-2148"), ...proof };
  await ask(gateway, question(), shown);
  const path = `${chatPath}?key=query-canary-3259`;
  await exchange(gateway.url + path, { body: question("other"), headers: shown });
  await origin.close();
  await ask(gateway, question("failing"), shown);
  const spans = JSON.stringify(
    sdk.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  expect(sdk.spans().length).toBeGreaterThan(5);
  assertNone({ spans });
  for (const canary of ["sk-caller-canary-2148", "query-canary-3259"]) expect(spans).not.toContain(canary);
});
