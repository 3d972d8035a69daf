import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { WarmUp } from "../core/protocol.ts";
import { rejectField } from "./request-body.ts";
import { leadingText, rewritten, warmUpQuestion } from "./system-text.ts";

/** The system prompt of a chat: its first message, before those of the caller's that say how to behave. */

export function systemText(body: JsonObject): string | undefined {
  return leadingText(body.get("messages"));
}

export function withSystem(body: Uint8Array, text: string): Uint8Array {
  return rewritten(body, (given) => {
    const messages = given.get("messages");
    if (!Array.isArray(messages)) return rejectField("messages", "'messages' must be an array");
    if (leadingText(messages)?.startsWith(text)) return given;
    const system: JsonValue = new Map([
      ["role", "system"],
      ["content", text],
    ]);
    return new Map(given).set("messages", [system, ...(messages as readonly JsonValue[])]);
  });
}

/** OpenAI's models that think refuse the older name of the bound, and other servers may not know the newer one. */
const thinks = /(?:^|[/:])(?:o[1-9]\d*(?:-|$)|gpt-(?:[5-9]|\d\d))/i;

export function warmUp(model: string, system: string): WarmUp {
  const bound = thinks.test(model) ? "max_completion_tokens" : "max_tokens";
  const messages = [
    { role: "system", content: system },
    { role: "user", content: warmUpQuestion },
  ];
  return { endpoint: "/chat/completions", body: Buffer.from(JSON.stringify({ model, messages, [bound]: 1 }), "utf8") };
}
