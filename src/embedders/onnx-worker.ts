/** The thread that computes an ONNX model; see onnx-thread.ts. */

import { parentPort, workerData } from "node:worker_threads";
import { RepriseError } from "../core/errors.ts";
import { loadModel, type OnnxLoadOptions } from "./onnx-load.ts";
import type { OnnxModel } from "./onnx-model.ts";
import type { OnnxReply, OnnxRequest } from "./onnx-thread.ts";

let loading: Promise<OnnxModel> | undefined;

async function answer({ number, texts }: OnnxRequest): Promise<OnnxReply> {
  try {
    loading ??= loadModel(workerData as OnnxLoadOptions);
    return { number, vectors: await (await loading).embed(texts) };
  } catch (error) {
    // What could not be loaded is tried anew with the next text.
    if (RepriseError.isInstance(error)) loading = undefined;
    const remedy = RepriseError.isInstance(error) ? error.remedy : undefined;
    return { number, message: (error as Error).message, remedy };
  }
}

const port = parentPort;
/** One after the other: a text that came before the end is answered before it. */
let turn = Promise.resolve();

async function take(request: OnnxRequest | "close"): Promise<void> {
  if (request !== "close") return port?.postMessage(await answer(request));
  const model = await loading?.catch(() => undefined);
  await model?.close();
  port?.close();
}

port?.on("message", (request: OnnxRequest | "close") => {
  turn = turn.then(() => take(request));
});
