import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { WarmUp } from "../core/protocol.ts";
import { fieldOf, listOf } from "./gemini-fields.ts";
import { isObject } from "./json-fields.ts";
import { rejectField } from "./request-body.ts";
import { firstText, rewritten, warmUpQuestion } from "./system-text.ts";

/** The system prompt of generated content: a content of its own, of which the registered text is the first part. */

export function systemText(body: JsonObject): string | undefined {
  const own = fieldOf(body, "systemInstruction");
  return isObject(own) ? firstText(own.get("parts")) : undefined;
}

export function withSystem(body: Uint8Array, text: string): Uint8Array {
  return rewritten(body, (given) => {
    // What is kept at the provider has a system prompt of its own, and the API takes no other beside it.
    if (fieldOf(given, "cachedContent") !== undefined)
      return rejectField("cachedContent", "'cachedContent' cannot stand beside a reference to a registered prompt");
    const own = fieldOf(given, "systemInstruction") ?? new Map<string, JsonValue>();
    if (!isObject(own)) return rejectField("systemInstruction", "'systemInstruction' must be a content");
    const parts = listOf(own.get("parts"));
    if (firstText(parts as JsonValue)?.startsWith(text)) return given;
    const name = given.get("system_instruction") === own ? "system_instruction" : "systemInstruction";
    return new Map(given).set(name, new Map(own).set("parts", [new Map([["text", text]]), ...parts]));
  });
}

export function warmUp(model: string, text: string): WarmUp {
  const body = {
    systemInstruction: { parts: [{ text }] },
    contents: [{ role: "user", parts: [{ text: warmUpQuestion }] }],
    generationConfig: { maxOutputTokens: 1 },
  };
  const endpoint = `/v1beta/models/${encodeURIComponent(model)}:generateContent`;
  return { endpoint, body: Buffer.from(JSON.stringify(body), "utf8") };
}
