import type { JsonObject } from "../core/canonical-json.ts";
import { optionalText, textOf } from "./json-fields.ts";
import { rejectField } from "./request-body.ts";
import { leadingText, rewritten } from "./system-text.ts";

/** The system prompt of a response: its `instructions`, which the caller's own follow after an empty line. */

export function systemText(body: JsonObject): string | undefined {
  return textOf(body.get("instructions")) ?? leadingText(body.get("input"));
}

export function withSystem(body: Uint8Array, text: string): Uint8Array {
  return rewritten(body, (given) => {
    const own = optionalText(given.get("instructions"));
    if (own === undefined) return rejectField("instructions", "'instructions' must be a string");
    if (own.startsWith(text)) return given;
    return new Map(given).set("instructions", own === "" ? text : `${text}\n\n${own}`);
  });
}
