import { createServer } from "node:net";
import process from "node:process";
import { Command } from "commander";
import { request } from "undici";
import { systemClock } from "../../core/clock.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { AddressRefusedError, guardedAgent } from "../../gateway/network/guarded-agent.ts";
import { TlsFileError, tlsOptionsOf } from "../../gateway/tls-files.ts";
import { checkAdmin } from "./admin-finding.ts";
import { type Flags, soundConfigFrom, withConfigFlags } from "./config-flags.ts";
import { checkEdge } from "./edge-findings.ts";
import { checkErasures } from "./erasure-findings.ts";
import { checkExposure } from "./exposure-findings.ts";
import type { Finding } from "./finding.ts";
import { checkSealing } from "./sealing-findings.ts";
import { checkSemantic } from "./semantic-findings.ts";
import { checkStore } from "./store-findings.ts";
import { checkTenancy } from "./tenancy-findings.ts";

export function doctorCommand(): Command {
  return withConfigFlags(new Command("doctor"))
    .description(
      "Check configuration, store, vectors, embedder, admin token, clock, port, files with secrets and upstreams; every finding with its remedy.",
    )
    .option("--json", "print the findings as JSON")
    .action(doctor);
}

async function doctor(flags: Flags): Promise<void> {
  const reading = soundConfigFrom(flags);
  if (reading === undefined) return;
  const { config, file } = reading;
  const findings: Finding[] = [
    { check: "configuration", detail: file ?? "defaults, no file" },
    checkNode(),
    checkClock(),
    ...(await checkStore(config)),
    ...(await checkSealing(config)),
    ...(await checkErasures(config)),
    ...(await checkSemantic(config)),
    ...(await checkEdge(config)),
    checkAdmin(config),
    ...checkTenancy(config),
    await checkPort(config),
    ...checkTls(config),
    ...checkExposure(config),
    ...(await Promise.all(
      Object.entries(config.upstreams).flatMap(([name, { url, replicas, allowPrivate }]) =>
        (replicas.length > 0 ? replicas.map((replica) => replica.url) : [url as string]).map((one) =>
          checkUpstream(name, one, allowPrivate || config.security.allowPrivateUpstreams),
        ),
      ),
    )),
  ];
  const failed = findings.some((finding) => finding.problem?.severity === "error");
  process.stdout.write(
    flags["json"] === undefined ? table(findings) : `${JSON.stringify({ ok: !failed, findings }, null, 2)}\n`,
  );
  process.exitCode = failed ? 1 : 0;
}

function table(findings: readonly Finding[]): string {
  const marks = { ok: "ok  ", warning: "warn", error: "FAIL" } as const;
  return findings
    .map(({ check, detail, problem }) => {
      const line = `${marks[problem?.severity ?? "ok"]}  ${check.padEnd(14)} ${detail}\n`;
      return problem === undefined ? line : `${line}      ${" ".repeat(14)} ${problem.remedy}\n`;
    })
    .join("");
}

function checkNode(): Finding {
  return { check: "node", detail: `${process.versions.node} on ${process.platform} ${process.arch}` };
}

/** Entries carry instants; a clock that is years off makes all of them dead or eternal. */
function checkClock(): Finding {
  const now = systemClock.now();
  const detail = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long", timeZone: "UTC" }).format(
    now,
  );
  const sane = now > Date.UTC(2025, 0) && now < Date.UTC(2100, 0);
  return {
    check: "clock",
    detail,
    ...(sane ? {} : { problem: { severity: "error" as const, remedy: "Set the clock of this machine." } }),
  };
}

function checkTls({ server: { tls } }: GatewayConfig): readonly Finding[] {
  if (tls.cert === undefined) return [];
  try {
    tlsOptionsOf(tls);
    return [{ check: "tls", detail: `${tls.cert} goes with its key` }];
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    return [{ check: "tls", detail: error.message, problem: { severity: "error", remedy: error.remedy ?? "" } }];
  }
}

function checkPort({ server: { host, port } }: GatewayConfig): Promise<Finding> {
  const { promise, resolve: settle } = Promise.withResolvers<Finding>();
  const probe = createServer();
  probe.once("error", (error: NodeJS.ErrnoException) =>
    settle({
      check: "port",
      detail: `${host}:${port} cannot be used (${error.code})`,
      problem:
        error.code === "EADDRINUSE"
          ? {
              severity: "warning",
              remedy: "Something listens there: a running gateway, or another program; --port chooses another.",
            }
          : { severity: "error", remedy: "Correct --host and --port." },
    }),
  );
  probe.listen({ host, port }, () => probe.close(() => settle({ check: "port", detail: `${host}:${port} is free` })));
  return promise;
}

async function checkUpstream(name: string, url: string, allowPrivate: boolean): Promise<Finding> {
  const check = `upstream ${name}`;
  const timeouts = { connectTimeoutMs: 10_000, headersTimeout: 5_000, bodyTimeout: 5_000 };
  const dispatcher = guardedAgent({ allowPrivate }, timeouts);
  try {
    const { statusCode, body } = await request(`${url}/models`, { dispatcher });
    await body.dump();
    if (statusCode === 404) {
      const remedy = url.endsWith("/v1")
        ? "Check that this is the base URL that SDKs are given; some upstreams do not list models."
        : "Does the base URL lack its /v1? SDKs are given the same one.";
      return { check, detail: `${url} has no /models (status 404)`, problem: { severity: "warning", remedy } };
    }
    return { check, detail: `${url} answers (status ${statusCode} without credentials)` };
  } catch (error) {
    if (error instanceof AddressRefusedError) {
      const { message, address, remedy = "" } = error;
      return { check, detail: `${url}: ${message}: ${address}`, problem: { severity: "error", remedy } };
    }
    const { code, message } = error as { code?: string; message: string };
    return {
      check,
      detail: `${url} cannot be reached: ${code ?? message}`,
      problem: { severity: "error", remedy: "Check the URL, the network, and that the upstream runs." },
    };
  } finally {
    await dispatcher.destroy();
  }
}
