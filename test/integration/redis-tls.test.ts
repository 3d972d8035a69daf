import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { type RedisOptions, redis } from "../../src/stores/redis.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices, requiredProgram } from "../services/required.ts";
import { freePorts, serverFolder } from "../services/server-process.ts";

const run = promisify(execFile);
const value = Buffer.from("value");

/** A server that speaks TLS with a certificate it signed itself. */
async function startWithTls(): Promise<{ readonly host: string; readonly certificate: string }> {
  const folder = serverFolder("redis-tls");
  const [port = 0] = await freePorts(1);
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", "key.pem"];
  await run(requiredProgram("openssl"), ["req", "-x509", ...key, "-out", "cert.pem", ...subject], { cwd: folder });
  const files = ["--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "cert.pem"];
  const args = ["--tls-port", `${port}`, "--tls-auth-clients", "no", ...files];
  const server = await startRedis({ folder, args });
  onTestFinished(() => server.stop());
  return { host: `127.0.0.1:${port}`, certificate: readFileSync(join(folder, "cert.pem"), "utf8") };
}

function opened(options: RedisOptions) {
  const store = redis({ connectTimeoutMs: 10_000, ...options });
  onTestFinished(() => store.close());
  return store;
}

describeWithServices(["redis-server", "openssl"], "redis by TLS", () => {
  test("talks to a server whose certificate it knows", async () => {
    const { host, certificate } = await startWithTls();
    const store = opened({ url: `rediss://${host}`, tls: { ca: certificate } });
    expect(await store.set("tenant", "key", value, { deleteAt: Number.POSITIVE_INFINITY })).toBe("stored");
    expect(await store.get("tenant", ["key"])).toEqual([value]);
  });

  test("a server that speaks TLS and nothing else, and one that speaks none, are told by the scheme that is wrong", async () => {
    const { host } = await startWithTls();
    const plain = await startRedis({ password: "hunter2" });
    onTestFinished(() => plain.stop());
    for (const kind of ["", "+cluster"]) {
      expect(await opened({ url: `redis${kind}://${host}` }).check()).toMatchObject([
        {
          severity: "error",
          detail: expect.stringContaining("speaks TLS and nothing else"),
          remedy: expect.stringContaining("rediss://"),
        },
      ]);
      const byTls = plain.url.replace("redis:", `rediss${kind}:`);
      expect(await opened({ url: byTls, connectTimeoutMs: 500 }).check()).toMatchObject([
        {
          severity: "error",
          detail: expect.stringContaining("the server speaks no TLS"),
          remedy: expect.stringContaining("write redis://"),
        },
      ]);
    }
  });

  test("does not talk to one whose certificate it does not know, and says so", async () => {
    const { host } = await startWithTls();
    const store = opened({ url: `rediss://${host}` });
    await expect(store.get("tenant", ["key"])).rejects.toThrow("the TLS connection cannot be made");
    expect(await store.check()).toMatchObject([{ severity: "error", remedy: expect.stringContaining("tls") }]);
  });
});
