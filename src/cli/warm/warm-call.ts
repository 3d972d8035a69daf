/**
 * One record of a file that the cache is warmed with: a request as a client sends it; the same as `request`, which is
 * how logs of calls have it; or a line of a batch, `{url, body}`. A stream is asked for as a document: the answers are one
 * entry, and only of a document its header fields say whether it was stored.
 */

export interface WarmCall {
  /** Below the base URL, such as `/v1/chat/completions`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A text where the record is no request: why not. */
export function warmCallIn(text: string | undefined, usualPath: string): WarmCall | string {
  if (text === undefined) return "is too long";
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  if (!isObject(record)) return "is no object";
  const { url, path = url ?? usualPath, body, request } = record;
  const asked = isObject(body) ? body : isObject(request) ? request : record;
  if (typeof path !== "string" || !/^\/(?!\/)[^\s#]*$/.test(path)) return "has no path that begins with /";
  if (asked === record && !["messages", "input", "prompt", "contents", "content"].some((name) => name in record))
    return "is no request: it has neither messages nor input, prompt or contents";
  const { stream: _, stream_options: __, ...rest } = asked;
  return { path, body: rest };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
