/** Replies of the scripted origin that are not what was asked for, in OpenAI's shape and in Gemini's. */

type JsonRecord = Readonly<Record<string, unknown>>;
type Item = JsonRecord;

/** How a list of vectors differs from what was asked for. `shuffled` is the one that is right all the same. */
export type EmbeddingFault =
  | "fewer"
  | "more"
  | "shuffled"
  | "same-index"
  | "index-beyond"
  | "index-negative"
  | "index-no-number"
  | "ragged"
  | "empty"
  | "not-finite"
  | "infinite"
  | "text"
  | "null";

const edits: Readonly<Record<EmbeddingFault, (items: readonly Item[]) => readonly unknown[]>> = {
  fewer: (items) => items.slice(1),
  more: (items) => [...items, items[0]],
  shuffled: (items) => [...items].reverse(),
  "same-index": (items) => items.map((item) => ({ ...item, index: 0 })),
  "index-beyond": (items) => items.map((item, index) => ({ ...item, index: index + 1 })),
  "index-negative": (items) => items.map((item, index) => ({ ...item, index: index - 1 })),
  "index-no-number": (items) => items.map((item, index) => ({ ...item, index: String(index) })),
  ragged: (items) => items.map((item, index) => withNumbers(item, Array(index + 1).fill(0.5))),
  empty: (items) => items.map((item) => withNumbers(item, [])),
  "not-finite": (items) => items.map((item) => withValue(item, base64([1, Number.NaN]))),
  infinite: (items) => items.map((item) => withValue(item, [1, 1e39])),
  text: (items) => items.map((item) => withValue(item, ["1"])),
  null: (items) => items.map(() => null),
};

/** `reply` with this fault. */
export function faultyEmbeddings(reply: JsonRecord, fault: EmbeddingFault): JsonRecord {
  const name = "data" in reply ? "data" : "embeddings";
  return { ...reply, [name]: edits[fault](reply[name] as readonly Item[]) };
}

function withNumbers(item: Item, numbers: readonly number[]): Item {
  return withValue(item, typeof item["embedding"] === "string" ? base64(numbers) : numbers);
}

function withValue(item: Item, value: unknown): Item {
  return { ...item, ["values" in item ? "values" : "embedding"]: value };
}

function base64(numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}
