/** The files of a sentence-transformer in a folder. */

import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { RepriseError } from "../core/errors.ts";

export interface OnnxFiles {
  /** The path of the model. */
  readonly model: string;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly maxTokens: number;
}

const modelFiles = ["onnx/model.onnx", "model.onnx"] as const;
const usualTokens = 256;

/** @throws RepriseError naming what is missing, or pools in a way that is not known here. */
export function onnxFiles(folder: string): OnnxFiles {
  const model = modelFile(folder);
  if (model === undefined) throw unusable(folder, `it holds neither ${modelFiles.join(" nor ")}`);
  const pooling = json(folder, "1_Pooling/config.json") as { readonly pooling_mode_mean_tokens?: unknown } | undefined;
  if (pooling?.pooling_mode_mean_tokens === false) throw unusable(folder, "its vectors are no means of their tokens");
  const tokenizer = json(folder, "tokenizer.json");
  if (tokenizer === undefined) throw unusable(folder, "it holds no tokenizer.json");
  const { max_seq_length: most } = (json(folder, "sentence_bert_config.json") ?? {}) as {
    readonly max_seq_length?: unknown;
  };
  const maxTokens = Number.isSafeInteger(most) && Number(most) > 2 ? Number(most) : usualTokens;
  return { model, tokenizer, tokenizerConfig: json(folder, "tokenizer_config.json") ?? {}, maxTokens };
}

const samples = 64;
const sampleBytes = 4096;

/**
 * Another model is another name. It is told by samples from all over its file, as reading all of it takes as long as
 * loading it; training changes all weights.
 */
export function modelName(folder: string): string {
  const path = modelFile(folder);
  const name = basename(resolve(folder));
  if (path === undefined) return name;
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const hash = createHash("sha256").update(`${size}`);
    const buffer = Buffer.alloc(sampleBytes);
    for (let sample = 0; sample < samples; sample += 1) {
      const at = Math.floor((Math.max(0, size - sampleBytes) * sample) / (samples - 1));
      hash.update(buffer.subarray(0, readSync(file, buffer, 0, sampleBytes, at)));
    }
    return `${name}-${hash.digest("hex").slice(0, 16)}`;
  } finally {
    closeSync(file);
  }
}

function modelFile(folder: string): string | undefined {
  return modelFiles.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function json(folder: string, name: string): object | undefined {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw unusable(folder, `${name} cannot be read: ${(cause as Error).message}`);
  }
  if (typeof value === "object" && value !== null) return value;
  throw unusable(folder, `${name} is no JSON object`);
}

function unusable(folder: string, problem: string): RepriseError {
  const remedy =
    "Name the folder of a sentence-transformer that was exported to ONNX, or a model on a hub as owner/name.";
  return new RepriseError("embedder_unavailable", {
    message: `The embedder transformers cannot use ${folder}: ${problem}.`,
    remedy,
  });
}
