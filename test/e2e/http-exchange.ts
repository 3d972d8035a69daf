import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from "node:http";

/** One request and its answer to the last byte, over a bare connection: nothing is retried, decoded or hidden. */

export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** Whether the body ended properly; false when the connection broke. */
  readonly whole: boolean;
}

export interface ExchangeOptions {
  /** Default POST with a body, GET without. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  /** Default: a connection of its own. */
  readonly agent?: HttpAgent;
}

/** An answer under way. */
export interface Exchange {
  readonly request: ClientRequest;
  /** Resolves when the head is there; rejects when the connection ends before. */
  readonly head: Promise<IncomingMessage>;
  /** Resolves when `predicate` holds for the bytes so far; rejects when they end first. */
  until(predicate: (text: string) => boolean): Promise<string>;
  readonly done: Promise<Exchanged>;
  destroy(): void;
}

export async function exchange(url: string, options: ExchangeOptions = {}): Promise<Exchanged> {
  const started = begin(url, options);
  await started.head;
  return started.done;
}

export function begin(url: string, options: ExchangeOptions = {}): Exchange {
  const { body, headers = {}, agent } = options;
  const bytes =
    body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const at = /^http:\/\/([^/:]+):(\d+)(.*)$/.exec(url);
  if (at === null) throw new Error(`not a URL of this test: ${url}`);
  const head = Promise.withResolvers<IncomingMessage>();
  const done = Promise.withResolvers<Exchanged>();
  const waiting: { readonly holds: (text: string) => boolean; readonly settle: PromiseWithResolvers<string> }[] = [];
  const chunks: Uint8Array[] = [];
  const text = (): string => Buffer.concat(chunks).toString("utf8");
  const wake = (): void => {
    for (const { holds, settle } of waiting) if (holds(text())) settle.resolve(text());
  };
  const sent = request(
    {
      host: at[1],
      port: at[2],
      path: at[3] === "" ? "/" : at[3],
      method: options.method ?? (bytes === undefined ? "GET" : "POST"),
      headers: {
        ...(bytes === undefined || "transfer-encoding" in headers
          ? {}
          : { "content-length": Buffer.byteLength(bytes) }),
        ...headers,
      } as Record<string, string>,
      agent: agent ?? false,
    },
    (response) => {
      head.resolve(response);
      response.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        wake();
      });
      const end = (whole: boolean): void => {
        const { statusCode = 0, headers, rawHeaders } = response;
        const body = Buffer.concat(chunks);
        done.resolve({ status: statusCode, headers, rawHeaders, body, text: body.toString("utf8"), whole });
        for (const { settle } of waiting) settle.reject(new Error(`ended with ${text()}`));
      };
      response.on("end", () => end(response.complete));
      response.on("error", () => end(false));
    },
  );
  sent.on("error", (error) => {
    head.reject(error);
    done.reject(error);
  });
  head.promise.catch(() => {});
  done.promise.catch(() => {});
  sent.end(bytes);
  return {
    request: sent,
    head: head.promise,
    done: done.promise,
    until(holds) {
      const settle = Promise.withResolvers<string>();
      settle.promise.catch(() => {});
      waiting.push({ holds, settle });
      wake();
      return settle.promise;
    },
    destroy: () => void sent.destroy(),
  };
}

/** Connections that are kept and reused; ended with the test by whoever made it. */
export function keepingAgent(maxSockets = Number.POSITIVE_INFINITY): HttpAgent {
  return new HttpAgent({ keepAlive: true, maxSockets, maxFreeSockets: Number.POSITIVE_INFINITY });
}
