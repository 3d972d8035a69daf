import type { MarkablePart } from "../core/cache-marks.ts";
import { type JsonObject, type JsonValue, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import type { ContentMade, ContentWish, ContentWishes, KeepablePrompt, KeptContent } from "../core/kept-content.ts";
import { listOf, snakeCase } from "./gemini-fields.ts";
import { isObject, parsedOrNothing, textOf } from "./json-fields.ts";
import { count } from "./usage.ts";

/**
 * `cachedContents` of the Gemini API: a beginning of a prompt that is kept under a name, and calls that name it. Tools, their
 * configuration and the system instruction must stand in what is kept and must not be sent with it; contents follow those
 * that are kept (ai.google.dev/api/caching; ai.google.dev/gemini-api/docs/caching, "Explicit caching"). It belongs to one
 * model. At least one content stays in the call.
 */

const headFields = ["systemInstruction", "tools", "toolConfig"];
const heads = new Set(headFields.flatMap((name) => [name, snakeCase(name)]));
const encoder = new TextEncoder();

/** `undefined` where the model is none that contents are kept for. */
export function keepablePrompt(
  body: JsonObject,
  model: string,
  orders: Readonly<Record<string, KeepOrder>>,
): KeepablePrompt | undefined {
  if (model.includes("/")) return undefined;
  const contents = listOf(body.get("contents"));
  const head = headOf(body);
  return {
    parts: partsOf(head, contents, orders),
    hasOwn: ["cachedContent", "cached_content"].some((name) => (body.get(name) ?? null) !== null),
    create: (end, ttlMs, target) => {
      const [resource, path, query] = placesIn(target);
      const kept = contents.slice(0, end);
      const made = new Map<string, JsonValue>([["model", resource], ...head, ["ttl", secondsOf(ttlMs)]]);
      if (kept.length > 0) made.set("contents", kept);
      return wish("POST", `${path}/cachedContents${query}`, made, orders);
    },
    made: readMade,
  };
}

/** Once made, it can be spoken of without the prompt. */
export const contentWishes: ContentWishes = {
  extend: (name, ttlMs, target) => {
    const [, path, query] = placesIn(target);
    const masked = `${query === "" ? "?" : `${query}&`}updateMask=ttl`;
    return wish("PATCH", `${versionOf(path)}/${name}${masked}`, new Map([["ttl", secondsOf(ttlMs)]]), {});
  },
  remove: (name, target) => {
    const [, path, query] = placesIn(target);
    return { method: "DELETE", target: `${versionOf(path)}/${name}${query}`, body: new Uint8Array() };
  },
};

/** The body of a call that names it. */
export function withKeptContent(body: JsonObject, { name, end }: KeptContent): JsonObject {
  const rest = new Map([...body].filter(([field]) => !heads.has(field)));
  return rest.set("contents", listOf(body.get("contents")).slice(end)).set("cachedContent", name);
}

/** What is not a content, under one spelling. */
function headOf(body: JsonObject): readonly (readonly [string, JsonValue])[] {
  return headFields.flatMap((name) => {
    const value = body.get(name) ?? body.get(snakeCase(name)) ?? null;
    return value === null ? [] : [[name, value] as const];
  });
}

/** The head is part 0, also where there is none, so that a content's part is its index and one. */
function partsOf(
  head: readonly (readonly [string, JsonValue])[],
  contents: readonly JsonValue[],
  orders: Readonly<Record<string, KeepOrder>>,
): readonly MarkablePart[] {
  const text = head.map(([name, value]) => serializeJson(value, orderOf(name, orders))).join();
  const order = orderOf("contents", orders);
  const each = order !== true && "each" in order ? order.each : true;
  const common = { isLast: true, isMarked: false } as const;
  return [
    { ...common, by: "head", text, takesMark: head.length > 0 },
    ...contents.map((content, index): MarkablePart => {
      const takesMark = index < contents.length - 1;
      return { ...common, by: speakerOf(content), text: serializeJson(content, each), takesMark };
    }),
  ];
}

function speakerOf(content: JsonValue): MarkablePart["by"] {
  const role = isObject(content) ? textOf(content.get("role")) : undefined;
  return role === "model" ? "model" : role === "function" ? "tool" : "user";
}

/** The model as a resource, what its collection lies below, and the query without what is only about the answer. */
function placesIn(target: string): readonly [resource: string, path: string, query: string] {
  const [path = "", query = ""] = target.split("?", 2);
  const [, before = "", resource = ""] = /^(.*?)\/((?:publishers\/[^/]+\/)?models\/[^/:]+):\w+$/.exec(path) ?? [];
  const asked = [...new URLSearchParams(query)].filter(([name]) => !/^\$?(?:alt|prettyPrint)$/.test(name));
  const project = /projects\/.*$/.exec(before)?.[0];
  const kept = new URLSearchParams(asked).toString();
  return [project === undefined ? resource : `${project}/${resource}`, before, kept === "" ? "" : `?${kept}`];
}

/** Names are whole: they begin with `projects/` where what they name lies below one. */
function versionOf(path: string): string {
  return path.replace(/\/projects\/.*$/, "");
}

function secondsOf(ttlMs: number): string {
  return `${Math.ceil(ttlMs / 1_000)}s`;
}

function wish(
  method: string,
  target: string,
  body: JsonObject,
  orders: Readonly<Record<string, KeepOrder>>,
): ContentWish {
  const members = [...body].map(
    ([name, value]) => `${JSON.stringify(name)}:${serializeJson(value, orderOf(name, orders))}`,
  );
  return { method, target, body: encoder.encode(`{${members.join()}}`) };
}

/** It becomes part of a path. */
const nameOfOne = /^(?:projects\/[\w:.-]+\/locations\/[\w-]+\/)?cachedContents\/[\w-]+$/;

function readMade(answer: Uint8Array): ContentMade | undefined {
  const value = parsedOrNothing(answer);
  const name = isObject(value) ? textOf(value.get("name")) : undefined;
  if (name === undefined || !isObject(value) || !nameOfOne.test(name)) return undefined;
  return { name, tokens: count(value.get("usageMetadata"), "totalTokenCount") };
}
