import { hash } from "node:crypto";
import type { AnswerVersion } from "./published-answer.ts";

/**
 * A published answer in its forms, each at a URL of its own, so that caches need not tell clients apart by `Accept`. What a
 * model wrote is text, whatever it looks like: in HTML every character of it that means something there is escaped, and
 * the page allows nothing but its own style.
 */

export type AnswerForm = "json" | "text" | "html";

export const answersPrefix = "/v1/answers/";

const endings: Readonly<Record<AnswerForm, string>> = { json: "", text: ".txt", html: ".html" };

export function answerPath(slug: string, form: AnswerForm): string {
  return `${answersPrefix}${slug}${endings[form]}`;
}

export function answerPaths(slug: string): readonly string[] {
  return (["json", "text", "html"] as const).map((form) => answerPath(slug, form));
}

/** What follows the prefix, taken apart; the slug is what it is, also where it can be none. */
export function formOf(name: string): { readonly slug: string; readonly form: AnswerForm } {
  if (name.endsWith(".txt")) return { slug: name.slice(0, -4), form: "text" };
  if (name.endsWith(".html")) return { slug: name.slice(0, -5), form: "html" };
  return { slug: name, form: "json" };
}

export function mediaTypeOf(form: AnswerForm): string {
  if (form === "json") return "application/json";
  return form === "text" ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
}

export function bodyOf(answer: AnswerVersion, form: AnswerForm): Uint8Array {
  const text = form === "json" ? jsonOf(answer) : form === "text" ? `${answer.text}\n` : htmlOf(answer);
  return Buffer.from(text, "utf8");
}

function jsonOf({ slug, version, title, language, text, model, computedAt, publishedAt }: AnswerVersion): string {
  const told = {
    ...{ slug, version, title, language, text, model },
    computedAt: new Date(computedAt).toISOString(),
    publishedAt: new Date(publishedAt).toISOString(),
  };
  return `${JSON.stringify(told)}\n`;
}

const style =
  ":root{color-scheme:light dark}body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}main{white-space:pre-wrap;overflow-wrap:anywhere}";

function htmlOf({ title, language, text, slug }: AnswerVersion): string {
  const name = escaped(title ?? slug);
  const heading = title === undefined ? "" : `<h1>${name}</h1>\n`;
  const attributes = language === undefined ? "" : ` lang="${escaped(language)}"`;
  return `<!doctype html>\n<html${attributes}>\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>${name}</title>\n<style>${style}</style>\n</head>\n<body>\n${heading}<main>${escaped(text)}</main>\n</body>\n</html>\n`;
}

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => references[character] as string)
      // Controls that HTML does not allow, also not as references.
      .replace(/[^\P{Cc}\t\n\r]/gu, "\ufffd")
  );
}

const styleDigest = hash("sha256", style, "base64");

/** With every form: a browser that takes one for something else must not run it either. */
const safe: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  // Anybody may read it from a page of his own: it is published, and no credentials take part.
  "access-control-allow-origin": "*",
};

const safeAsPage: Readonly<Record<string, string>> = {
  ...safe,
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "referrer-policy": "no-referrer",
};

export function safetyFieldsOf(form: AnswerForm): Readonly<Record<string, string>> {
  return form === "html" ? safeAsPage : safe;
}
