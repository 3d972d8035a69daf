import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isIndex } from "./json-fields.ts";
import { type MergeManner, type MutableObject, mergeObject } from "./merge-pieces.ts";

const inDelta: MergeManner = { strings: "join", arrays: "join" };

interface ToolCall {
  readonly index: number;
  readonly fields: MutableObject;
}

/** Tool calls that come in pieces. Each is found by its index or id, since an answer may have any number of them. */
export class ToolCallAssembly {
  readonly #byIndex = new Map<number, ToolCall>();
  /** The first call that had the id. */
  readonly #byId = new Map<JsonValue, ToolCall>();
  #last: ToolCall | undefined;
  #highest = -1;

  /** Takes the pieces of one delta; false when they do not fit the schema. */
  add(pieces: JsonValue): boolean {
    if (!Array.isArray(pieces)) return false;
    for (const piece of pieces as readonly JsonValue[]) {
      if (!(piece instanceof Map)) return false;
      const index = this.#indexOf(piece);
      if (index === undefined) return false;
      const call = this.#callAt(index);
      mergeObject(call.fields, piece, inDelta);
      call.fields.delete("index");
      const id = call.fields.get("id") ?? null;
      if (!this.#byId.has(id)) this.#byId.set(id, call);
    }
    return true;
  }

  /** In the order of their indexes. */
  inOrder(): readonly JsonObject[] {
    return [...this.#byIndex.values()].sort((a, b) => a.index - b.index).map((call) => call.fields);
  }

  #callAt(index: number): ToolCall {
    const known = this.#byIndex.get(index);
    if (known !== undefined) return known;
    const call = { index, fields: new Map() };
    this.#byIndex.set(index, call);
    this.#last = call;
    this.#highest = Math.max(this.#highest, index);
    return call;
  }

  /** Gemini's compatible endpoint sends whole calls without an index: an id not seen yet begins a call, anything else goes on with the last. */
  #indexOf(piece: JsonObject): number | undefined {
    const index = piece.get("index") ?? null;
    if (index !== null) return isIndex(index) ? index : undefined;
    const id = piece.get("id") ?? null;
    if (this.#last === undefined) return 0;
    if (id === null || id === "") return this.#last.index;
    return this.#byId.get(id)?.index ?? this.#highest + 1;
  }
}
