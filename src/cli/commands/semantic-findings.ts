import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import type { Embedder } from "../../core/embedder.ts";
import type { Judge } from "../../core/judge.ts";
import { sentence } from "../../core/sentence.ts";
import { failedCheck, type StoreFinding } from "../../core/store-check.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { semanticToolsOf, vectorsSurroundings } from "../../gateway/semantic-tools.ts";
import { openVectors } from "../../vectors/vectors-url.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of what the semantic layer works with. Nothing is left behind. */

export async function checkSemantic(config: GatewayConfig): Promise<readonly Finding[]> {
  const { layers, rules } = config;
  const isOff = layers.semantic.mode === "off" && rules.every(({ semantic }) => (semantic ?? "off") === "off");
  if (isOff) return [];
  const { embedder, judge } = semanticToolsOf(config, { clock: systemClock, onWarning: () => {} });
  return [
    ...(embedder === undefined ? [] : await checkEmbedder(embedder)),
    ...(await checkVectors(config)),
    ...(judge === undefined ? [] : [await checkJudge(judge)]),
  ];
}

async function checkEmbedder(embedder: Embedder): Promise<readonly Finding[]> {
  try {
    const found = (await embedder.check?.()) ?? [];
    if (found.length === 0) return [{ check: "embedder", detail: embedder.name }];
    return found.map(({ problem, remedy }) => findingOf("embedder", { detail: problem, severity: "error", remedy }));
  } finally {
    await embedder.close?.();
  }
}

/** Costs one question. */
async function checkJudge(judge: Judge): Promise<Finding> {
  const faults: string[] = [];
  const listener = { billed: () => {}, failed: (kind: string) => void faults.push(kind) };
  const verdict = await judge.asksTheSame("Is it raining?", "is it raining", listener);
  judge.close?.();
  if (verdict !== undefined) return { check: "judge", detail: "answers" };
  const detail = `cannot be asked, or says neither yes nor no (${faults[0] ?? "error"})`;
  const remedy = "check the URL, the key and the model of layers.semantic.judge";
  return findingOf("judge", { detail, severity: "warning", remedy });
}

async function checkVectors(config: GatewayConfig): Promise<readonly Finding[]> {
  const { vectors: url } = config.layers.semantic;
  const warnings: string[] = [];
  const parts = { clock: systemClock, onWarning: (message: string) => void warnings.push(message) };
  const surroundings = vectorsSurroundings(config, parts);
  const { directory } = surroundings;
  if (url === "memory" || (url === "embedded" && directory === undefined))
    return [{ check: "vectors", detail: "memory" }];
  const file = join(directory ?? "", "semantic.db");
  if (url === "embedded" && !existsSync(file))
    return [{ check: "vectors", detail: `${file} will be made when it is first needed` }];
  try {
    const vectors = await openVectors(url, surroundings);
    try {
      const found = (await vectors.check?.()) ?? [{ detail: vectors.name }];
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
