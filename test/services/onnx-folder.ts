import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder with a tiny sentence-transformer: a table of token vectors, one dense layer and a tanh, written as ONNX by
 * hand (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; numbers of fields as there).
 */

export const tinyWords = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "how",
  "do",
  "i",
  "reset",
  "my",
  "pass",
  "##word",
  "router",
  "?",
];
export const tinyDimensions = 6;

/** Weights that follow from their places alone. */
export const tinyTable = weights(tinyWords.length, 1);
export const tinyLayer = weights(tinyDimensions, 2);

export function makeTinyModel({ salt = 0 } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-onnx-"));
  mkdirSync(join(folder, "onnx"));
  writeFileSync(join(folder, "onnx", "model.onnx"), tinyOnnx(salt));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer()));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ tokenizer_class: "BertTokenizer" }));
  writeFileSync(join(folder, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: 8 }));
  return folder;
}

function weights(rows: number, seed: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: tinyDimensions }, (_, at) => Math.fround(Math.sin((row + 1) * 12.9 + at * 78.2 + seed))),
  );
}

function tokenizer(): object {
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
  const placed = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      ...{ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [placed("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, placed("[SEP]")],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tinyWords.map((word, id) => [word, id])),
    },
  };
}

function tinyOnnx(salt: number): Uint8Array {
  const [float, int64] = [1, 7];
  const tensor = (name: string, rows: readonly (readonly number[])[]) =>
    message([1, rows.length], [1, tinyDimensions], [2, float], [8, name], [9, raw(rows.flat())]);
  const node = (operator: string, inputs: readonly string[], output: string) =>
    message(...inputs.map((input): Field => [1, input]), [2, output], [3, output], [4, operator]);
  const value = (name: string, type: number, dims: readonly (string | number)[]) => {
    const shape = message(...dims.map((dim): Field => [1, message(typeof dim === "string" ? [2, dim] : [1, dim])]));
    return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
  };
  const table = tinyTable.map((row) => row.map((weight) => weight + salt));
  const graph = message(
    [1, node("Gather", ["table", "input_ids"], "embedded")],
    [1, node("MatMul", ["embedded", "layer"], "product")],
    [1, node("Tanh", ["product"], "last_hidden_state")],
    [2, "tiny"],
    [5, tensor("table", table)],
    [5, tensor("layer", tinyLayer)],
    [11, value("input_ids", int64, ["batch", "tokens"])],
    [11, value("attention_mask", int64, ["batch", "tokens"])],
    [12, value("last_hidden_state", float, ["batch", "tokens", tinyDimensions])],
  );
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 13])]);
}

/** The number of a field, and a whole number, a text or a message. */
type Field = readonly [number, number | string | Uint8Array];

/** The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding/). */
function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === "number") return [varint(number << 3), varint(value)];
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      return [varint((number << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}

function raw(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(numbers).buffer);
}
