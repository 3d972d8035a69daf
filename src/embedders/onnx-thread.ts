import process from "node:process";
import { Worker } from "node:worker_threads";
import { RepriseError } from "../core/errors.ts";
import type { OnnxLoadOptions } from "./onnx-load.ts";

/**
 * A model in a thread of its own: onnxruntime-node computes in the thread that asks it, some milliseconds for a short
 * question and a hundred for a long one, which would hold up everything else. The thread starts with the first text and
 * never keeps the process alive when nobody waits for it.
 */

export interface OnnxRequest {
  readonly number: number;
  readonly texts: readonly string[];
}

export type OnnxReply = { readonly number: number } & (
  | { readonly vectors: readonly Float32Array[] }
  | { readonly message: string; readonly remedy: string | undefined }
);

/** Requests that wait for the thread; more would wait longer than any look-up may. */
const mostWaiting = 64;

interface Waiting {
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

export class OnnxThread {
  readonly #options: OnnxLoadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #number = 0;
  #isClosed = false;

  constructor(options: OnnxLoadOptions) {
    this.#options = options;
  }

  embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.#isClosed) return Promise.reject(unavailable("the embedder is closed"));
    if (this.#waiting.size >= mostWaiting)
      return Promise.reject(unavailable(`${mostWaiting} questions wait for their vectors already`));
    this.#worker ??= this.#start();
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      // Whoever waits may rely on the answer, also when nothing else is left to do.
      this.#worker?.ref();
      this.#worker?.postMessage({ number, texts } satisfies OnnxRequest);
    });
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close");
    await ended;
  }

  #start(): Worker {
    // Beside this file lies the source when Node strips the types, and the JavaScript after a build.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const { model, threads, maxTokens } = this.#options;
    const worker = new Worker(new URL(`./onnx-worker${extension}`, import.meta.url), {
      name: "reprise-onnx",
      workerData: { model, threads, maxTokens },
      // What the program was started with, such as `--input-type` or `--import`, is not for it.
      execArgv: process.execArgv.filter((option) => /^--(no-warnings|disable-warning=)/.test(option)),
    });
    worker.unref();
    worker.on("message", (reply: OnnxReply) => {
      const waiting = this.#waiting.get(reply.number);
      this.#waiting.delete(reply.number);
      if (this.#waiting.size === 0 && !this.#isClosed) worker.unref();
      if ("vectors" in reply) waiting?.resolve(reply.vectors);
      else waiting?.reject(unavailable(reply.message, reply.remedy));
    });
    const lost = (message: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(unavailable(message));
      this.#waiting.clear();
    };
    worker.on("error", (error) => lost(`the thread of the embedder failed: ${error.message}`));
    worker.on("exit", () => lost("the thread of the embedder has ended"));
    return worker;
  }
}

function unavailable(message: string, remedy = "It is tried again by itself."): RepriseError {
  return new RepriseError("embedder_unavailable", { message, remedy });
}
