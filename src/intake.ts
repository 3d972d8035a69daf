import { LRUCache } from "lru-cache";
import type { Asked, Call } from "./core/call.ts";
import { type Directives, directiveHeaders } from "./core/directives.ts";
import { contentDigest, type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "./core/fingerprint.ts";
import type { Origin } from "./core/origin.ts";
import type { CallPolicy } from "./core/policy.ts";
import type { ParsedRequest, Protocol, RequestFacts } from "./core/protocol.ts";
import { readDirectives } from "./policy/directives.ts";
import type { PolicyRules } from "./policy/rules.ts";
import { classifyHeader, readQuery } from "./policy/scope.ts";
import { variantsOf } from "./policy/stochastic.ts";

/**
 * Request bytes to call. What is forwarded is what is keyed: each header is a credential (it makes the tenant), or
 * keyed, or known not to change an answer; the rest is dropped. A request that was seen lately is recognised by its
 * bytes: the digest of its body and the text of its headers lead straight to the call, so that a repeated request
 * is neither parsed nor keyed again. The memory holds digests and facts, never a body.
 */

export interface IncomingRequest {
  readonly protocol: Protocol;
  /** The end of the path, as `protocol.endpointOf` gave it. */
  readonly endpoint: string;
  /** Who computes answers of this model. Throws `RequestRejectedError` when nobody does. */
  originFor(model: string): Origin;
  /** The query with its `?`, or "". */
  readonly query: string;
  /** Names and values in turn, as node gives them. */
  readonly rawHeaders: readonly string[];
  /** The decoded body. */
  readonly body: Uint8Array;
}

export interface IntakeParts {
  readonly secret: FingerprintKey;
  readonly rules: PolicyRules;
  /** What readings may take in memory; default 40 MiB. */
  readonly memoryBytes?: number;
}

interface HeaderReading {
  /** What it takes in memory, about. */
  readonly size: number;
  readonly tenant: string;
  readonly directives: Directives;
  readonly forwarded: Readonly<Record<string, string>>;
  /** Names and values of the keyed headers in turn, by name. */
  readonly keyed: readonly string[];
}

interface LatestHeaders {
  readonly protocol: Protocol;
  readonly rawHeaders: readonly string[];
  readonly secrets: string;
  readonly reading: HeaderReading;
}

/** The header fields of this many clients are recognised without putting them together to one text. */
const latestPlaces = 256;

interface BodyReading {
  readonly facts: RequestFacts;
  /** Digest of the canonical body. */
  readonly digest: string;
  /** The last call made of this body, and what else it was made of. */
  readonly last:
    | { readonly headers: HeaderReading; readonly originId: string; readonly query: string; readonly call: Call }
    | undefined;
}

/**
 * What readings take in memory is reckoned: objects, digests and keys at `fixedBytes` a reading, and two bytes for each
 * character that the caller chose, where header fields count for every call that holds them, though most calls share them.
 */
const fixedBytes = 1_000;

const stripped: ReadonlySet<string> = new Set(directiveHeaders);

export class Intake {
  readonly #parts: IntakeParts;
  readonly #headerReadings: LRUCache<string, HeaderReading>;
  readonly #bodyReadings: LRUCache<string, BodyReading>;

  readonly #latest: (LatestHeaders | undefined)[] = new Array<undefined>(latestPlaces).fill(undefined);

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    const { memoryBytes = 40 * 1024 * 1024 } = parts;
    const forHeaders = Math.max(1, Math.floor(memoryBytes / 5));
    this.#headerReadings = new LRUCache({ max: 1_000, maxSize: forHeaders });
    this.#bodyReadings = new LRUCache({ max: 10_000, maxSize: Math.max(1, memoryBytes - forHeaders) });
  }

  /** Throws `RequestRejectedError`. */
  read(request: IncomingRequest): Asked {
    const { protocol, endpoint, query, body } = request;
    const headers = this.#readHeaders(request, readQuery(query, protocol.unkeyedParameters).credentials.join("&"));
    const bodyKey = protocol.name + endpoint + contentDigest(body);
    let reading = this.#bodyReadings.get(bodyKey);
    let parsed: ParsedRequest | undefined;
    if (reading === undefined) {
      parsed = protocol.parseRequest(body, endpoint);
      reading = { facts: detached(parsed.facts), digest: contentDigest(parsed.canonical), last: undefined };
    }
    const origin = request.originFor(reading.facts.model);
    let { last } = reading;
    if (last === undefined || last.headers !== headers || last.originId !== origin.id || last.query !== query) {
      last = { headers, originId: origin.id, query, call: this.#call(request, origin.id, headers, reading) };
      const { model, user = "" } = reading.facts;
      const size = fixedBytes + headers.size + 2 * (query.length + model.length + user.length);
      this.#bodyReadings.set(bodyKey, { ...reading, last }, { size });
    }
    const { call } = last;
    return {
      call,
      origin,
      parsed() {
        parsed ??= protocol.parseRequest(body, endpoint);
        return forcesZero(call.policy) ? (parsed.deterministic() ?? parsed) : parsed;
      },
    };
  }

  #call(request: IncomingRequest, originId: string, headers: HeaderReading, reading: BodyReading): Call {
    const { protocol, endpoint, query } = request;
    const { tenant, directives } = headers;
    const keyedQuery = readQuery(query, protocol.unkeyedParameters).keyed;
    const user = directives.user ?? reading.facts.user;
    const policyFor = (model: string): CallPolicy =>
      this.#parts.rules.resolve({
        model,
        protocol: protocol.name,
        operation: protocol.operation,
        namespace: directives.namespace,
        tenant,
        tags: directives.tags,
      });
    const zero = forcesZero(policyFor(reading.facts.model))
      ? protocol.parseRequest(request.body, request.endpoint).deterministic()
      : undefined;
    const digest = zero === undefined ? reading.digest : contentDigest(zero.canonical);
    const asked = zero === undefined ? reading.facts : detached(zero.facts);
    const forModel = (model: string): Call => {
      const policy = policyFor(model);
      const facts = model === asked.model ? asked : { ...asked, model };
      const whom = [tenant, policy.perUser ? `user:${user ?? ""}` : "shared"];
      const where = [directives.namespace, originId, protocol.name, protocol.operation, keyedQuery, directives.version];
      const fields = [keyVersion, ...whom, ...where, model, digest, ...headers.keyed];
      return {
        protocol,
        originId,
        principal: { tenant, user },
        directives,
        policy,
        facts,
        variants: variantsOf(facts, policy),
        key: fingerprint(this.#parts.secret, lengthPrefixed(fields)),
        forModel,
        target: endpoint + query,
        headers: headers.forwarded,
      };
    };
    return forModel(asked.model);
  }

  /** `secrets`: credentials that stand in the query. */
  #readHeaders(request: IncomingRequest, secrets: string): HeaderReading {
    const { protocol, rawHeaders } = request;
    // A client sends the same fields again and again: comparing is cheaper than looking up.
    const place = placeOf(rawHeaders);
    const latest = this.#latest[place];
    if (latest?.protocol === protocol && latest.secrets === secrets && sameFields(latest.rawHeaders, rawHeaders))
      return latest.reading;
    const text = headerText(request, secrets);
    const reading = this.#headerReadings.get(text) ?? this.#readNew(request, text, secrets);
    this.#latest[place] = { protocol, rawHeaders, secrets, reading };
    return reading;
  }

  #readNew(request: IncomingRequest, text: string, secrets: string): HeaderReading {
    const merged = mergedHeaders(request.rawHeaders);
    const credentials: string[] = secrets === "" ? [] : ["?", secrets];
    const keyed: string[] = [];
    const forwarded: Record<string, string> = Object.create(null);
    for (const name of Object.keys(merged).sort()) {
      const value = merged[name] as string;
      const use = stripped.has(name) ? "drop" : classifyHeader(name, request.protocol.keyedHeaders);
      if (use === "drop") continue;
      forwarded[name] = value;
      if (use === "credential") credentials.push(name, value);
      if (use === "keyed") keyed.push(name, value);
    }
    const reading: HeaderReading = {
      size: fixedBytes + 2 * text.length,
      tenant:
        credentials.length === 0
          ? "anonymous"
          : fingerprint(this.#parts.secret, lengthPrefixed(["tenant", ...credentials])),
      directives: readDirectives(merged),
      forwarded: Object.freeze({ ...forwarded, "content-type": "application/json", "accept-encoding": "identity" }),
      keyed,
    };
    this.#headerReadings.set(text, reading, { size: reading.size });
    return reading;
  }
}

function forcesZero(policy: CallPolicy): boolean {
  return policy.stochastic === "force-zero";
}

/** The length of the body differs from call to call and says nothing. */
function isLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === "content-length";
}

/** Clients differ in the ends of their credentials; where they do not, they share a place and take turns in it. */
function placeOf(rawHeaders: readonly string[]): number {
  let sum = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] as string;
    if (isLength(rawHeaders[index] as string)) continue;
    const { length } = value;
    if (length > 2) sum = (sum * 31 + value.charCodeAt(length - 1) * 7 + value.charCodeAt(length - 2)) | 0;
  }
  return (sum ^ (sum >>> 8)) & (latestPlaces - 1);
}

function sameFields(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 2) {
    const name = one[index] as string;
    if (name !== other[index]) return false;
    if (one[index + 1] !== other[index + 1] && !isLength(name)) return false;
  }
  return true;
}

/** Everything the reading depends on. */
function headerText(request: IncomingRequest, secrets: string): string {
  const { rawHeaders } = request;
  let text = `${request.protocol.name}${secrets.length}:${secrets}`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (isLength(name)) continue;
    const value = rawHeaders[index + 1] as string;
    // With their lengths, since a value that a library caller gives may hold any character.
    text += `${name.length}:${name}${value.length}:${value}`;
  }
  return text;
}

/** Names in lower case; repeated fields joined in order (RFC 9110 section 5.3). */
function mergedHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const merged: Record<string, string> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    merged[name] = merged[name] === undefined ? value : `${merged[name]}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return merged;
}

/** Strings of their own: a slice of the request text would keep the whole of it in memory. */
function detached(facts: RequestFacts): RequestFacts {
  const copy = (text: string): string => Buffer.from(text, "utf8").toString("utf8");
  return { ...facts, model: copy(facts.model), user: facts.user === undefined ? undefined : copy(facts.user) };
}
