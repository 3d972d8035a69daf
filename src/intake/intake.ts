import { LRUCache } from "lru-cache";
import type { AskedBy } from "../core/asked-by.ts";
import type { Asked, Call } from "../core/call.ts";
import { type Directives, taggedWith } from "../core/directives.ts";
import { contentDigest, type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "../core/fingerprint.ts";
import type { Origin } from "../core/origin.ts";
import { ownText } from "../core/own-text.ts";
import type { PersonalKind } from "../core/personal-data.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { ParsedRequest, Protocol, RequestFacts } from "../core/protocol.ts";
import { memberTag, sharedTenant } from "../core/shared-scope.ts";
import { sourceTag } from "../core/source-tag.ts";
import { userScope } from "../core/user-scope.ts";
import { type CompatGateway, CompatHeaders } from "../policy/compat-headers.ts";
import { narrowed } from "../policy/directives.ts";
import { bodyOpener, type OpenedBody } from "../policy/litellm-cache.ts";
import { kindsInRequest } from "../policy/personal-data/found-kinds.ts";
import { heldCallPolicy, looksForPersonalData, personalDataOf } from "../policy/personal-data/held-policy.ts";
import type { PolicyRules, PolicySubject } from "../policy/rules.ts";
import { readQuery, withoutNeutral } from "../policy/scope.ts";
import { type SharedScopes, sharedPolicy, sharingOf } from "../policy/sharing.ts";
import { variantsOf } from "../policy/stochastic.ts";
import { fileSourcesOf } from "../protocols/file-sources.ts";
import { unkeyedPart } from "../protocols/unkeyed-part.ts";
import { BegunPrompts, type KnownPrompts } from "./begun-prompts.ts";
import { anonymousTenant, fixedBytes, type HeaderReading, RequestHeaders } from "./request-headers.ts";

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
  /** What else holds for a body that was not seen lately; throws `RequestRejectedError`. */
  readonly assertBody?: (body: Uint8Array) => void;
  /** Which header fields go no further, besides those that never do. */
  readonly isDropped?: (name: string) => boolean;
  /** The registered prompt that was put into the body, where the call referred to one. */
  readonly prompt?: string;
  /** Who asks, where it was checked already; otherwise the credentials among the fields tell. */
  readonly principal?: AskedBy | undefined;
}

export interface IntakeParts {
  readonly secret: FingerprintKey;
  readonly rules: PolicyRules;
  /** What readings may take in memory; default 40 MiB. */
  readonly memoryBytes?: number;
  /** Other gateways whose cache fields are understood. */
  readonly compat?: readonly CompatGateway[];
  /** Send tools in the order of their names. The key is of the request as it came. */
  readonly sortTools?: boolean;
  /** Scopes that several tenants share. Default: none. */
  readonly shared?: SharedScopes;
  /** With what calls may begin. Default: nothing that is known. */
  readonly prompts?: (() => KnownPrompts) | undefined;
}

interface BodyReading {
  readonly facts: RequestFacts;
  /** Digest of the canonical body. */
  readonly digest: string;
  /** Tags of the files that the model is given to read. */
  readonly sources: readonly string[];
  /** What the body itself asks of the cache. */
  readonly ask: OpenedBody["ask"];
  /** Kinds of personal data in it, and what was no such data for the policy by which they were looked for. */
  personal: { readonly kinds: readonly PersonalKind[]; readonly except: readonly string[] | undefined } | undefined;
  /** The last call made of this body, and what else it was made of. */
  readonly last:
    | { readonly headers: HeaderReading; readonly originId: string; readonly query: string; readonly call: Call }
    | undefined;
}

/** An answer made of more could not be taken back by each of them, and is not kept. */
const mostSources = 100;

const noSharedScopes: SharedScopes = new Map();

export class Intake {
  readonly #parts: IntakeParts;
  readonly #headers: RequestHeaders;
  readonly #begun: BegunPrompts | undefined;
  readonly #opened: (body: Uint8Array) => OpenedBody;
  readonly #bodyReadings: LRUCache<string, BodyReading>;
  readonly #shared: SharedScopes;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#shared = parts.shared ?? noSharedScopes;
    const { memoryBytes = 40 * 1024 * 1024, compat = [] } = parts;
    this.#begun = parts.prompts && new BegunPrompts(parts.prompts);
    const forHeaders = Math.max(1, Math.floor(memoryBytes / 5));
    this.#headers = new RequestHeaders(parts.secret, forHeaders, new CompatHeaders(compat));
    this.#opened = bodyOpener(compat);
    this.#bodyReadings = new LRUCache({ max: 10_000, maxSize: Math.max(1, memoryBytes - forHeaders) });
  }

  /** Who asks. Throws `RequestRejectedError`. */
  tenantOf(request: IncomingRequest): string {
    return this.#headers.read(request).tenant;
  }

  /** Throws `RequestRejectedError`. */
  read(request: IncomingRequest): Asked {
    const { protocol, endpoint, query, body } = request;
    const headers = this.#headers.read(request);
    // Of each tenant its own: a body that is parsed already is answered sooner, which is nobody else's to notice.
    const bodyKey = `${headers.tenant} ${protocol.name}${endpoint}${query}${contentDigest(body)}`;
    let reading = this.#bodyReadings.get(bodyKey);
    let parsed: ParsedRequest | undefined;
    if (reading === undefined) {
      const opened = this.#opened(body);
      parsed = protocol.parseRequest(opened.body, endpoint, query);
      request.assertBody?.(opened.body);
      const digest = contentDigest(parsed.canonical);
      const sources = fileSourcesOf(opened.body).map(sourceTag);
      reading = {
        facts: detached(parsed.facts),
        digest,
        personal: undefined,
        ask: opened.ask,
        sources,
        last: undefined,
      };
    }
    const origin = request.originFor(reading.facts.model);
    let { last } = reading;
    const isSame =
      last?.headers === headers &&
      last.originId === origin.id &&
      last.query === query &&
      last.call.keyId === request.principal?.keyId;
    if (last === undefined || !isSame) {
      last = { headers, originId: origin.id, query, call: this.#call(request, origin.id, headers, reading, parsed) };
      const { model, user = "" } = reading.facts;
      const size = fixedBytes + headers.size + 2 * (bodyKey.length + query.length + model.length + user.length);
      this.#bodyReadings.set(bodyKey, { ...reading, last }, { size });
    }
    const { call } = last;
    const open = this.#opened;
    let sent: ParsedRequest | undefined;
    const whole = (): ParsedRequest => {
      parsed ??= protocol.parseRequest(open(body).body, endpoint, query);
      return parsed;
    };
    const sorts = this.#parts.sortTools === true && call.directives.layers?.has("prefix") !== false;
    return {
      call,
      origin,
      prompt: request.prompt ?? this.#begun?.of(call, whole),
      parsed() {
        if (sent !== undefined) return sent;
        const given = whole();
        const asked = forcesZero(call.policy) ? (given.deterministic() ?? given) : given;
        sent = sorts ? (asked.sorted?.() ?? asked) : asked;
        return sent;
      },
    };
  }

  #call(
    request: IncomingRequest,
    originId: string,
    headers: HeaderReading,
    reading: BodyReading,
    parsed: ParsedRequest | undefined,
  ): Call {
    const { protocol, endpoint, query } = request;
    const { tenant } = headers;
    const directives = directivesOf(headers, reading);
    // Taken out of what holds the body, which the call outlives.
    const { sources } = reading;
    const keyId = request.principal?.keyId;
    const keyedQuery = readQuery(query, protocol.unkeyedParameters).keyed;
    const user = directives.user ?? reading.facts.user;
    const ofUser = userScope(user, request.principal?.user !== undefined);
    const { rules } = this.#parts;
    const subjectFor = (model: string): PolicySubject => ({
      model,
      protocol: protocol.name,
      operation: protocol.operation,
      namespace: directives.namespace,
      tenant,
      user,
      tags: directives.tags,
    });
    const zero = forcesZero(rules.resolve(subjectFor(reading.facts.model)))
      ? protocol.parseRequest(this.#opened(request.body).body, endpoint, query).deterministic()
      : undefined;
    const digest = zero === undefined ? reading.digest : contentDigest(zero.canonical);
    const asked = zero === undefined ? reading.facts : detached(zero.facts);
    const asks = {
      tenant: tenant === anonymousTenant ? undefined : tenant,
      isChecked: request.principal !== undefined,
      requestBytes: request.body.length,
    };
    const unkeyed = this.#shared.size === 0 ? "" : this.#unkeyedDigest(request, zero ?? parsed);
    const kinds = this.#personalKinds(request, reading, rules.resolve(subjectFor(asked.model)), parsed);
    const forModel = (model: string): Call => {
      const ruled = rules.resolve(subjectFor(model));
      const personal = personalDataOf(ruled.personalData, kinds);
      const resolved = personal === undefined ? ruled : heldCallPolicy(ruled, personal);
      const facts = model === asked.model ? asked : { ...asked, model };
      const variants = variantsOf(facts, resolved);
      const sharing = sharingOf(this.#shared, { ...asks, policy: resolved, directives, facts, protocol, variants });
      const policy = sharing === undefined ? resolved : sharedPolicy(resolved);
      const whom =
        sharing === undefined
          ? [tenant, policy.perUser ? ofUser : "shared"]
          : [sharedTenant(sharing.scope), `shared:${formOf(facts)}`, unkeyed];
      const tags = [...rules.tagsFor(subjectFor(model)), ...sources];
      const where = [directives.namespace, originId, protocol.name, protocol.operation, keyedQuery, directives.version];
      const keyOf = (...content: string[]) =>
        fingerprint(
          this.#parts.secret,
          lengthPrefixed([keyVersion, ...whom, ...where, model, ...content, ...headers.keyed]),
        );
      return {
        protocol,
        originId,
        principal:
          sharing === undefined ? { tenant, user } : { tenant: sharedTenant(sharing.scope), user: sharing.member },
        sharing,
        directives: taggedWith(
          directives,
          sharing === undefined || user === undefined ? tags : [...tags, memberTag(tenant, user)],
        ),
        policy,
        keyId,
        personal,
        facts,
        variants,
        key: keyOf(digest),
        partition: (context) => keyOf("context", contentDigest(context)),
        forModel,
        target: endpoint + query,
        headers: sharing === undefined ? headers.forwarded : withoutNeutral(headers.forwarded, protocol.keyedHeaders),
      };
    };
    return forModel(asked.model);
  }

  /** Of what is sent and not keyed; an origin that refuses it would tell the members of a shared scope what is stored. */
  #unkeyedDigest({ body, endpoint, protocol, query }: IncomingRequest, parsed: ParsedRequest | undefined): string {
    const sent = unkeyedPart(parsed ?? protocol.parseRequest(this.#opened(body).body, endpoint, query));
    return contentDigest(lengthPrefixed([sent, readQuery(query, []).keyed]));
  }

  /** Looked for once, as long as the body is remembered and no other policy has other exceptions. */
  #personalKinds(
    { body, endpoint, protocol, query }: IncomingRequest,
    reading: BodyReading,
    policy: CallPolicy,
    parsed: ParsedRequest | undefined,
  ): readonly PersonalKind[] {
    if (!looksForPersonalData(policy)) return [];
    const { personalDataExcept: except } = policy;
    if (reading.personal === undefined || reading.personal.except !== except) {
      const { canonical } = parsed ?? protocol.parseRequest(this.#opened(body).body, endpoint, query);
      reading.personal = { kinds: kindsInRequest(canonical, policy), except };
    }
    return reading.personal.kinds;
  }
}

/** A stream that is played of a JSON answer, or the other way round, is not quite what the origin would have sent. */
function formOf({ stream, includeUsage }: RequestFacts): string {
  return stream ? (includeUsage ? "events with usage" : "events") : "json";
}

function directivesOf({ directives }: HeaderReading, { ask, sources }: BodyReading): Directives {
  const asked = ask === undefined ? directives : narrowed(directives, ask);
  if (sources.length <= mostSources) return asked;
  return narrowed(asked, (draft) => {
    draft.write = false;
  });
}

function forcesZero(policy: CallPolicy): boolean {
  return policy.stochastic === "force-zero";
}

/** Strings of their own: a slice of the request text would keep the whole of it in memory. */
function detached(facts: RequestFacts): RequestFacts {
  return { ...facts, model: ownText(facts.model), user: facts.user === undefined ? undefined : ownText(facts.user) };
}
