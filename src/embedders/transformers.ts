import { existsSync } from "node:fs";
import process from "node:process";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Embedder } from "../core/embedder.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import { HubModel } from "./hub-model.ts";
import { modelName } from "./onnx-files.ts";
import { OnnxThread } from "./onnx-thread.ts";

export interface TransformersEmbedderOptions {
  /**
   * A folder as sentence-transformers exports it: `tokenizer.json`, and `onnx/model.onnx` or `model.onnx`; or, where
   * there is no such folder, the name of a model on a hub, such as `Xenova/all-MiniLM-L6-v2`.
   */
  readonly model: string;
  /** Threads that compute at once; default 1. */
  readonly threads?: number;
  /** Longer texts are cut. Default: what `sentence_bert_config.json` says, or 256. */
  readonly maxTokens?: number;
  /** Of a model on a hub: the branch, tag or commit. Default `main`. */
  readonly revision?: string;
  /** Of a model on a hub: the weights in 8 bits, a quarter of the size. Default false. */
  readonly quantized?: boolean;
  /** Where models of a hub are kept. Default `./.reprise/models`. */
  readonly directory?: string;
  /** The base URL of the hub. Default: what `HF_ENDPOINT` says, or `https://huggingface.co`. */
  readonly hub?: string;
  /** For models that need one; sent as a bearer token. */
  readonly token?: string;
  /** Hears what is downloaded and how far it is, a line at a time. */
  readonly onProgress?: (line: string) => void;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

/**
 * An embedder that computes a sentence-transformer in this process, by onnxruntime-node and @huggingface/tokenizers,
 * which must be installed beside reprise: some milliseconds a question for a model as small as MiniLM. The vector of a
 * text is the mean of those of its tokens (https://www.sbert.net/docs/sentence_transformer/usage/custom_models.html).
 * The model is loaded with the first text, and computes in a thread of its own. One that is named by a hub is downloaded
 * with the first text, once, and compared with its checksums.
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
  const onHub = hubModelOf(options);
  const place = onHub?.folder ?? folder;
  let name: string | undefined;
  const thread = new OnnxThread({ ...options, model: place });
  const embed = (texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> => {
    if (onHub === undefined || onHub.isThere()) return thread.embed(texts);
    return onHub.ready().then(() => {
      // Whoever gave up while it was downloaded needs no vector any more.
      signal?.throwIfAborted();
      return thread.embed(texts);
    });
  };
  return {
    get name() {
      if (onHub?.isThere() === false) return modelName(place);
      name ??= modelName(place);
      return name;
    },
    embed,
    async check() {
      try {
        // Nothing is left behind by a look.
        if (onHub?.isThere() === false) await onHub.look();
        else await thread.embed(["Is this a text?"]);
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

const hubName = /^[A-Za-z0-9][A-Za-z0-9_.-]*\/[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const revisionName = /^[A-Za-z0-9][A-Za-z0-9_./-]*$/;

/** `undefined` where `model` is a folder. */
function hubModelOf(options: TransformersEmbedderOptions): HubModel | undefined {
  const { model, revision = "main", directory = "./.reprise/models" } = options;
  if (!hubName.test(model) || existsSync(model)) return undefined;
  if (!revisionName.test(revision) || revision.includes("..")) {
    const remedy = "Pass a branch, a tag or a commit, such as main.";
    throw new InvalidOptionError("revision", { message: "revision must be the name of a revision.", remedy });
  }
  const hub = (options.hub ?? process.env["HF_ENDPOINT"] ?? "https://huggingface.co").replace(/\/+$/, "");
  const url = URL.parse(hub);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    const remedy = "Pass a URL such as https://huggingface.co, and a token as token.";
    throw new InvalidOptionError("hub", { message: "hub must be an http or https URL without credentials.", remedy });
  }
  return new HubModel({
    ...{ model, revision, directory, hub },
    isQuantized: options.quantized ?? false,
    token: options.token,
    onProgress: options.onProgress ?? (() => {}),
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
  });
}
