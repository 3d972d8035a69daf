import { LRUCache } from "lru-cache";
import type { Principal } from "../core/call.ts";
import { type Directives, taggedWith } from "../core/directives.ts";
import type {
  EmbeddingProtocol,
  ParsedEmbeddingRequest,
  VectorEncoding,
  WireFormat,
} from "../core/embedding-protocol.ts";
import { contentDigest, type FingerprintKey } from "../core/fingerprint.ts";
import type { Origin } from "../core/origin.ts";
import type { CallPolicy } from "../core/policy.ts";
import { userScope } from "../core/user-scope.ts";
import type { IncomingRequest } from "../intake/intake.ts";
import { fixedBytes, type HeaderReading, RequestHeaders } from "../intake/request-headers.ts";
import { inputDigest, type VectorScope, vectorKeys } from "../layers/embedding/vector-key.ts";
import type { VectorOrigin } from "../layers/embedding/vector-record.ts";
import { type CompatGateway, CompatHeaders } from "../policy/compat-headers.ts";
import { narrowed } from "../policy/directives.ts";
import { bodyOpener, type OpenedBody } from "../policy/litellm-cache.ts";
import { kindsInRequest } from "../policy/personal-data/found-kinds.ts";
import { hasPersonalAction, isForUser } from "../policy/personal-data/held-policy.ts";
import type { PolicyRules } from "../policy/rules.ts";
import { readQuery } from "../policy/scope.ts";
import type { BatchInput } from "./embedding-batch.ts";

/**
 * Request bytes to a call for embeddings, with a key for each input. A body that was seen lately is recognised by its
 * digest, so that a repeated batch is neither parsed nor keyed again; digests and keys are kept, never a text.
 */

export interface IncomingEmbedding extends Omit<IncomingRequest, "protocol"> {
  readonly protocol: EmbeddingProtocol;
}

/** What comes in, before it is known for what it is. */
export type IncomingCall = Omit<IncomingRequest, "protocol"> & { readonly protocol: WireFormat };

export interface EmbeddingCall {
  readonly protocol: EmbeddingProtocol;
  readonly originId: string;
  readonly principal: Principal;
  readonly directives: Directives;
  readonly policy: CallPolicy;
  readonly facts: { readonly model: string };
  readonly encoding: VectorEncoding;
  readonly shape: "list" | "single";
  readonly cacheable: boolean;
  readonly inputs: readonly BatchInput[];
  readonly slots: readonly string[];
  originOf(position: number): VectorOrigin;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EmbeddingAsked {
  readonly call: EmbeddingCall;
  readonly origin: Origin;
  parsed(): ParsedEmbeddingRequest;
}

export interface EmbeddingIntakeParts {
  readonly secret: FingerprintKey;
  readonly rules: PolicyRules;
  /** What readings may take in memory. */
  readonly memoryBytes: number;
  /** Other gateways whose cache fields are understood. */
  readonly compat: readonly CompatGateway[];
}

interface BodyReading {
  readonly model: string;
  readonly user: string | undefined;
  readonly encoding: VectorEncoding;
  readonly shape: "list" | "single";
  readonly cacheable: boolean;
  readonly inputs: readonly BatchInput[];
  readonly digests: readonly string[];
  /** Characters of its model, its user and the parameters of its inputs. */
  readonly characters: number;
  /** What the body itself asks of the cache. */
  readonly ask: OpenedBody["ask"];
  readonly last:
    | {
        readonly headers: HeaderReading;
        readonly originId: string;
        readonly query: string;
        readonly call: EmbeddingCall;
      }
    | undefined;
}

/** Digest, key and facts of one input. */
const inputBytes = 400;

export class EmbeddingIntake {
  readonly #parts: EmbeddingIntakeParts;
  readonly #headers: RequestHeaders;
  readonly #opened: (body: Uint8Array) => OpenedBody;
  readonly #bodies: LRUCache<string, BodyReading>;

  constructor(parts: EmbeddingIntakeParts) {
    this.#parts = parts;
    const forHeaders = Math.max(1, Math.floor(parts.memoryBytes / 5));
    this.#headers = new RequestHeaders(parts.secret, forHeaders, new CompatHeaders(parts.compat));
    this.#opened = bodyOpener(parts.compat);
    this.#bodies = new LRUCache({ max: 10_000, maxSize: Math.max(1, parts.memoryBytes - forHeaders) });
  }

  /** Throws `RequestRejectedError`. */
  read(request: IncomingEmbedding): EmbeddingAsked {
    const { protocol, endpoint, query, body } = request;
    const headers = this.#headers.read(request);
    // Of each tenant its own: a body that is parsed already is answered sooner, which is nobody else's to notice.
    const bodyKey = `${headers.tenant} ${protocol.name}${endpoint}${contentDigest(body)}`;
    let reading = this.#bodies.get(bodyKey);
    let parsed: ParsedEmbeddingRequest | undefined;
    if (reading === undefined) {
      const opened = this.#opened(body);
      parsed = protocol.parseRequest(opened.body, endpoint);
      request.assertBody?.(opened.body);
      reading = readingOf(parsed, opened.ask);
    }
    const origin = request.originFor(reading.model);
    let { last } = reading;
    if (last === undefined || last.headers !== headers || last.originId !== origin.id || last.query !== query) {
      last = { headers, originId: origin.id, query, call: this.#call(request, origin.id, headers, reading, parsed) };
      const forInputs = inputBytes * reading.inputs.length;
      const size = fixedBytes + headers.size + 2 * (query.length + reading.characters) + forInputs;
      this.#bodies.set(bodyKey, { ...reading, last }, { size });
    }
    const { call } = last;
    const open = this.#opened;
    return {
      call,
      origin,
      parsed() {
        parsed ??= protocol.parseRequest(open(body).body, endpoint);
        return parsed;
      },
    };
  }

  /** By position, whether an input holds personal data that is for its user alone. Others are looked at when they are stored. */
  #ownInputs(request: IncomingEmbedding, policy: CallPolicy, parsed: ParsedEmbeddingRequest | undefined): boolean[] {
    if (!hasPersonalAction(policy, "user-scope")) return [];
    const { body, endpoint, protocol } = request;
    const { inputs } = parsed ?? protocol.parseRequest(this.#opened(body).body, endpoint);
    return inputs.map(({ canonical }) => isForUser(policy, kindsInRequest(canonical, policy)));
  }

  #call(
    request: IncomingEmbedding,
    origin: string,
    headers: HeaderReading,
    reading: BodyReading,
    parsed: ParsedEmbeddingRequest | undefined,
  ): EmbeddingCall {
    const { protocol, endpoint, query } = request;
    const { tenant } = headers;
    const directives = reading.ask === undefined ? headers.directives : narrowed(headers.directives, reading.ask);
    const { model, inputs, digests } = reading;
    const { namespace, tags, version } = directives;
    const user = directives.user ?? reading.user;
    const subject = { model, protocol: protocol.name, operation: protocol.operation, namespace, tenant, user, tags };
    const policy = this.#parts.rules.resolve(subject);
    const ofUser = userScope(user, request.principal?.user !== undefined);
    const isOwn = this.#ownInputs(request, policy, parsed);
    const scopes = new Map<string, { scope: VectorScope; keyOf: (digest: string) => string }>();
    const placeOf = (position: number) => {
      const { parameters } = inputs[position] as BatchInput;
      const whom = policy.perUser || isOwn[position] === true ? ofUser : "shared";
      const name = `${whom} ${parameters}`;
      const known = scopes.get(name);
      if (known !== undefined) return known;
      const scope: VectorScope = {
        whom,
        namespace,
        origin,
        family: protocol.family,
        query: readQuery(query, protocol.unkeyedParameters).keyed,
        version,
        model,
        parameters,
        headers: headers.keyed,
      };
      const place = { scope, keyOf: vectorKeys(this.#parts.secret, tenant, scope) };
      scopes.set(name, place);
      return place;
    };
    return {
      protocol,
      originId: origin,
      principal: { tenant, user },
      directives: taggedWith(directives, this.#parts.rules.tagsFor(subject)),
      policy,
      facts: { model },
      encoding: reading.encoding,
      shape: reading.shape,
      cacheable: reading.cacheable,
      inputs,
      slots: digests.map((digest, index) => placeOf(index).keyOf(digest)),
      originOf: (position) => ({
        digest: digests[position] as string,
        scope: placeOf(position).scope,
      }),
      target: endpoint + query,
      headers: headers.forwarded,
    };
  }
}

/** Without the texts, and with strings of their own: a slice of the request would keep the whole of it in memory. */
function readingOf(parsed: ParsedEmbeddingRequest, ask: OpenedBody["ask"]): BodyReading {
  const { model, user, encoding, shape, cacheable, inputs } = parsed;
  const kept = new Map<string, string>();
  const copy = (text: string): string => {
    const known = kept.get(text) ?? Buffer.from(text, "utf8").toString("utf8");
    kept.set(text, known);
    return known;
  };
  const texts = [model, user ?? "", ...inputs.map(({ parameters }) => parameters)];
  return {
    characters: [...new Set(texts)].reduce((sum, text) => sum + text.length, 0),
    model: copy(model),
    user: user === undefined ? undefined : copy(user),
    encoding,
    shape,
    cacheable,
    inputs: inputs.map(({ weight, tokens, dimensions, parameters }) => {
      return { weight, tokens, dimensions, parameters: copy(parameters) };
    }),
    digests: inputs.map(({ canonical }) => inputDigest(canonical)),
    ask,
    last: undefined,
  };
}
