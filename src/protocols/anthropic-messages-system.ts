import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { WarmUp } from "../core/protocol.ts";
import { rejectField } from "./request-body.ts";
import { firstText, rewritten, warmUpQuestion } from "./system-text.ts";

/** The system prompt of a message: a text, or blocks of which the registered one is the first. */

export function systemText(body: JsonObject): string | undefined {
  return firstText(body.get("system"));
}

export function withSystem(body: Uint8Array, text: string): Uint8Array {
  return rewritten(body, (given) => {
    const own = given.get("system") ?? "";
    if (typeof own !== "string" && !Array.isArray(own))
      return rejectField("system", "'system' must be a string or an array of blocks");
    if (firstText(own)?.startsWith(text)) return given;
    const blocks = typeof own === "string" ? (own === "" ? [] : [block(own)]) : (own as readonly JsonValue[]);
    return new Map(given).set("system", blocks.length === 0 ? text : [block(text), ...blocks]);
  });
}

function block(text: string): JsonValue {
  return new Map([
    ["type", "text"],
    ["text", text],
  ]);
}

/** The provider keeps only what is marked. */
export function warmUp(model: string, text: string): WarmUp {
  const system = [{ type: "text", text, cache_control: { type: "ephemeral" } }];
  const messages = [{ role: "user", content: warmUpQuestion }];
  return {
    endpoint: "/v1/messages",
    body: Buffer.from(JSON.stringify({ model, max_tokens: 1, system, messages }), "utf8"),
  };
}
