import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMistake, type GatewayConfig, readConfig, startGateway } from "../../src/gateway/index.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { type ReflectingOrigin, startReflectingOrigin } from "./reflecting-origin.ts";

/** A gateway for all tests of a file, in front of a model and of a careless origin (`/u/careless/`). */

export interface GatewayBehind {
  readonly url: string;
  /** Host and port. */
  readonly at: string;
  readonly folder: string;
  readonly careless: ReflectingOrigin;
  readonly model: ScriptedOrigin;
  /** From now on it tells these caches, and opens calls so. */
  tell(purge: Readonly<Record<string, object>>, twins?: "public" | "off"): void;
  /** Publishes an answer, under the tag `doc:SLUG` unless others are given. */
  publish(slug: string, tags?: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startGatewayBehind(): Promise<GatewayBehind> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-edge-"));
  const [model, careless] = await Promise.all([startScriptedOrigin(), startReflectingOrigin()]);
  const configWith = (purge: object, twins = "public"): GatewayConfig => {
    const file = join(folder, "config.json");
    const upstreams = { main: { url: model.url }, careless: { url: `http://${careless.at}/v1` } };
    const layers = { edge: { purge, twins } };
    writeFileSync(
      file,
      JSON.stringify({ upstreams, layers, store: { url: "memory" }, telemetry: { logLevel: "silent" } }),
    );
    const reading = readConfig({ file, environment: {}, flags: { "server.port": "0", "data.directory": folder } });
    if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
    return reading.config;
  };
  const gateway = await startGateway(configWith({}));
  return {
    url: gateway.url,
    at: gateway.url.slice("http://".length),
    ...{ folder, careless, model },
    tell: (purge, twins) => gateway.reload(configWith(purge, twins)),
    async publish(slug, tags = [`doc:${slug}`]) {
      const answer = await ask(gateway, question(`What of ${slug}?`), { "x-ai-cache-tags": tags.join(",") });
      const entry = answer.headers["x-ai-cache-entry"];
      const { status, text } = await callAdmin({ url: gateway.url, folder }, "/answers", { body: { slug, entry } });
      if (status !== 200) throw new Error(`cannot publish: ${text}`);
    },
    async stop() {
      await gateway.close();
      await Promise.all([model.close(), careless.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
