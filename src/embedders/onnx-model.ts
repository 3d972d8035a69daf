import type { Tokenizer } from "@huggingface/tokenizers";
import type { InferenceSession, Tensor } from "onnxruntime-node";

/**
 * Texts to vectors by a transformer in ONNX: tokens padded to one length, one run of the model, and the mean of the
 * vectors of those tokens that are none of the padding, brought to unit length. A model that has a pooled output of
 * two dimensions is taken at its word.
 */

export interface OnnxModelParts {
  readonly session: InferenceSession;
  readonly runtime: { readonly Tensor: typeof Tensor };
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
}

/** Texts that are computed at once; their padding costs as much as their words. */
const batchSize = 16;

export class OnnxModel {
  readonly #parts: OnnxModelParts;

  constructor(parts: OnnxModelParts) {
    this.#parts = parts;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batchSize)
      vectors.push(...(await this.#run(texts.slice(at, at + batchSize).map((text) => this.#tokens(text)))));
    return vectors;
  }

  async close(): Promise<void> {
    await this.#parts.session.release();
  }

  /** The last token, which ends the text, stays when what is before it is cut. */
  #tokens(text: string): readonly number[] {
    const { tokenizer, maxTokens } = this.#parts;
    const { ids } = tokenizer.encode(text);
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1) as number];
  }

  async #run(rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const { session, runtime } = this.#parts;
    const width = Math.max(1, ...rows.map(({ length }) => length));
    const tensorOf = (valueAt: (row: readonly number[], at: number) => number): Tensor => {
      const values = new BigInt64Array(rows.length * width);
      for (const [index, row] of rows.entries())
        for (let at = 0; at < width; at += 1) values[index * width + at] = BigInt(valueAt(row, at));
      return new runtime.Tensor("int64", values, [rows.length, width]);
    };
    const inputs: Readonly<Record<string, () => Tensor>> = {
      input_ids: () => tensorOf((row, at) => row[at] ?? 0),
      attention_mask: () => tensorOf((row, at) => (at < row.length ? 1 : 0)),
      token_type_ids: () => tensorOf(() => 0),
    };
    const feeds: Record<string, Tensor> = {};
    for (const name of session.inputNames) {
      const make = inputs[name];
      if (make === undefined) throw new Error(`the model wants an input ${name}, which no text gives`);
      feeds[name] = make();
    }
    const output = Object.values(await session.run(feeds))[0];
    if (output?.type !== "float32") throw new Error("the model gives no vectors of 32-bit numbers");
    return pooled(output.data as Float32Array, output.dims, rows);
  }
}

function pooled(data: Float32Array, dims: readonly number[], rows: readonly (readonly number[])[]): Float32Array[] {
  const [count, width, dimensions] = dims.length === 2 ? [dims[0], 1, dims[1]] : dims;
  if (count !== rows.length || width === undefined || dimensions === undefined || dims.length > 3)
    throw new Error(`the model gives an output of the form ${dims.join(" x ")}`);
  return rows.map((row, index) => {
    const sum = new Float64Array(dimensions);
    const tokens = Math.min(row.length, width);
    for (let token = 0; token < tokens; token += 1) {
      const from = (index * width + token) * dimensions;
      for (let at = 0; at < dimensions; at += 1) sum[at] = (sum[at] as number) + (data[from + at] as number);
    }
    const length = Math.sqrt(sum.reduce((square, value) => square + value * value, 0));
    return Float32Array.from(sum, (value) => value / length);
  });
}
