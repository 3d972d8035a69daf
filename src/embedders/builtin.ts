import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Embedder } from "../core/embedder.ts";
import { RepriseError } from "../core/errors.ts";
import { allAtOnce, turnByTurn } from "../core/steps.ts";
import { StaticModel } from "./static-model.ts";
import { readStaticModel } from "./static-model-file.ts";

/** The name of the model that `training/` made. Another table is another name: its vectors compare with none of these. */
const name = "reprise-static-en-1";

export interface BuiltinEmbedderOptions {
  /** Where the model lies. Default: the file that comes with the package; a bundler that moves the code must name it. */
  readonly file?: string;
}

/**
 * The embedder that comes with the package: English, 256 dimensions, some ten microseconds a question, no network and
 * no dependency. Its file (about 12 MB) is read and checked when the first text is embedded, or before by `prepare`.
 *
 * Throws `RepriseError` with code `embedder_unavailable` when the file is missing, damaged or another model's.
 *
 * ```ts
 * import { builtin } from "reprise/embedders/builtin";
 *
 * const embedder = builtin();
 * const [vector] = await embedder.embed(["How do I reset my password?"]);
 * ```
 */
export function builtin({ file = ownFile() }: BuiltinEmbedderOptions = {}): Embedder {
  let model: StaticModel | undefined;
  let preparing: Promise<void> | undefined;
  const prepareIn = async (nextTurn: () => Promise<void>) => {
    model ??= sharedModel(file);
    if (model !== undefined) return;
    try {
      const read = new StaticModel(await turnByTurn(readStaticModel(await readFile(file)), nextTurn));
      if (read.name === name) model ??= shared(file, read);
    } catch {
      // Whoever embeds a text learns what is wrong.
    }
  };
  return {
    name,
    embed(texts) {
      model ??= loadModel(file);
      const loaded = model;
      return texts.map((text) => loaded.embed(text));
    },
    prepare(nextTurn) {
      preparing ??= prepareIn(nextTurn);
      return preparing;
    },
    check() {
      try {
        model ??= loadModel(file);
        return [];
      } catch (error) {
        if (!RepriseError.isInstance(error)) throw error;
        return [{ problem: error.message, remedy: error.remedy ?? remedy }];
      }
    },
    close() {
      model = undefined;
    },
  };
}

const remedy = "Install the package anew, or name the model's file in the option file.";

function ownFile(): string {
  return fileURLToPath(new URL("../../models/static-en.bin", import.meta.url));
}

/** The model of the package's own file, while anybody in the process uses it: it is read once for all of them. */
let ownModel: WeakRef<StaticModel> | undefined;

function sharedModel(file: string): StaticModel | undefined {
  return file === ownFile() ? ownModel?.deref() : undefined;
}

function shared(file: string, model: StaticModel): StaticModel {
  if (file === ownFile()) ownModel = new WeakRef(model);
  return model;
}

function loadModel(file: string): StaticModel {
  const known = sharedModel(file);
  if (known !== undefined) return known;
  let problem: string;
  try {
    const model = new StaticModel(allAtOnce(readStaticModel(readFileSync(file))));
    if (model.name === name) return shared(file, model);
    problem = `it holds the model ${model.name} and not ${name}`;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    problem = code === "ENOENT" ? "there is no such file" : cause instanceof Error ? cause.message : String(cause);
    throw unusable(file, problem, cause);
  }
  throw unusable(file, problem);
}

function unusable(file: string, problem: string, cause?: unknown): RepriseError {
  const message = `The built-in embedder cannot use ${file}: ${problem}.`;
  return new RepriseError("embedder_unavailable", { message, cause, remedy });
}
