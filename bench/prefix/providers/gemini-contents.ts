import { createHash } from "node:crypto";
import { isPlainObject, tokenLength } from "./prompt-positions.ts";

/**
 * `cachedContents` of the Gemini API as its documentation describes them (ai.google.dev/gemini-api/docs/caching and
 * /api/caching): made by a call, for one model, of at least as many tokens as that model demands; gone when their time is
 * over or they are deleted; known only to who made them; a call that names one must not hold what belongs into it. Made at
 * the price of input, stored by the token and hour, read at a tenth. It stands in for the provider, which cannot run here.
 */

type Body = Readonly<Record<string, unknown>>;

export interface GeminiAnswer {
  readonly status: number;
  readonly body: object;
}

interface CachedContent {
  readonly name: string;
  readonly model: string;
  readonly owner: string;
  readonly body: Body;
  readonly tokens: number;
  storedFrom: number;
  expiresAt: number;
}

const refused = (status: number, message: string): GeminiAnswer => {
  return { status, body: { error: { code: status, message } } };
};
const gone = refused(403, "CachedContent not found (or permission denied)");
const heads = ["systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config"];

export class GeminiContents {
  readonly #leastTokens: number;
  readonly #storage: number;
  /** Of a prompt that does not name one, the part that an implicit cache reads. */
  readonly #implicit: number;
  readonly #contents = new Map<string, CachedContent>();
  #made = 0;
  /** In tokens of input at their price. */
  billed = 0;
  /** What each call's model reads, in order: equal for equal prompts, whoever holds them. */
  readonly read: string[] = [];

  constructor(leastTokens: number, storage = 3.4, implicit = 0) {
    this.#leastTokens = leastTokens;
    this.#storage = storage;
    this.#implicit = implicit;
  }

  /** Of those that are not expired or deleted. */
  alive(now: number): readonly string[] {
    return [...this.#contents.values()].filter(({ expiresAt }) => expiresAt > now).map(({ name }) => name);
  }

  /** It forgets them, as a provider may. */
  lose(): void {
    this.#contents.clear();
  }

  handle(method: string, path: string, owner: string, body: Body, now: number): GeminiAnswer {
    if (method === "POST" && path.endsWith("/cachedContents")) return this.#create(owner, body, now);
    if (path.includes(":generateContent"))
      return this.#generate(/(models\/[^:/]+):/.exec(path)?.[1] ?? "", owner, body, now);
    const name = /cachedContents\/[^/?]+$/.exec(path)?.[0] ?? "";
    const content = this.#found(name, owner, now);
    if (content === undefined) return gone;
    this.#bill(content, now);
    if (method === "DELETE") {
      this.#contents.delete(name);
      return { status: 200, body: {} };
    }
    content.expiresAt = now + msOf(body["ttl"]);
    return { status: 200, body: { name } };
  }

  #create(owner: string, body: Body, now: number): GeminiAnswer {
    const tokens = tokensOf(body);
    if (typeof body["model"] !== "string") return refused(400, "model is required");
    if (tokens < this.#leastTokens)
      return refused(400, `Cached content is too small. total_token_count=${tokens}, min=${this.#leastTokens}`);
    const name = `cachedContents/${this.#made++}`;
    const kept = { name, model: body["model"], owner, body, tokens, storedFrom: now };
    this.#contents.set(name, { ...kept, expiresAt: now + msOf(body["ttl"]) });
    this.billed += tokens;
    return { status: 200, body: { name, model: body["model"], usageMetadata: { totalTokenCount: tokens } } };
  }

  #generate(model: string, owner: string, body: Body, now: number): GeminiAnswer {
    const named = body["cachedContent"];
    let kept: CachedContent | undefined;
    if (typeof named === "string") {
      kept = this.#found(named, owner, now);
      if (kept === undefined) return gone;
      if (heads.some((name) => name in body))
        return refused(
          400,
          "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config",
        );
      if (kept.model !== model)
        return refused(400, "Model used by GenerateContent and CachedContent has to be the same");
    }
    if (!Array.isArray(body["contents"]) || body["contents"].length === 0)
      return refused(400, "contents is not specified");
    const cached = kept?.tokens ?? Math.floor(this.#implicit * tokensOf(body));
    const total = (kept?.tokens ?? 0) + tokensOf(body);
    this.billed += total - cached + 0.1 * cached;
    this.read.push(readBy(kept?.body ?? {}, body));
    const content = { role: "model", parts: [{ text: "So." }] };
    return {
      status: 200,
      body: {
        candidates: [{ content, finishReason: "STOP", index: 0 }],
        usageMetadata: {
          ...{ promptTokenCount: total, cachedContentTokenCount: cached },
          ...{ candidatesTokenCount: 3, totalTokenCount: total + 3 },
        },
        modelVersion: model.slice("models/".length),
      },
    };
  }

  #found(name: string, owner: string, now: number): CachedContent | undefined {
    const content = this.#contents.get(name);
    return content !== undefined && content.owner === owner && now < content.expiresAt ? content : undefined;
  }

  #bill(content: CachedContent, now: number): void {
    this.billed += (content.tokens * this.#storage * (now - content.storedFrom)) / 3_600_000;
    content.storedFrom = now;
  }
}

function msOf(ttl: unknown): number {
  return Number.parseFloat(String(ttl ?? "3600s")) * 1_000;
}

function promptOf(body: Body): unknown[] {
  const of = (name: string, other: string) => body[name] ?? body[other] ?? null;
  const head = [of("systemInstruction", "system_instruction"), of("tools", "tools"), of("toolConfig", "tool_config")];
  return [...head.filter((one) => one !== null), ...((body["contents"] as unknown[]) ?? [])];
}

function tokensOf(body: Body): number {
  return Math.ceil(JSON.stringify(promptOf(body)).length / tokenLength);
}

function readBy(kept: Body, call: Body): string {
  const text = JSON.stringify([...promptOf(kept), ...promptOf(call)], (_, value: unknown) =>
    isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(text).digest("base64url");
}
