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

interface LatestHeaders {
  readonly protocol: HeaderRules;
  readonly rawHeaders: readonly string[];
  readonly secrets: string;
  readonly principal: AskedBy | undefined;
  readonly reading: HeaderReading;
}

/** The header fields of this many clients are recognised without putting them together to one text. */
const latestPlaces = 256;

/**
 * What readings take in memory is reckoned: objects, digests and keys at `fixedBytes` a reading, and two bytes for each
 * character that the caller chose, where header fields count for every call that holds them, though most calls share them.
 */
export const fixedBytes = 1_000;

/** The tenant of all who send no credentials. */
export const anonymousTenant = "anonymous";

const stripped: ReadonlySet<string> = new Set(directiveHeaders);

export class RequestHeaders {
  readonly #secret: FingerprintKey;
  readonly #compat: CompatHeaders;
  readonly #readings: LRUCache<string, HeaderReading>;
  readonly #latest: (LatestHeaders | undefined)[] = new Array<undefined>(latestPlaces).fill(undefined);

  constructor(secret: FingerprintKey, maxBytes: number, compat = noCompatHeaders) {
    this.#secret = secret;
    this.#compat = compat;
    this.#readings = new LRUCache({ max: 1_000, maxSize: maxBytes });
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
    const reading = this.#readings.get(text) ?? this.#readNew(request, text, secrets);
    this.#latest[place] = { protocol, rawHeaders, secrets, principal, reading };
    return reading;
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
    const reading: HeaderReading = {
      size: fixedBytes + 2 * text.length,
      tenant: principal?.tenant ?? tenantOf(this.#secret, credentials),
      directives,
      forwarded: Object.freeze({ ...forwarded, "content-type": "application/json", "accept-encoding": "identity" }),
      keyed,
    };
    this.#readings.set(text, reading, { size: reading.size });
    return reading;
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
  let sum = 0;
  if (principal !== undefined) {
    const { tenant } = principal;
    sum = tenant.length * 31 + tenant.charCodeAt(tenant.length - 1) * 7 + tenant.charCodeAt(0);
  }
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
