import { Failure, failureOf, type Problem, unreachable } from "./failure.ts";

/** The admin API. The token goes into the Authorization field, and nowhere else. */

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Relative to the page, so that both may stand below a path of a proxy. */
export function gatewayUrl(path: string): URL {
  return new URL(`../${path}`, new URL(".", document.baseURI));
}

export class AdminClient {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#call("GET", withQuery(path, query), undefined, signal);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#call("POST", path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#call("DELETE", path);
  }

  /** The answer with its body still to come. */
  async open(path: string, signal?: AbortSignal, accept = "application/json"): Promise<Response> {
    return this.#send("GET", path, { accept }, undefined, signal);
  }

  async #call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const response = await this.#send(method, path, { accept: "application/json", ...type }, body, signal);
    try {
      return (await response.json()) as T;
    } catch {
      throw new Failure("unreachable", unreachable);
    }
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object,
    signal?: AbortSignal,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(gatewayUrl(`admin/v1${path}`), {
        method,
        headers: { ...headers, authorization: `Bearer ${this.#token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new Failure("unreachable", unreachable);
    }
    if (response.ok) return response;
    throw await failureIn(response);
  }
}

async function failureIn(response: Response): Promise<Failure> {
  const isOurs = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  const problem = isOurs ? ((await response.json().catch(() => ({}))) as Problem) : {};
  return failureOf(response.status, problem, isOurs, response.headers.get("retry-after"));
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
