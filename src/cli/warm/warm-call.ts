/**
 * One record of a file that the cache is warmed with: a request as a client sends it; the same as `request`, which is
 * how logs of calls have it; or a line of a batch, `{url, body}`. A stream is asked for as a document: the answers are one
 * entry, and only of a document its header fields say whether it was stored. Of the lines of an access log only those are
 * taken that hold what was said (docs/access-log.md): tokens in place of texts would be asked for, and paid for.
 */

export interface WarmCall {
  /** Below the base URL, such as `/v1/chat/completions`. */
  readonly path: string;
  readonly body: Fields;
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
  if (typeof record["v"] === "number" && ("outcome" in record || "dropped" in record)) return loggedCall(record);
  const { request: told } = record;
  const call = isObject(told) && isObject(told["body"]) ? told : record;
  const { url, path = url ?? usualPath, body, request } = call;
  const asked = isObject(body) ? body : isObject(request) ? request : call;
  if (asked === call && !["messages", "input", "prompt", "contents", "content"].some((name) => name in call))
    return "is no request: it has neither messages nor input, prompt or contents";
  return callTo(path, asked);
}

/** Of a line of an access log. */
function loggedCall({ endpoint, query, content, request }: Fields): WarmCall | string {
  if (!isObject(request)) return "is no request: it tells of a call that could not be read, or of none";
  if (content !== "full") return "does not say what was asked, as an access log does only where its content is full";
  return callTo(typeof query === "string" && query !== "" ? `${endpoint}?${query}` : endpoint, request);
}

function callTo(path: unknown, asked: Fields): WarmCall | string {
  if (typeof path !== "string" || !isPath(path)) return "has no path that begins with /";
  const { stream: _, stream_options: __, ...body } = asked;
  return { path, body };
}

/** One of the gateway itself, with its query. */
export function isPath(text: string): boolean {
  return /^\/(?!\/)[^\s#]*$/.test(text);
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
