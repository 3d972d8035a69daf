import type { Embedder } from "../core/embedder.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import { modelName, type OnnxFiles, onnxFiles } from "./onnx-files.ts";
import { OnnxModel } from "./onnx-model.ts";

export interface TransformersEmbedderOptions {
  /**
   * A folder as sentence-transformers exports it: `tokenizer.json`, and `onnx/model.onnx` or `model.onnx`. Nothing is
   * ever fetched.
   */
  readonly model: string;
  /** Threads that compute at once; default 1. */
  readonly threads?: number;
  /** Longer texts are cut. Default: what `sentence_bert_config.json` says, or 256. */
  readonly maxTokens?: number;
}

/**
 * An embedder that computes a sentence-transformer in this process, by onnxruntime-node and @huggingface/tokenizers,
 * which must be installed beside reprise: some milliseconds a question for a model as small as MiniLM. The vector of a
 * text is the mean of those of its tokens (https://www.sbert.net/docs/sentence_transformer/usage/custom_models.html).
 * The model is loaded with the first text.
 *
 * Throws `RepriseError` with code `embedder_unavailable` when a package or a file is missing or of no use.
 *
 * @throws InvalidOptionError naming the option.
 * @example
 * const cache = await createCache({ embedder: transformers({ model: "/models/all-MiniLM-L6-v2" }) });
 */
export function transformers(options: TransformersEmbedderOptions): Embedder {
  const { model: folder } = options;
  if (typeof folder !== "string" || folder === "") {
    const remedy = "Pass the folder that holds tokenizer.json and model.onnx.";
    throw new InvalidOptionError("model", { message: "model must be the path of a folder.", remedy });
  }
  let name: string | undefined;
  let loading: Promise<OnnxModel> | undefined;
  const load = (): Promise<OnnxModel> => {
    loading ??= loadModel(options).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    get name() {
      name ??= modelName(folder);
      return name;
    },
    async embed(texts) {
      return (await load()).embed(texts);
    },
    async check() {
      try {
        await (await load()).embed(["Is this a text?"]);
        return [];
      } catch (error) {
        const { message } = error as Error;
        const own = RepriseError.isInstance(error) ? error.remedy : undefined;
        return [{ problem: message, remedy: own ?? "Export the model anew." }];
      }
    },
    async close() {
      const model = await loading?.catch(() => undefined);
      loading = undefined;
      await model?.close();
    },
  };
}

async function loadModel({ model: folder, threads = 1, maxTokens }: TransformersEmbedderOptions): Promise<OnnxModel> {
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
