import { type GgufTensor, type GgufValue, ggufBytes } from "./gguf-writer.ts";

/**
 * A model of the Llama kind with random weights: it says nothing of sense, but an engine computes and keeps its prompts as
 * it does those of any other. Its vocabulary is the 256 bytes, and further pieces of text where another tokenizer is wanted.
 */

export interface RandomModelOptions {
  /** Words that are one token each. */
  readonly words?: readonly string[];
  readonly seed?: number;
}

const width = 64;
const layers = 2;
const heads = 4;
const inner = 128;
export const contextLength = 32_768;

/** Kinds of tokens, as llama.cpp numbers them. */
const kinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
/** Unknown, beginning and end stand before the bytes. */
export const firstByteToken = 3;

export function randomModel({ words = [], seed = 1 }: RandomModelOptions = {}): Buffer<ArrayBuffer> {
  const vocabulary = vocabularyOf(words);
  const { tokens } = vocabulary;
  const random = randomOf(seed);
  const matrix = (name: string, row: number, rows: number): GgufTensor => ({
    name: `${name}.weight`,
    shape: [row, rows],
    values: Float32Array.from({ length: row * rows }, () => (2 * random() - 1) / Math.sqrt(row)),
  });
  const norm = (name: string): GgufTensor => ({
    name: `${name}.weight`,
    shape: [width],
    values: new Float32Array(width).fill(1),
  });
  const blocks = Array.from({ length: layers }, (_, layer) => `blk.${layer}.`).flatMap((block) => [
    norm(`${block}attn_norm`),
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map((name) => matrix(block + name, width, width)),
    norm(`${block}ffn_norm`),
    matrix(`${block}ffn_gate`, width, inner),
    matrix(`${block}ffn_up`, width, inner),
    matrix(`${block}ffn_down`, inner, width),
  ]);
  const tensors = [
    matrix("token_embd", width, tokens.length),
    ...blocks,
    norm("output_norm"),
    matrix("output", width, tokens.length),
  ];
  return ggufBytes(headOf(vocabulary), tensors);
}

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly scores: readonly number[];
  readonly kinds: readonly number[];
}

/** Longer pieces are joined out of shorter ones, so that each beginning of a word is a piece, too. */
function vocabularyOf(words: readonly string[]): Vocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const marked = words.map((word) => word.replaceAll(" ", "\u2581"));
  const pieces = [...new Set(marked.flatMap((word) => [...word].map((_, place) => word.slice(0, place + 1))))];
  return {
    tokens: ["<unk>", "<s>", "</s>", ...bytes, ...pieces],
    scores: [...Array(firstByteToken + 256).fill(0), ...pieces.map(({ length }) => length)],
    kinds: [
      ...[kinds.unknown, kinds.control, kinds.control],
      ...bytes.map(() => kinds.byte),
      ...pieces.map(() => kinds.normal),
    ],
  };
}

function headOf({ tokens, scores, kinds }: Vocabulary): Readonly<Record<string, GgufValue>> {
  return {
    "general.architecture": { text: "llama" },
    "general.name": { text: "random" },
    "general.file_type": { u32: 0 },
    "llama.context_length": { u32: contextLength },
    "llama.embedding_length": { u32: width },
    "llama.block_count": { u32: layers },
    "llama.feed_forward_length": { u32: inner },
    "llama.attention.head_count": { u32: heads },
    "llama.attention.head_count_kv": { u32: heads },
    "llama.attention.layer_norm_rms_epsilon": { f32: 1e-5 },
    "llama.rope.dimension_count": { u32: width / heads },
    "llama.vocab_size": { u32: tokens.length },
    "tokenizer.ggml.model": { text: "llama" },
    "tokenizer.ggml.tokens": { texts: tokens },
    "tokenizer.ggml.scores": { f32s: scores },
    "tokenizer.ggml.token_type": { i32s: kinds },
    "tokenizer.ggml.unknown_token_id": { u32: 0 },
    "tokenizer.ggml.bos_token_id": { u32: 1 },
    "tokenizer.ggml.eos_token_id": { u32: 2 },
    "tokenizer.ggml.add_space_prefix": { flag: false },
  };
}

/** Uniform in [0, 1): the linear congruential generator of Numerical Recipes; good enough for weights that mean nothing. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
