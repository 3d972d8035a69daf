import dns from "node:dns";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ManualClock, systemClock, systemRandom } from "../../core/clock.ts";
import { readSettings } from "../../options.ts";
import { memory } from "../../stores/memory.ts";
import type { GatewayConfig } from "../config.ts";
import { EdgePurging } from "../edge-purging.ts";
import { semanticToolsOf } from "../semantic-tools.ts";
import type { AddressRefusedError } from "./guarded-agent.ts";

/** Whatever the gateway asks besides upstreams: judges, embedders, hubs of models, caches in front. */

const url = "http://inside.example.com:8080/v1";

function configOf(semantic: object, purge = {}): GatewayConfig {
  const reading = readSettings({ layers: { semantic, edge: { purge } } });
  if (!reading.ok) throw new Error(reading.mistakes.map(({ path, rule }) => `${path} ${rule}`).join());
  return reading.settings as unknown as GatewayConfig;
}

function leadingInside() {
  const refused: AddressRefusedError[] = [];
  const spy = vi
    .spyOn(dns, "lookup")
    .mockImplementation(((_: string, __: object, found: (...all: unknown[]) => void) =>
      found(null, [{ address: "169.254.169.254", family: 4 }])) as never);
  onTestFinished(() => spy.mockRestore());
  return { refused, onRefused: (error: AddressRefusedError) => void refused.push(error) };
}

test("X9: a judge and an embedder whose name leads to metadata are not asked", async () => {
  const { refused, onRefused } = leadingInside();
  const config = configOf({ judge: { url, model: "j" }, embedder: { kind: "openai-compatible", url, model: "e" } });
  const { judge, embedder } = semanticToolsOf(config, { clock: systemClock, onWarning: () => {}, onRefused });
  expect(await judge?.asksTheSame("a", "b")).toBeUndefined();
  await expect(embedder?.embed(["a"])).rejects.toThrow("address_refused");
  expect(refused.map(({ host, kind }) => [host, kind])).toEqual(Array(2).fill(["inside.example.com", "metadata"]));
});

test("X9: nor is a hub of models", async () => {
  const { refused, onRefused } = leadingInside();
  const folder = mkdtempSync(join(tmpdir(), "reprise-hub-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = configOf({
    embedder: { kind: "transformers", model: "makers/model", url: "http://inside.example.com:8080" },
  });
  const { embedder } = semanticToolsOf(
    { ...config, data: { directory: folder } },
    { clock: systemClock, onWarning: () => {}, onRefused },
  );
  await expect(embedder?.embed(["a"])).rejects.toThrow("address that is refused");
  expect(refused.map(({ kind }) => kind)).toEqual(["metadata"]);
});

test("X9: nor is a cache in front", async () => {
  const { refused, onRefused } = leadingInside();
  const clock = new ManualClock();
  const purging = new EdgePurging({
    ...{ store: memory({ maxBytes: 1e6, clock }), leases: undefined, clock, random: systemRandom, onRefused },
    ...{ trace: () => {}, log: { info: () => {}, warn: () => {} } as never },
  });
  onTestFinished(() => purging.close());
  purging.follow(configOf({}, { front: { kind: "webhook", url, secret: "a-secret-of-the-tests" } }));
  await purging.purge({ tags: ["a"] });
  await expect.poll(() => refused.map(({ kind }) => kind)).toEqual(["metadata"]);
});
