import type { Embedder } from "../core/embedder.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import { modelName } from "./onnx-files.ts";
import { OnnxThread } from "./onnx-thread.ts";

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
 * The model is loaded with the first text, and computes in a thread of its own.
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
  const thread = new OnnxThread(options);
  return {
    get name() {
      name ??= modelName(folder);
      return name;
    },
    embed: (texts) => thread.embed(texts),
    async check() {
      try {
        await thread.embed(["Is this a text?"]);
        return [];
      } catch (error) {
        const { message } = error as Error;
        const own = RepriseError.isInstance(error) ? error.remedy : undefined;
        return [{ problem: message, remedy: own ?? "Export the model anew." }];
      }
    },
    close: () => thread.close(),
  };
}
