import { readFileSync } from "node:fs";

/**
 * Vectors that were computed before: a file of lines `{"text": "...", "vector": "base64 of 32-bit floats"}`, as
 * `training/teacher_vectors.py` writes them. Gives `undefined` for a text that is not in it.
 */
export function vectorsFrom(file: string): (text: string) => Float32Array | undefined {
  const vectors = new Map<string, Float32Array>();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const { text, vector } = JSON.parse(line) as { text: string; vector: string };
    const bytes = Buffer.from(vector, "base64");
    vectors.set(text, new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
  }
  return (text) => vectors.get(text);
}
