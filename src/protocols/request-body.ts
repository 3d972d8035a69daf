import {
  JsonError,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  joinMembers,
  type KeepOrder,
  orderOf,
  parseJson,
  serializeJson,
} from "../core/canonical-json.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { isObject, textOf } from "./json-fields.ts";

/** What the requests of all protocols have in common: a strict JSON object, and fields that are checked when they are read. */

/** Values and keys that a request may have; many times what a long conversation with many tools has. */
const usualValues = 100_000;

/** Throws `RequestRejectedError` for anything but one JSON object. `maxValues`: see `ParseOptions`. */
export function parseRequestBody(bytes: Uint8Array, maxValues = usualValues): JsonObject {
  let body: JsonValue;
  try {
    body = parseJson(bytes, { maxValues });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RequestRejectedError({
      code: "invalid_json",
      message: `The request body is not strict JSON: ${error.message}.`,
      param: error.path === "" ? undefined : error.path,
      remedy:
        error.reason === "too_many_values"
          ? `Send a body of at most ${maxValues} values and keys, all levels together.`
          : "Send one JSON object in UTF-8, without duplicate keys, NaN or lone surrogates.",
      cause: error,
    });
  }
  if (!isObject(body)) rejectField(undefined, "The request body must be a JSON object");
  return body;
}

export function rejectField(param: string | undefined, rule: string): never {
  throw new RequestRejectedError({ message: `${rule}.`, param });
}

/** Each member in canonical form, by name: the key and the body for the origin are both put together from these. */
export function memberTexts(
  body: JsonObject,
  orders: Readonly<Record<string, KeepOrder>>,
): ReadonlyMap<string, string> {
  return new Map(Array.from(body, ([name, value]) => [name, serializeJson(value, orderOf(name, orders))]));
}

/** The members that count as one object, in the order of their names. */
export function objectText(texts: ReadonlyMap<string, string>, counts: (name: string) => boolean = () => true): string {
  return joinMembers([...texts.keys()].filter(counts).sort(), (name) => texts.get(name) as string);
}

/** Empty when there is none. */
export function readModel(body: JsonObject): string {
  const model = body.get("model") ?? undefined;
  if (model !== undefined && (typeof model !== "string" || model === "")) {
    rejectField("model", "'model' must be a string that is not empty");
  }
  return model ?? "";
}

export function readFlag(value: JsonValue | undefined, param: string): boolean {
  const flag = value ?? false;
  if (typeof flag !== "boolean") rejectField(param, `'${param}' must be true, false or null`);
  return flag;
}

export function readOptions(body: JsonObject, name: string): JsonObject {
  const options = body.get(name) ?? new Map();
  if (!isObject(options)) rejectField(name, `'${name}' must be an object or null`);
  return options;
}

export function readNumber(value: JsonValue | undefined, param: string): number | undefined {
  const number = value ?? undefined;
  if (number instanceof JsonNumber) return Number(number.text);
  if (number !== undefined && typeof number !== "number") rejectField(param, `'${param}' must be a number or null`);
  return number;
}

/** Whatever names the end user keeps users apart, also where it is not the string that it should be. */
export function userName(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null || typeof value === "string" ? textOf(value) : serializeJson(value);
}
