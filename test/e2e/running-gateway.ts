import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { describeMistake, readConfig, startGateway } from "../../src/gateway/index.ts";
import { type ScriptedOrigin, type ScriptedOriginOptions, startScriptedOrigin } from "../../src/testing/index.ts";

/** A gateway, or an origin, that runs in this process until the test ends. */

export interface RunningGateway {
  /** Without a path. */
  readonly url: string;
  /** The same, unless `server.admin` says otherwise. */
  readonly adminUrl: string;
  readonly folder: string;
  /** Resolves when all answers that have come whole are in the store. */
  flush(): Promise<void>;
  /** With what would then stand in the configuration file. */
  reload(settings: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** For what does not concern the store: without its file and its thread a gateway starts in a fraction of the time. */
export const inMemory = { store: { url: "memory" } } as const;

/** As patient as a busy machine needs it. */
export const onDisk = {
  store: { url: "sqlite", readDeadline: "10s", writeDeadline: "10s", lookupBudget: "10s" },
} as const;

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function runOrigin(options?: ScriptedOriginOptions): Promise<ScriptedOrigin> {
  const origin = await startScriptedOrigin(options);
  onTestFinished(() => origin.close());
  return origin;
}

/** `settings` is what would stand in the configuration file; the upstream, the port and the data folder are given. */
export async function runGateway(
  origin: { readonly url: string },
  settings: Readonly<Record<string, unknown>> = {},
  folder = temporaryFolder(),
): Promise<RunningGateway> {
  const configOf = (given: Readonly<Record<string, unknown>>) => {
    const file = join(folder, "config.json");
    const upstreams = { main: { url: origin.url, ...timeoutsOf(given) } };
    const { upstream: _, ...others } = given;
    writeFileSync(file, JSON.stringify({ upstreams, telemetry: { logLevel: "silent" }, ...others }));
    const reading = readConfig({ file, environment: {}, flags: { "server.port": "0", "data.directory": folder } });
    if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
    return reading.config;
  };
  const gateway = await startGateway(configOf(settings));
  onTestFinished(() => gateway.close());
  const { url, adminUrl } = gateway;
  return {
    ...{ url, adminUrl, folder },
    flush: () => gateway.flush(),
    reload: (changed) => gateway.reload(configOf(changed)),
    close: () => gateway.close(),
  };
}

/** `settings.upstream` holds further options of the one upstream. */
function timeoutsOf(settings: Readonly<Record<string, unknown>>): object {
  return (settings["upstream"] as object | undefined) ?? {};
}

/** The store is one in memory, where `settings` names no other: what is asked right after a miss is stored by then. */
export async function runBoth(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly origin: ScriptedOrigin; readonly gateway: RunningGateway }> {
  const origin = await runOrigin();
  return { origin, gateway: await runGateway(origin, { ...inMemory, ...settings }) };
}
