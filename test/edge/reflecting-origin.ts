import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An origin that is as careless as can be: whatever reaches it of a request stands in its answer. It answers under the labels
 * and lifetimes of a published answer, so what a cache in front lets through to it is found again in what that stores.
 */

export interface ReflectingOrigin {
  /** Host and port. */
  readonly at: string;
  /** What came, but for questions after its health. */
  readonly requests: readonly ReflectedRequest[];
  /** Fields of its answers besides the usual ones, or in place of them; lists are several lines. */
  fields: OutgoingHttpHeaders;
  status: number;
  /** Answers wait for it. */
  hold: Promise<void> | undefined;
  /** A part of every answer. */
  version: number;
  stop(): Promise<void>;
}

export interface ReflectedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export const publishedFields: OutgoingHttpHeaders = {
  "cache-control": "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400",
  "cdn-cache-control": "max-age=3600, stale-while-revalidate=600, stale-if-error=86400",
};

export async function startReflectingOrigin(): Promise<ReflectingOrigin> {
  const requests: ReflectedRequest[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += piece;
    if (url === "/healthz") return response.end("{}");
    requests.push({ method, url, headers, body });
    await origin.hold;
    const etag = `"version-${origin.version}"`;
    const slug = url.split(/[/?.]/)[3] ?? "";
    for (const [name, value] of Object.entries({
      ...publishedFields,
      "surrogate-key": `answer-${slug} tag-of-all`,
      vary: "Accept-Encoding",
      "accept-ranges": "bytes",
      etag,
      ...origin.fields,
    }))
      if (value !== undefined) response.setHeader(name, value);
    if (headers["if-none-match"] === etag) return response.writeHead(304).end();
    const text = JSON.stringify({ version: origin.version, method, url, headers, body });
    response.writeHead(origin.status, { "content-type": "text/plain", "content-length": Buffer.byteLength(text) });
    return response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin: ReflectingOrigin = {
    at: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fields: {},
    status: 200,
    hold: undefined,
    version: 1,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return origin;
}
