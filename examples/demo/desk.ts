import { noTokens, type Tokens } from "./prices.ts";
import { textTokens } from "./questions.ts";
import { modelOf, requestOf, tokensIn, type WireAnswer, type WireRequest, type Wish } from "./wire.ts";

/** The desk: asks as its programs do, and notes of each answer what stands in it. It knows the gateway from outside. */

export type Status = "HIT" | "STALE" | "MISS" | "COALESCED" | "REFRESH" | "BYPASS" | "ERROR";

export interface Exchange {
  readonly wish: Wish;
  readonly model: string;
  readonly status: Status;
  /** Which layer answered, of hits and stale answers. */
  readonly layer: string | undefined;
  readonly entry: string | undefined;
  readonly httpStatus: number;
  /** What no model had to read or write for this answer. */
  readonly saved: Tokens;
  /** What a model read and wrote for it past the cache, which looks into no such answer. */
  readonly passed: Tokens;
}

export type Send = (request: WireRequest) => Promise<WireAnswer>;

export class Desk {
  readonly exchanges: Exchange[] = [];
  /** Exchanges whose answer somebody found wrong. */
  readonly reported: Exchange[] = [];
  readonly #send: Send;
  /** Texts by who has had their vectors. */
  readonly #known = new Set<string>();

  constructor(send: Send) {
    this.#send = send;
  }

  async ask(wish: Wish): Promise<Exchange> {
    const answer = await this.#send(requestOf(wish));
    const status = statusOf(answer);
    const { team, ask } = wish;
    const exchange: Exchange = {
      wish,
      model: modelOf(wish),
      status,
      layer: answer.headers["x-ai-cache-layer"],
      entry: answer.headers["x-ai-cache-entry"],
      httpStatus: answer.status,
      saved:
        typeof ask !== "string" ? this.#savedVectors(team.name, ask, answer) : told(answer, withoutModel.has(status)),
      passed: told(answer, status === "BYPASS"),
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Of texts whose vectors this team has had before, nothing is sent again. */
  #savedVectors(team: string, texts: readonly string[], { status }: WireAnswer): Tokens {
    if (status !== 200) return noTokens;
    const old = texts.filter((text) => this.#known.has(`${team}\n${text}`));
    for (const text of texts) this.#known.add(`${team}\n${text}`);
    return { ...noTokens, input: old.reduce((sum, text) => sum + textTokens(text), 0) };
  }
}

const withoutModel: ReadonlySet<Status> = new Set(["HIT", "STALE", "COALESCED"]);

function told(answer: WireAnswer, counts: boolean): Tokens {
  return counts ? tokensIn(answer) : noTokens;
}

/** An answer that nobody computed, and that is none, says so in its status and in no `fwd-status`. */
function statusOf({ status, headers }: WireAnswer): Status {
  const told = headers["cache-status"] ?? "";
  if (status >= 400 && !told.includes("fwd-status=")) return "ERROR";
  return (headers["x-ai-cache-status"] ?? "BYPASS") as Status;
}
