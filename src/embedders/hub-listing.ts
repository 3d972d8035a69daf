/**
 * What a model of a hub consists of: the listing of a revision, with the size and checksum of each file
 * (https://huggingface.co/docs/hub/api, `GET /api/models/{name}/revision/{revision}?blobs=true`), and which of them are
 * needed. Weights are kept by Git LFS and known by their SHA-256; small files by Git's own digest, which is the SHA-1 of
 * `blob SIZE`, a zero byte and the content (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
 */

import { createHash, type Hash } from "node:crypto";

export interface HubFile {
  /** Its path at the hub. */
  readonly path: string;
  /** Where it goes in the folder of the model. */
  readonly place: string;
  readonly bytes: number;
  readonly checksum: { readonly algorithm: "sha256" | "git-sha1"; readonly hex: string };
}

export interface HubListing {
  /** The commit, which is what a name such as `main` stood for. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const exactModels = ["onnx/model.onnx", "model.onnx"] as const;
const quantizedModels = ["onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_quantized.onnx"] as const;
const tokenizer = "tokenizer.json";
const settings = [
  "config.json",
  "tokenizer_config.json",
  "sentence_bert_config.json",
  "1_Pooling/config.json",
] as const;

/** @throws Error that says what is missing. */
export function readListing(reply: unknown, isQuantized: boolean): HubListing {
  const { sha, siblings } = (reply ?? {}) as { readonly sha?: unknown; readonly siblings?: unknown };
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings))
    throw new Error("its listing is not that of a hub of models");
  const listed = new Map(siblings.map((each: Sibling) => [each?.rfilename, each]));
  const candidates = isQuantized ? quantizedModels : exactModels;
  const model = candidates.find((path) => listed.has(path));
  if (model === undefined) throw new Error(`it holds none of ${candidates.join(", ")}`);
  if (!listed.has(tokenizer)) throw new Error(`it holds no ${tokenizer}`);
  // Weights beyond 2 GB lie beside the model, under the name that the model has for them.
  const beside = `${model}_data`;
  const places: readonly (readonly [path: string, place: string])[] = [
    [tokenizer, tokenizer],
    ...settings.map((path) => [path, path] as const),
    [beside, `onnx/${beside.slice(beside.lastIndexOf("/") + 1)}`],
    [model, "onnx/model.onnx"],
  ];
  const files = places.flatMap(([path, place]) => {
    const sibling = listed.get(path);
    return sibling === undefined ? [] : [fileOf(sibling, path, place)];
  });
  return { commit: sha, files };
}

interface Sibling {
  readonly rfilename?: unknown;
  readonly size?: unknown;
  readonly blobId?: unknown;
  readonly lfs?: { readonly sha256?: unknown; readonly size?: unknown };
}

function fileOf({ size, blobId, lfs }: Sibling, path: string, place: string): HubFile {
  const bytes = Number(lfs?.size ?? size);
  const [algorithm, hex] = lfs === undefined ? (["git-sha1", blobId] as const) : (["sha256", lfs.sha256] as const);
  const length = algorithm === "sha256" ? 64 : 40;
  if (!Number.isSafeInteger(bytes) || typeof hex !== "string" || !/^[0-9a-f]+$/.test(hex) || hex.length !== length)
    throw new Error(`its listing gives no size and checksum of ${path}`);
  return { path, place, bytes, checksum: { algorithm, hex } };
}

export function hashOf({ bytes, checksum }: HubFile): Hash {
  return checksum.algorithm === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
}
