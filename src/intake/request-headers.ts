import { LRUCache } from "lru-cache";
import type { AskedBy } from "../core/asked-by.ts";
import { type Directives, directiveHeaders } from "../core/directives.ts";
import { type FingerprintKey, fingerprint, lengthPrefixed } from "../core/fingerprint.ts";
import { type CompatHeaders, noCompatHeaders } from "../policy/compat-headers.ts";
import { narrowed, readDirectives } from "../policy/directives.ts";
import { assertFieldsOnce, classifyHeader, readQuery } from "../policy/scope.ts";

/**
 * Header fields and credentials in the query to tenant, directives, what is forwarded and what is keyed: each header is
 * a credential (it makes the tenant), or keyed, or known not to change an answer; the rest is dropped. Clients send the
 * same fields again and again, so those seen lately are recognised by their text. Where somebody has checked who asks, the
 * tenant is that one, and credentials are dropped: what is forwarded must be keyed, and who asks is no longer told by them.
 */

/** As much of a wire format as the reading of header fields depends on; compared by identity. */
export interface HeaderRules {
  readonly name: string;
  readonly keyedHeaders: readonly string[];
  readonly unkeyedParameters: readonly string[];
}

export interface FieldsOfRequest {
  readonly protocol: HeaderRules;
  /** The query with its `?`, or "". */
  readonly query: string;
  /** Names and values in turn, as node gives them. */
  readonly rawHeaders: readonly string[];
  /** Which fields (lower-case name) go no further, besides those that never do. */
  readonly isDropped?: (name: string) => boolean;
  /** Who asks, where it was checked already. */
  readonly principal?: AskedBy | undefined;
}

export interface HeaderReading {
  /** What it takes in memory, about. */
  readonly size: number;
  readonly tenant: string;
  readonly directives: Directives;
  readonly forwarded: Readonly<Record<string, string>>;
  /** Names and values of the keyed headers in turn, by name. */
  readonly keyed: readonly string[];
}

interface KnownHeaders {
  readonly protocol: HeaderRules;
  readonly rawHeaders: readonly string[];
  readonly secrets: string;
  readonly principal: AskedBy | undefined;
  readonly reading: HeaderReading;
}

/** The header fields of this many clients are recognised without putting them together to one text. */
const latestPlaces = 1_024;

/**
 * What readings take in memory is reckoned: objects, digests and keys at `fixedBytes` a reading, and two bytes for each
 * character that the caller chose (each is kept twice), where header fields count for every call that holds them, though
 * most calls share them.
 */
export const fixedBytes = 1_000;

/** The tenant of all who send no credentials. */
export const anonymousTenant = "anonymous";

const stripped: ReadonlySet<string> = new Set(directiveHeaders);

export class RequestHeaders {
  readonly #secret: FingerprintKey;
  readonly #compat: CompatHeaders;
  readonly #known: LRUCache<string, KnownHeaders>;
  readonly #latest: (KnownHeaders | undefined)[] = new Array<undefined>(latestPlaces).fill(undefined);

  constructor(secret: FingerprintKey, maxBytes: number, compat = noCompatHeaders) {
    this.#secret = secret;
    this.#compat = compat;
    this.#known = new LRUCache({ max: 1_000, maxSize: maxBytes });
  }

  /** Throws `RequestRejectedError` for a field of ours that breaks its rule. */
  read(request: FieldsOfRequest): HeaderReading {
    const { protocol, query, rawHeaders, principal } = request;
    const secrets = readQuery(query, protocol.unkeyedParameters).credentials.join("&");
    // A client sends the same fields again and again: comparing is cheaper than looking up.
    const place = placeOf(rawHeaders, principal);
    const latest = this.#latest[place];
    if (
      latest?.protocol === protocol &&
      latest.secrets === secrets &&
      latest.principal === principal &&
      sameFields(latest.rawHeaders, rawHeaders)
    )
      return latest.reading;
    const text = headerText(request, secrets);
    const found = this.#known.get(text);
    // What was found stays in memory as it is: what came with this request ends with it.
    const isSame = found !== undefined && found.principal === principal;
    const known = isSame ? found : this.#learn(request, text, secrets, found?.reading);
    this.#latest[place] = known;
    return known.reading;
  }

  #learn(request: FieldsOfRequest, text: string, secrets: string, found: HeaderReading | undefined): KnownHeaders {
    const { protocol, rawHeaders, principal } = request;
    const reading = found ?? this.#readNew(request, text, secrets);
    const known = { protocol, rawHeaders, secrets, principal, reading };
    this.#known.set(text, known, { size: reading.size });
    return known;
  }

  #readNew(request: FieldsOfRequest, text: string, secrets: string): HeaderReading {
    const { principal } = request;
    assertFieldsOnce(request.rawHeaders);
    const merged = mergedHeaders(request.rawHeaders);
    const directives = within(principal, readDirectives(merged, this.#compat.asks));
    const credentials: string[] = secrets === "" ? [] : ["?", secrets];
    // What somebody who is known writes into his query is forwarded with it.
    const keyed: string[] = principal === undefined ? [] : [...credentials];
    const forwarded: Record<string, string> = Object.create(null);
    for (const name of Object.keys(merged).sort()) {
      const given = merged[name] as string;
      if (this.#compat.isPartition(name)) keyed.push(name, given);
      const value = this.#compat.forwarded(name, given);
      if (value === undefined) continue;
      const isDropped = stripped.has(name) || request.isDropped?.(name) === true;
      const use = isDropped ? "drop" : classifyHeader(name, request.protocol.keyedHeaders);
      if (use === "drop" || (use === "credential" && principal !== undefined)) continue;
      forwarded[name] = value;
      if (use === "credential") credentials.push(name, value);
      if (use === "keyed") keyed.push(name, value);
    }
    return {
      size: fixedBytes + 2 * text.length,
      tenant: principal?.tenant ?? tenantOf(this.#secret, credentials),
      directives,
      forwarded: Object.freeze({ ...forwarded, "content-type": "application/json", "accept-encoding": "identity" }),
      keyed,
    };
  }
}

/** The tenant of a set of credentials: names (lower case, sorted) and values in turn; those of a query stand first, under `?`. */
export function tenantOf(secret: FingerprintKey, credentials: readonly string[]): string {
  return credentials.length === 0 ? anonymousTenant : fingerprint(secret, lengthPrefixed(["tenant", ...credentials]));
}

/** What somebody who is known may ask for: as his own user, and of the layers that are his. */
function within(principal: AskedBy | undefined, directives: Directives): Directives {
  const { user, layers } = principal ?? {};
  if (user === undefined && layers === undefined) return directives;
  return narrowed(directives, (draft) => {
    if (user !== undefined) draft.user = user;
    if (layers !== undefined) draft.layers = new Set(layers.filter((layer) => draft.layers?.has(layer) !== false));
  });
}

/** The length of the body differs from call to call and says nothing. */
function isLength(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === "content-length";
}

/** Clients differ in the ends of their credentials; where they do not, they share a place and take turns in it. */
function placeOf(rawHeaders: readonly string[], principal: AskedBy | undefined): number {
  let mix = principal === undefined ? 0 : withEnd(0, principal.tenant);
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (!isLength(rawHeaders[index] as string)) mix = withEnd(mix, rawHeaders[index + 1] as string);
  return (mix ^ (mix >>> 15)) & (latestPlaces - 1);
}

/** The last characters mixed in, as FNV-1a does. */
function withEnd(mix: number, text: string): number {
  const { length } = text;
  for (let index = Math.max(0, length - 3); index < length; index++)
    mix = Math.imul(mix ^ text.charCodeAt(index), 0x01000193);
  return mix;
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
function headerText(request: FieldsOfRequest, secrets: string): string {
  const { rawHeaders, principal } = request;
  let text = `${request.protocol.name}${secrets.length}:${secrets}`;
  if (principal !== undefined) {
    const { tenant, user, layers } = principal;
    text += JSON.stringify([tenant, user, layers]);
  }
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
