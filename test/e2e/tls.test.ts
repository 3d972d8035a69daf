import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeMistake, readConfig, startGateway } from "../../src/gateway/index.ts";
import { tlsOptionsOf } from "../../src/gateway/tls-files.ts";
import { Gate } from "../../src/testing/gate.ts";
import { describeWithServices, requiredProgram } from "../services/required.ts";
import { question } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand } from "./gateway-process.ts";
import { linesOf } from "./one-line-errors.ts";
import { openConnection } from "./raw-connection.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

describeWithServices(["openssl"], "server.tls", () => {
  let folder = "";
  const path = (name: string) => join(folder, `${name}.pem`);
  const read = (name: string) => readFileSync(path(name));

  /** A certificate for this machine, and its key; signed by itself, or by `by`. */
  function certificate(name: string, by?: string): void {
    const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", path(`${name}-key`)];
    const signed = by === undefined ? [] : ["-CA", path(by), "-CAkey", path(`${by}-key`)];
    const args = ["req", "-x509", ...key, "-out", path(name), ...subject, ...signed];
    execFileSync(requiredProgram("openssl"), args, { stdio: "pipe" });
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "reprise-tls-"));
    certificate("server");
    certificate("renewed");
    certificate("clients");
    certificate("client", "clients");
    certificate("stranger");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const serverFiles = (name = "server") => ({ cert: path(name), key: path(`${name}-key`) });

  interface Heard {
    readonly status: number;
    readonly text: string;
    readonly shown: string;
  }

  function ask(gateway: Pick<RunningGateway, "url">, target: string, options: object = {}): Promise<Heard> {
    const { promise, resolve, reject } = Promise.withResolvers<Heard>();
    const sent = request(`${gateway.url}${target}`, { ca: read("server"), agent: false, ...options }, (answer) => {
      const shown = (answer.socket as TLSSocket).getPeerCertificate().subject.CN as string;
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), shown }),
      );
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end("body" in options ? JSON.stringify(options.body) : undefined);
    return promise;
  }

  const chat = { method: "POST", body: question() };

  test("serves calls, the admin API by its own port, and whoever speaks none is not answered", async () => {
    const gateway = await runGateway(await runOrigin(), {
      ...inMemory,
      server: { tls: serverFiles(), admin: { port: 0 } },
    });
    expect([gateway.url.slice(0, 8), gateway.adminUrl.slice(0, 8)]).toEqual(["https://", "https://"]);
    expect((await ask(gateway, "/v1/chat/completions", chat)).status).toBe(200);
    expect((await ask({ url: gateway.adminUrl }, "/admin/v1/config")).status).toBe(401);
    const plain = await openConnection(gateway);
    plain.socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await plain.closed;
    expect(plain.received()).not.toContain("HTTP/1.1 200");
    expect((await ask(gateway, "/healthz")).status).toBe(200);
  });

  test("takes no version of TLS below 1.2", async () => {
    const gateway = await runGateway(await runOrigin(), { ...inMemory, server: { tls: serverFiles() } });
    const { port } = new URL(gateway.url);
    const old = connectTls({
      port: Number(port),
      host: "127.0.0.1",
      ca: read("server"),
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "ALL:@SECLEVEL=0",
    });
    // What OpenSSL itself takes depends on how it was built.
    expect(tlsOptionsOf({ ...serverFiles(), clientCertificates: "required" })).toMatchObject({ minVersion: "TLSv1.2" });
    await expect(
      new Promise((resolve, reject) => old.once("secureConnect", resolve).once("error", reject)),
    ).rejects.toThrow();
  });

  test("another certificate after a reload; one that is none changes nothing", async () => {
    const files = { cert: path("changing"), key: path("changing-key") };
    const put = (name: string): void => {
      writeFileSync(files.cert, read(name));
      writeFileSync(files.key, read(`${name}-key`));
    };
    put("server");
    const settings = { ...inMemory, server: { tls: files } };
    const gateway = await runGateway(await runOrigin(), settings);
    const shown = async () => (await ask(gateway, "/healthz", { ca: [read("server"), read("renewed")] })).shown;
    expect(await shown()).toBe("server");
    writeFileSync(files.cert, "not a certificate");
    gateway.reload(settings);
    expect(await shown()).toBe("server");
    put("renewed");
    gateway.reload(settings);
    expect(await shown()).toBe("renewed");
  });

  test("clientCa: clients show a certificate that it signed, and others are turned away", async () => {
    const tls = { ...serverFiles(), clientCa: path("clients") };
    const gateway = await runGateway(await runOrigin(), { ...inMemory, server: { tls } });
    const as = (name: string) => ({ cert: read(name), key: read(`${name}-key`) });
    expect((await ask(gateway, "/v1/chat/completions", { ...chat, ...as("client") })).status).toBe(200);
    await expect(ask(gateway, "/healthz", as("stranger"))).rejects.toThrow();
    await expect(ask(gateway, "/healthz")).rejects.toThrow();
    const optional = await runGateway(await runOrigin(), {
      ...inMemory,
      server: { tls: { ...tls, clientCertificates: "optional" } },
    });
    expect((await ask(optional, "/healthz")).status).toBe(200);
    expect((await ask(optional, "/healthz", as("stranger"))).status).toBe(200);
  });

  test("after a reload clients are asked for certificates as the configuration says, and none of before counts", async () => {
    const authority = path("authority");
    writeFileSync(authority, read("clients"));
    const settings = (tls: object) => ({ ...inMemory, server: { tls: { ...serverFiles(), ...tls } } });
    const optional = settings({ clientCa: authority, clientCertificates: "optional" });
    const gateway = await runGateway(await runOrigin(), optional);
    const as = (name: string) => ({ cert: read(name), key: read(`${name}-key`) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: read("server"), ...as("client") });
    onTestFinished(() => agent.destroy());
    expect((await ask(gateway, "/healthz", { agent })).status).toBe(200);

    gateway.reload(settings({ clientCa: authority, clientCertificates: "required" }));
    await expect(ask(gateway, "/healthz")).rejects.toThrow();
    expect((await ask(gateway, "/healthz", { agent })).status).toBe(200);

    // The connection is kept, by one whom the new authority has not signed.
    writeFileSync(authority, read("stranger"));
    gateway.reload(settings({ clientCa: authority, clientCertificates: "required" }));
    await expect(ask(gateway, "/healthz", { agent })).rejects.toThrow();
    expect((await ask(gateway, "/healthz", as("stranger"))).status).toBe(200);
    gateway.reload(optional);
    expect((await ask(gateway, "/healthz")).status).toBe(200);
  });

  test("the command line knows the gateway of its configuration by its certificate, and no other", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...inMemory, server: { tls: serverFiles() } });
    const file = join(gateway.folder, "client.json");
    const askedWith = async (name: string) => {
      const server = { port: Number(new URL(gateway.url).port), tls: serverFiles(name) };
      writeFileSync(file, JSON.stringify({ upstreams: { main: { url: origin.url } }, server }));
      return runCommand(["purge", "--all", "--config", file, "--data", gateway.folder]);
    };
    const { code, stderr } = await askedWith("server");
    expect([code, stderr]).toEqual([0, ""]);
    expect((await askedWith("renewed")).code).toBe(1);
  });

  test("the command line is told the authority of another gateway by --ca or REPRISE_CA, and says so without", async () => {
    const gateway = await runGateway(await runOrigin(), { ...inMemory, server: { tls: serverFiles() } });
    const asked = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
      runCommand(["purge", "--all", "--url", gateway.url, "--data", gateway.folder, ...args], { environment });
    const [unknown, byFlag, byVariable, other, none] = await Promise.all([
      asked([]),
      asked(["--ca", path("server")]),
      asked([], { REPRISE_CA: path("server") }),
      asked(["--ca", path("renewed")]),
      asked(["--ca", path("server-key")]),
    ]);
    expect([byFlag.code, byFlag.stderr, byVariable.code, byVariable.stderr]).toEqual([0, "", 0, ""]);
    for (const refused of [unknown, other]) {
      expect(refused.code).toBe(1);
      expect(linesOf(refused.stderr)).toEqual([expect.stringMatching(/--ca FILE, or in REPRISE_CA/)]);
    }
    const plain = await asked(["--url", gateway.url.replace("https:", "http:")]);
    expect(linesOf(plain.stderr)).toEqual([expect.stringMatching(/if it speaks TLS, name it with https:\/\//)]);
    expect(linesOf(none.stderr)).toEqual([expect.stringMatching(/server-key\.pem holds no certificate.*--ca/)]);
  });

  test("ends when calls have, although some who are connected have not come to speak TLS", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...inMemory, server: { tls: serverFiles(), admin: { port: 0 } } });
    for (const url of [gateway.url, gateway.adminUrl])
      for (const said of [[], [0x16, 0x03, 0x01]]) {
        const { socket } = await openConnection({ url });
        socket.write(Buffer.from(said));
      }
    const gate = new Gate();
    origin.plan({ holds: [{ at: 0, gate }] });
    const call = ask(gateway, "/v1/chat/completions", chat);
    await gate.reached();
    const closing = gateway.close();
    // Those who are idle are swept away when nobody can come any more.
    await eventually("nobody is let in", async () => (await ask(gateway, "/healthz").catch(() => 0)) === 0);
    gate.release();
    expect((await call).status).toBe(200);
    await closing;
  });

  test("files that are missing, or do not go together, are told in one line, and nothing is opened", async () => {
    const startedWith = async (tls: object) => {
      const file = join(folder, "config.json");
      writeFileSync(
        file,
        JSON.stringify({ upstreams: { main: { url: "http://127.0.0.1:1/v1" } }, server: { port: 0, tls } }),
      );
      const reading = readConfig({ file, environment: {}, flags: { "data.directory": join(folder, "data") } });
      if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
      const gateway = await startGateway(reading.config);
      onTestFinished(() => gateway.close());
    };
    await expect(startedWith({ ...serverFiles(), cert: path("nowhere") })).rejects.toThrow(
      /server\.tls\.cert: .*ENOENT/,
    );
    await expect(startedWith({ ...serverFiles(), key: path("client-key") })).rejects.toThrow(
      /server\.tls\.key: .*not the key/,
    );
    const junk = join(folder, "junk.pem");
    writeFileSync(junk, "junk");
    await expect(startedWith({ ...serverFiles(), cert: junk })).rejects.toThrow(/tls\.cert: .*junk\.pem holds no cert/);
    await expect(startedWith({ ...serverFiles(), key: junk })).rejects.toThrow(
      /tls\.key: .*junk\.pem holds no private/,
    );
    await expect(startedWith({ ...serverFiles(), clientCa: junk })).rejects.toThrow(
      /tls\.clientCa: .*junk\.pem holds no/,
    );
    await expect(startedWith({ ...serverFiles(), clientCa: path("nowhere") })).rejects.toThrow(/server\.tls\.clientCa/);
    await expect(startedWith({ cert: path("server") })).rejects.toThrow(
      /server\.tls\.key = missing: must be there for TLS/,
    );
  });
});
