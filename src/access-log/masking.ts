import { detect } from "../policy/personal-data/detection.ts";
import type { Redactor } from "./redaction.ts";

/**
 * Requests and answers as they are, with a token in place of each piece of personal data (redaction.ts says what a token
 * is). So a log can be read, and the same address is the same token wherever it stands. What detection does not find stays.
 */
export function maskedJson(redactor: Redactor, value: unknown, name = ""): unknown {
  if (typeof value === "string") return maskedText(redactor, value, name);
  // As text: a token is no number.
  if (typeof value === "number") {
    const text = String(value);
    const masked = text.length < leastDigits ? text : maskedText(redactor, text, name);
    return masked === text ? value : masked;
  }
  if (Array.isArray(value)) return value.map((item) => maskedJson(redactor, item, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [maskedText(redactor, key, ""), maskedJson(redactor, item, key)]),
  );
}

const leastDigits = 7;

/** `name`: of the field, which may say what the text is. */
export function maskedText(redactor: Redactor, text: string, name: string): string {
  const prefix = name === "" ? "" : `${name}: `;
  const { findings, text: folded } = detect(prefix + text);
  const own = findings.filter(({ start }) => start >= prefix.length);
  if (own.length === 0) return text;
  let masked = "";
  let before = prefix.length;
  for (const { start, end, value } of own) {
    masked += folded.slice(before, start) + redactor.text(value);
    before = end;
  }
  return masked + folded.slice(before);
}
