/**
 * Writes GGUF, the file of a model for llama.cpp: a head of named values and of tensors, then the tensors' numbers, each
 * beginning at a multiple of 32 bytes (ggml-org/ggml, docs/gguf.md, version 3). Only the types that a small model needs.
 */

export type GgufValue =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly flag: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly f32s: readonly number[] }
  | { readonly i32s: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** The length of a row first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const alignment = 32;
const types = { u32: 4, i32: 5, f32: 6, flag: 7, text: 8, array: 9 } as const;
const tensorOfF32 = 0;

export function ggufBytes(
  values: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer<ArrayBuffer> {
  const head = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(Object.keys(values).length)];
  for (const [name, value] of Object.entries(values)) head.push(text(name), ...valueBytes(value));
  let offset = 0;
  for (const { name, shape, values: numbers } of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(tensorOfF32), u64(offset));
    offset += padded(numbers.byteLength);
  }
  const start = Buffer.concat(head);
  const bodies = tensors.flatMap(({ values: { buffer, byteOffset, byteLength } }) => [
    Buffer.from(buffer, byteOffset, byteLength),
    Buffer.alloc(padded(byteLength) - byteLength),
  ]);
  return Buffer.concat([start, Buffer.alloc(padded(start.length) - start.length), ...bodies]);
}

function valueBytes(value: GgufValue): readonly Buffer[] {
  if ("u32" in value) return [u32(types.u32), u32(value.u32)];
  if ("f32" in value) return [u32(types.f32), f32(value.f32)];
  if ("flag" in value) return [u32(types.flag), Buffer.from([value.flag ? 1 : 0])];
  if ("text" in value) return [u32(types.text), text(value.text)];
  if ("texts" in value) return array(types.text, value.texts.map(text));
  if ("f32s" in value) return array(types.f32, value.f32s.map(f32));
  return array(types.i32, value.i32s.map(u32));
}

function array(type: number, members: readonly Buffer[]): readonly Buffer[] {
  return [u32(types.array), u32(type), u64(members.length), ...members];
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
