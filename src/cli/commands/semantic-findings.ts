import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { sentence } from "../../core/sentence.ts";
import { failedCheck, type StoreFinding } from "../../core/store-check.ts";
import { builtin } from "../../embedders/builtin.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { vectorsSurroundings } from "../../gateway/semantic-tools.ts";
import { openVectors } from "../../vectors/vectors-url.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of what the semantic layer works with. Nothing is left behind. */

export async function checkSemantic(config: GatewayConfig): Promise<readonly Finding[]> {
  const { layers, rules } = config;
  const isOff = layers.semantic.mode === "off" && rules.every(({ semantic }) => (semantic ?? "off") === "off");
  return isOff ? [] : [...(await checkEmbedder()), ...(await checkVectors(config))];
}

async function checkEmbedder(): Promise<readonly Finding[]> {
  const embedder = builtin();
  const found = (await embedder.check?.()) ?? [];
  if (found.length === 0) return [{ check: "embedder", detail: embedder.name }];
  return found.map(({ problem, remedy }) => findingOf("embedder", { detail: problem, severity: "error", remedy }));
}

async function checkVectors(config: GatewayConfig): Promise<readonly Finding[]> {
  const { vectors: url } = config.layers.semantic;
  const warnings: string[] = [];
  const parts = { clock: systemClock, onWarning: (message: string) => void warnings.push(message) };
  const surroundings = vectorsSurroundings(config, parts);
  const { directory } = surroundings;
  if (url === "memory" || directory === undefined) return [{ check: "vectors", detail: "memory" }];
  const file = join(directory, "semantic.db");
  if (!existsSync(file)) return [{ check: "vectors", detail: `${file} will be made when it is first needed` }];
  try {
    const vectors = openVectors(url, surroundings);
    try {
      const found = (await vectors.check?.()) ?? [{ detail: url }];
      return [...found.map((finding) => findingOf("vectors", finding)), ...warnings.map(warningOf)];
    } finally {
      await vectors.close();
    }
  } catch (error) {
    return [findingOf("vectors", failedCheck(error))];
  }
}

function warningOf(detail: string): Finding {
  return findingOf("vectors", { detail, severity: "warning", remedy: "See docs/vectors.md." });
}

function findingOf(check: string, { detail, severity, remedy = "" }: StoreFinding): Finding {
  return severity === undefined
    ? { check, detail }
    : { check, detail, problem: { severity, remedy: sentence(remedy) } };
}
