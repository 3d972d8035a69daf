import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { textOf } from "./json-fields.ts";
import { rejectField } from "./request-body.ts";
import { rewritten } from "./system-text.ts";

/** Completions have no system prompt: what is put before the prompt stands for one, and nothing stands between them. */

export function systemText(body: JsonObject): string | undefined {
  const prompt = body.get("prompt");
  return textOf(Array.isArray(prompt) ? (prompt as readonly JsonValue[])[0] : prompt);
}

export function withSystem(body: Uint8Array, text: string): Uint8Array {
  const before = (own: string): string => (own.startsWith(text) ? own : text + own);
  return rewritten(body, (given) => {
    const own = given.get("prompt") ?? "";
    if (typeof own === "string") return new Map(given).set("prompt", before(own));
    const prompts = Array.isArray(own) ? (own as readonly JsonValue[]) : [];
    if (prompts.length === 0 || !prompts.every((one) => typeof one === "string"))
      return rejectField("prompt", "'prompt' must be a string or strings, where it refers to a registered prompt");
    return new Map(given).set("prompt", prompts.map(before));
  });
}
