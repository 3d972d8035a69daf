/**
 * A worker for Cloudflare, or for whatever else runs workers with the Cache API. It answers POSTs that were asked before from
 * the cache of the place it runs at, without the gateway.
 *
 * The gateway has to allow it: with `edge: public` (a rule, or `layers.edge.twins`) it says in `Content-Location` where the
 * answer to a POST can be had by GET: `/v1/edge/{scope}/{digest}`. The digest is SHA-256 of the body, which the worker computes
 * itself. The scope stands for all else that an answer depends on; the worker learns it from the first answer, and remembers it
 * for requests with the same path and the same header fields. So the second POST with these bytes becomes a GET of a URL that
 * can be cached, and that a purge reaches.
 *
 * Variable: GATEWAY, such as https://gateway.example.com.
 */

const routes = new Set(["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"]);
const largestBody = 1_000_000;
const scopeSeconds = 300;

/** Fields that change nothing in an answer. All others are a part of what a scope is remembered by. */
const idle =
  /^(accept-encoding|connection|content-length|host|user-agent|cf-(ray|visitor|worker|ew-via|request-id|warp-tag-id|connecting-(ip|ipv6|o2o)|pseudo-ipv4|ip(country|city|continent|longitude|latitude)|region|region-code|metro-code|postal-code|timezone)|x-forwarded-.*|x-real-ip|x-stainless-.*|sec-.*|traceparent|tracestate)$/;

// biome-ignore lint/style/noDefaultExport: it is how a worker is found
export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const target = new URL(url.pathname + url.search, env.GATEWAY);
    if (request.method !== "POST" || !routes.has(url.pathname)) return fetch(new Request(target, request));
    if (isUnwanted(request)) return fetch(new Request(target, request));

    const body = await request.arrayBuffer();
    const forward = () => fetch(target, { method: "POST", headers: request.headers, body });
    if (body.byteLength > largestBody) return forward();

    const cache = await caches.open("reprise-twins");
    const digest = `sha256-${await sha256(body)}`;
    const scopeKey = `https://scope.invalid/${await sha256(bytesOf(whoAsks(request, url)))}`;

    const known = await cache.match(scopeKey);
    if (known !== undefined) {
      const twin = await fetchTwin(cache, new URL(`/v1/edge/${await known.text()}/${digest}`, env.GATEWAY), context);
      if (twin !== undefined) return asAnswer(twin);
    }

    const answer = await forward();
    const scope = scopeOf(answer, digest);
    if (scope !== undefined)
      context.waitUntil(
        cache.put(scopeKey, new Response(scope, { headers: { "cache-control": `max-age=${scopeSeconds}` } })),
      );
    return answer;
  },
};

/** Who wants a new answer, or none that is kept, or no JSON, is the gateway's business. */
function isUnwanted(request) {
  const { headers } = request;
  if (headers.has("cache-control") || headers.has("pragma") || headers.has("content-encoding")) return true;
  // A prompt may be another one tomorrow, under the same name; a digest that is claimed is judged by the gateway.
  if (headers.has("x-ai-prompt") || headers.has("x-ai-cache-digest")) return true;
  return !/^application\/json\b/i.test(headers.get("content-type") ?? "");
}

/** From the cache, or from the gateway; `undefined` where there is none (any more). */
async function fetchTwin(cache, location, context) {
  const stored = await cache.match(location.href);
  if (stored !== undefined) return marked(stored, "HIT");
  const fresh = await fetch(location);
  if (fresh.status !== 200) return undefined;
  // What the gateway calls private, the cache refuses to keep.
  context.waitUntil(cache.put(location.href, fresh.clone()).catch(() => {}));
  return marked(fresh, "MISS");
}

/** To whoever asked by POST the answer is what the answer to a POST is: nothing to keep. */
function asAnswer(twin) {
  const headers = new Headers(twin.headers);
  for (const name of ["etag", "last-modified", "cdn-cache-control", "surrogate-control", "surrogate-key", "cache-tag"])
    headers.delete(name);
  headers.set("cache-control", "private, no-store");
  return new Response(twin.body, { status: 200, headers });
}

function marked(response, how) {
  const copy = new Response(response.body, response);
  copy.headers.set("x-edge-worker", how);
  return copy;
}

/** Only what is for everybody, and only where the gateway has computed the same digest. */
function scopeOf(answer, digest) {
  const [, scope, told] =
    /^\/v1\/edge\/(pub-[\w-]+)\/(sha256-[0-9a-f]{64})$/.exec(answer.headers.get("content-location") ?? "") ?? [];
  return answer.status === 200 && told === digest ? scope : undefined;
}

function whoAsks(request, url) {
  const fields = [...request.headers].filter(([name]) => !idle.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([url.pathname, url.search, fields]);
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(text) {
  return new TextEncoder().encode(text);
}
