import { RepriseError } from "../core/errors.ts";
import { type OnnxFiles, onnxFiles } from "./onnx-files.ts";
import { OnnxModel } from "./onnx-model.ts";

export interface OnnxLoadOptions {
  /** The folder. */
  readonly model: string;
  readonly threads?: number;
  readonly maxTokens?: number;
}

/** @throws RepriseError with code `embedder_unavailable` when a package or a file is missing or of no use. */
export async function loadModel({ model: folder, threads = 1, maxTokens }: OnnxLoadOptions): Promise<OnnxModel> {
  const files = onnxFiles(folder);
  const [runtime, tokenizers] = [
    await needed("onnxruntime-node", () => import("onnxruntime-node")),
    await needed("@huggingface/tokenizers", () => import("@huggingface/tokenizers")),
  ];
  try {
    const tokenizer = new tokenizers.Tokenizer(files.tokenizer, files.tokenizerConfig);
    const limits = { intraOpNumThreads: threads, interOpNumThreads: 1 };
    const session = await runtime.InferenceSession.create(files.model, limits);
    return new OnnxModel({ session, runtime, tokenizer, maxTokens: maxTokens ?? files.maxTokens });
  } catch (cause) {
    throw unusable(files, cause);
  }
}

/** Says which package is missing, instead of which file could not be found. */
async function needed<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = `The embedder transformers needs the npm package ${name}, which cannot be loaded.`;
    const remedy = "Run npm install onnxruntime-node @huggingface/tokenizers where reprise is installed.";
    throw new RepriseError("embedder_unavailable", { message, cause, remedy });
  }
}

function unusable({ model }: OnnxFiles, cause: unknown): RepriseError {
  const message = `The embedder transformers cannot use ${model}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new RepriseError("embedder_unavailable", { message, cause, remedy: "Export the model to ONNX anew." });
}
