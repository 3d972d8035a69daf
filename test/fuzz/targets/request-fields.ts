import { isDeepStrictEqual } from "node:util";
import { directiveHeaders } from "../../../src/core/directives.ts";
import { InvalidOptionError, RequestRejectedError } from "../../../src/core/errors.ts";
import { fingerprintKey } from "../../../src/core/fingerprint.ts";
import { originForm } from "../../../src/gateway/dispatch.ts";
import { RequestHeaders } from "../../../src/intake/request-headers.ts";
import { parseCacheControl } from "../../../src/policy/cache-control.ts";
import { CompatHeaders, compatGateways } from "../../../src/policy/compat-headers.ts";
import { readDirectives } from "../../../src/policy/directives.ts";
import { takeLiteLlmCache } from "../../../src/policy/litellm-cache.ts";
import { classifyHeader, readQuery } from "../../../src/policy/scope.ts";
import { openAiChat } from "../../../src/protocols/openai-chat.ts";
import { type FuzzTarget, promise, refusedOr, textOf } from "../fuzz-target.ts";

const secret = fingerprintKey(new Uint8Array(32).fill(7));
const compat = new CompatHeaders(compatGateways);

/** Lines of `Name: value`, as a request has them. */
function linesOf(input: Uint8Array): readonly (readonly [string, string])[] {
  return textOf(input)
    .split(/[\r\n]+/)
    .flatMap((line) => {
      const colonAt = line.indexOf(":");
      const name = line.slice(0, Math.max(colonAt, 0)).trim();
      return /^[!#$%&'*+.^_`|~\w-]+$/.test(name) ? [[name, line.slice(colonAt + 1).trim()] as const] : [];
    });
}

/** Wishes of a request: refused by name, or understood so that the cache does no more than it is allowed to. */
export const directivesTarget: FuzzTarget = {
  name: "directives",
  seeds: [
    'Cache-Control: no-cache, max-age=60, max-stale="5", min-fresh=1, x="a\\"b"\nX-AI-Cache: read-write\nX-AI-Cache-TTL: 60',
    "X-AI-Cache-Layers: exact, semantic\nX-AI-Cache-Threshold: 0.97\nX-AI-Cache-Namespace: a.b\nX-AI-Cache-Version: 1\nX-AI-Cache-Tags: a,b:c\nX-AI-Cache-Variant: 3\nX-AI-User: u",
    "cf-aig-cache-ttl: 60\ncf-aig-skip-cache: true\ncf-aig-cache-key: k\nHelicone-Cache-Enabled: true\nHelicone-Cache-Bucket-Max-Size: 3",
    'x-portkey-config: {"cache":{"mode":"semantic","max_age":60},"retry":{}}\nx-portkey-cache-namespace: n\nx-portkey-cache-force-refresh: true',
    "x-bf-cache-ttl: 30s\nx-bf-cache-threshold: 0.9\nx-bf-cache-type: direct\nX-OpenRouter-Cache: true\nX-OpenRouter-Cache-TTL: 5\nX-OpenRouter-Cache-Clear: true",
  ],
  words: [
    ...["Cache-Control: ", "no-store", "only-if-cached", "max-age=", "X-AI-Cache: off", "refresh", "\n", ", ", "true"],
    ...directiveHeaders.map((name) => `${name}: `),
  ],
  run(input) {
    const headers: Record<string, string> = {};
    for (const [name, value] of linesOf(input)) {
      const lower = name.toLowerCase();
      headers[lower] = headers[lower] === undefined ? value : `${headers[lower]}, ${value}`;
    }
    const given = headers["cache-control"];
    if (given !== undefined) parseCacheControl(given);
    for (const [name, value] of Object.entries(headers)) {
      const forwarded = refusedOr(() => compat.forwarded(name, value), RequestRejectedError);
      promise(forwarded === undefined || /^[^\r\n]*$/.test(forwarded), "a field that is sent on has a line end");
    }
    const read = refusedOr(() => readDirectives(headers, compat.asks), RequestRejectedError);
    if (read === undefined) return;
    const bare = Object.entries(headers).filter(([name]) => name !== "x-ai-cache" && name !== "cache-control");
    const without = readDirectives(Object.fromEntries(bare), compat.asks);
    promise(!read.noStore || (!read.read && !read.write), "no-store reads or writes");
    promise(!read.refresh || (!read.read && read.write), "a refresh reads, or does not store");
    promise((!read.read || without.read) && (!read.write || without.write), "a further wish widened what is done");
    promise(
      read.threshold === undefined || (read.threshold >= 0 && read.threshold <= 1),
      "a threshold beyond its range",
    );
    for (const age of [read.ttlMs, read.maxAgeMs, read.minFreshMs])
      promise(age === undefined || age >= 0, "a time that is none");
  },
};

/** Header fields and query to a tenant and what is sent on: nothing goes out that is neither keyed nor known not to matter. */
export const headersTarget: FuzzTarget = {
  name: "headers",
  seeds: [
    "authorization: Bearer sk-1\nOpenAI-Organization: org\nCookie: a=b\nX-Stainless-OS: Linux\n?key=abc&alt=sse",
    "x-api-key: k\nanthropic-beta: a\nanthropic-beta: b\nX-Forwarded-For: 1.2.3.4\nConnection: keep-alive",
    "?access_token=1&KEY=2&api-version=3&&=&%6bey=4",
  ],
  words: [
    "authorization: ",
    "x-api-key: ",
    "cookie: ",
    "?key=",
    "&alt=sse",
    "proxy-authorization: ",
    "api-key: ",
    "\n",
  ],
  run(input) {
    const rawHeaders = linesOf(input).flat();
    const query = /\n?(\?.*)$/s.exec(textOf(input))?.[1] ?? "";
    const request = { protocol: openAiChat, query, rawHeaders };
    const read = refusedOr(() => new RequestHeaders(secret, 1_000_000).read(request), RequestRejectedError);
    readQuery(query, openAiChat.unkeyedParameters);
    if (read === undefined) return;
    for (const [name, value] of Object.entries(read.forwarded)) {
      if (name === "content-type" || name === "accept-encoding") continue;
      const use = classifyHeader(name, openAiChat.keyedHeaders);
      promise(use !== "drop", "a field is sent on that is to be dropped");
      const isKeyed = read.keyed.some((one, at) => at % 2 === 0 && one === name && read.keyed[at + 1] === value);
      promise(use !== "keyed" || isKeyed, "a field is sent on that could change the answer, and is not keyed");
    }
    const later = new RequestHeaders(secret, 1_000_000);
    later.read(request);
    promise(isDeepStrictEqual(later.read(request), read), "a request that is recognised reads otherwise");
    const stranger = { ...request, rawHeaders: [...rawHeaders, "authorization", "Bearer other"] };
    const other = refusedOr(() => later.read(stranger), RequestRejectedError);
    promise(other === undefined || other.tenant !== read.tenant, "another credential is the same tenant");
  },
};

/** The target of a request line to a path. */
export const targetTarget: FuzzTarget = {
  name: "target",
  seeds: [
    "/v1/chat/completions?x=1",
    "http://u:p@host:1/v1/messages",
    "/u/openai/v1/responses",
    "/u/%6fpenai//v1/./../x",
    "*",
  ],
  words: ["/v1/", "/u/", "%2f", "..", "//", "http://", "?", "#", ":generateContent", "/chat/completions"],
  run(input) {
    const form = originForm(textOf(input));
    promise(originForm(form) === form || !form.startsWith("/"), "a path is read twice");
    for (const path of [form, form.slice(3)]) openAiChat.endpointOf(path);
  },
};

/** The field `cache` in a body, as clients of LiteLLM write it. */
export const liteLlmTarget: FuzzTarget = {
  name: "litellm-cache",
  seeds: [
    '{"model":"m","cache":{"ttl":60,"s-maxage":5,"no-cache":true,"no-store":false,"namespace":"n","use-cache":true}}',
    '{"c\\u0061che":{"ttl":null},"cache2":1}',
    '{"cache":null}',
  ],
  words: ['"cache":', '"ttl":', '"\\u0063ache"', '"namespace":"a"', "{}", "null"],
  run(input) {
    const opened = refusedOr(() => takeLiteLlmCache(input), RequestRejectedError, InvalidOptionError);
    if (opened?.ask === undefined) return;
    promise(!Object.hasOwn(JSON.parse(textOf(opened.body)), "cache"), "the field is sent on");
    promise(takeLiteLlmCache(opened.body).ask === undefined, "the field is still there");
  },
};
