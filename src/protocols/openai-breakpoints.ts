import type { CacheMarks, MarkablePart, MarkablePrompt } from "../core/cache-marks.ts";
import { type JsonObject, type JsonValue, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import { isObject, textOf } from "./json-fields.ts";

/**
 * Where requests to OpenAI may carry `prompt_cache_breakpoint`, and how it is put there: on the parts of messages, never on
 * tools, `instructions` or what the model said (developers.openai.com/api/docs/guides/prompt-caching). A text that stands
 * for itself is written as its one part. With breakpoints of ours goes the mode `explicit`, so that none is written, and
 * paid for, at the end of every prompt; `prompt_cache_key` is what matching needs, and models that take no breakpoints
 * are sent only that.
 */

/** Who speaks in a message or item, and the member that holds its parts, if these take a breakpoint. */
export interface Turn {
  readonly by: MarkablePart["by"];
  readonly blocks: string | undefined;
}

export interface BreakpointPlaces {
  /** The member that holds the turns. */
  readonly list: string;
  /** Members that stand before the turns, or make what is kept another. */
  readonly head: readonly string[];
  /** Members that put before the turns what is not in the request. */
  readonly elsewhere: readonly string[];
  /** Type of a part that is text. */
  readonly textType: string;
  readonly turnOf: (turn: JsonObject) => Turn | undefined;
}

interface PlacedPart extends MarkablePart {
  readonly turn: number;
  readonly blocks: string | undefined;
  /** In the array of parts there. */
  readonly block: number;
}

const breakpoint: JsonObject = new Map([["mode", "explicit"]]);
const markable = /^(?:input_)?(?:text|image|image_url|audio|file)$/;

/** `undefined` where the prompt does not begin in the request. */
export function markablePrompt(
  places: BreakpointPlaces,
  body: JsonObject,
  texts: ReadonlyMap<string, string>,
  orders: Readonly<Record<string, KeepOrder>>,
): MarkablePrompt | undefined {
  const isGiven = (name: string) => (body.get(name) ?? null) !== null;
  if (places.elsewhere.some(isGiven)) return undefined;
  const hasOwnMarks =
    ["prompt_cache_options", "prompt_cache_retention"].some(isGiven) ||
    texts.get(places.list)?.includes('"prompt_cache_breakpoint"') === true;
  return { parts: partsOf(places, body, orders), hasOwnMarks, hasOwnKey: isGiven("prompt_cache_key") };
}

/** The members of the body that are other than before, by name. */
export function markedMembers(
  places: BreakpointPlaces,
  body: JsonObject,
  { ends, key, isRetained = false }: CacheMarks,
  orders: Readonly<Record<string, KeepOrder>>,
): ReadonlyMap<string, JsonValue> {
  const marked = new Map<string, JsonValue>();
  if (key !== undefined) marked.set("prompt_cache_key", key);
  if (isRetained) marked.set("prompt_cache_retention", "24h");
  if (ends.length === 0) return marked;
  const parts = partsOf(places, body, orders);
  const turns = [...(body.get(places.list) as readonly JsonValue[])];
  for (const end of ends) {
    const part = parts[end];
    if (part?.takesMark !== true || part.blocks === undefined) continue;
    const turn = turns[part.turn] as JsonObject;
    const blocks = blocksIn(turn.get(part.blocks), places).map((one, index) =>
      index === part.block && isObject(one) ? new Map(one).set("prompt_cache_breakpoint", breakpoint) : one,
    );
    turns[part.turn] = new Map(turn).set(part.blocks, blocks);
  }
  return marked.set(places.list, turns).set("prompt_cache_options", breakpoint);
}

function partsOf(
  places: BreakpointPlaces,
  body: JsonObject,
  orders: Readonly<Record<string, KeepOrder>>,
): readonly PlacedPart[] {
  const head = places.head.map((name) => serializeJson(body.get(name) ?? null, orderOf(name, orders))).join();
  const nowhere = { turn: -1, block: -1, blocks: undefined, takesMark: false, isLast: true, isMarked: false } as const;
  const parts: PlacedPart[] = [{ ...nowhere, by: "head", text: head }];
  const value = body.get(places.list);
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value ?? null];
  let isHead = true;
  for (const [index, turn] of list.entries()) {
    const { by, blocks: member } = (isObject(turn) && places.turnOf(turn)) || { by: "user", blocks: undefined };
    isHead &&= by === "head";
    const speaker = by === "head" && !isHead ? "user" : by;
    if (member === undefined || !isObject(turn)) {
      parts.push({ ...nowhere, turn: index, by: speaker, text: serializeJson(turn) });
      continue;
    }
    const rest = serializeJson(new Map([...turn].filter(([name]) => name !== member)));
    for (const [block, one, all] of entriesOf(blocksIn(turn.get(member), places))) {
      const text = (block === 0 ? rest : "") + serializeJson(one);
      const isLast = block === all - 1;
      const isMarked = isObject(one) && (one.get("prompt_cache_breakpoint") ?? null) !== null;
      parts.push({
        turn: index,
        block,
        blocks: member,
        by: speaker,
        text,
        takesMark: takesMark(one),
        isLast,
        isMarked,
      });
    }
  }
  return parts;
}

function blocksIn(value: JsonValue | undefined, { textType }: BreakpointPlaces): readonly JsonValue[] {
  if (typeof value !== "string") return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  return [
    new Map([
      ["text", value],
      ["type", textType],
    ]),
  ];
}

function entriesOf<T>(values: readonly T[]): readonly (readonly [index: number, value: T, all: number])[] {
  return values.map((value, index) => [index, value, values.length]);
}

function takesMark(part: JsonValue): boolean {
  if (!isObject(part)) return false;
  const type = textOf(part.get("type")) ?? "";
  return markable.test(type) && (!type.endsWith("text") || textOf(part.get("text")) !== undefined);
}
