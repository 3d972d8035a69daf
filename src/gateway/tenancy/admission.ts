import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { AskedBy } from "../../core/asked-by.ts";
import type { AuthFault } from "../../core/auth-fault.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { chain } from "../../core/maybe-promise.ts";
import type { MaybePromise } from "../../core/store.ts";
import { readQuery } from "../../policy/scope.ts";
import type { TenancySettings } from "../../tenancy-options.ts";
import { isCredential, withoutCredentials } from "./caller-fields.ts";
import { ProxyWord } from "./proxy-word.ts";
import { shownKey } from "./shown-key.ts";
import type { KeyCheck, VirtualKeys } from "./virtual-keys.ts";

/**
 * Who asks, before anything else is done about a request: before its body is read, and long before the cache is asked. In
 * each mode whoever is not let in hears the same, so that nobody learns which part of what he shows is right.
 */

/** What is looked at. */
export type KnockingRequest = Pick<IncomingMessage, "rawHeaders" | "url"> & {
  readonly socket?: Pick<TLSSocket, "authorized"> | object;
};

/** Somebody who is let in. */
export interface Admitted {
  readonly principal: AskedBy | undefined;
  /** His request without what he showed. */
  readonly rawHeaders: readonly string[];
}

export interface AdmissionParts {
  readonly keys: Pick<VirtualKeys, "check">;
  readonly onRefused: (fault: AuthFault) => void;
}

export interface Admission {
  /** Throws, or rejects with, `RequestRejectedError` for who is not let in. */
  admit(request: KnockingRequest): MaybePromise<Admitted>;
}

/** `undefined` where everybody is, and the credentials of each tell who he is. */
export function admissionOf(settings: TenancySettings, parts: AdmissionParts): Admission | undefined {
  const refuse = (fault: AuthFault, error: RequestRejectedError): never => {
    parts.onRefused(fault);
    throw error;
  };
  switch (settings.mode) {
    case "keys":
      return { admit: (request) => byKey(parts, request, refuse) };
    case "header": {
      const word = new ProxyWord(settings.header);
      return { admit: (request) => byProxy(word, request, refuse) };
    }
    case "credential":
      return settings.anonymous === "allow" ? undefined : { admit: (request) => byAnyCredential(request, refuse) };
  }
}

type Refuse = (fault: AuthFault, error: RequestRejectedError) => never;

function byKey({ keys }: AdmissionParts, request: KnockingRequest, refuse: Refuse): MaybePromise<Admitted> {
  const { rawHeaders, url = "" } = request;
  const shown = shownKey(rawHeaders, url);
  if (shown.kind === "refused") return refuse(shown.fault, notTaken());
  return chain(keys.check(shown.text), (check: KeyCheck) => {
    if (check.kind === "unavailable") return refuse("unavailable", notNow());
    if (check.kind === "refused") return refuse(check.fault, notTaken());
    return { principal: check.askedBy, rawHeaders: withoutCredentials(rawHeaders, nothingElse) };
  });
}

const nothingElse: ReadonlySet<string> = new Set();

function byProxy(word: ProxyWord, request: KnockingRequest, refuse: Refuse): Admitted {
  const { rawHeaders, url = "", socket } = request;
  const heard = word.read(rawHeaders, isVerified(socket));
  if (heard.kind === "unproven") return refuse("unproven", notProven());
  if (heard.kind === "wrong") return refuse("unnamed", notNamed(heard.field, heard.rule));
  if (queryCredentials(url).length > 0) {
    const message = "A credential in the query is not sent on: the upstream gets that of the configuration.";
    return refuse("misplaced", new RequestRejectedError({ code: "credential_in_query", message }));
  }
  return { principal: heard.askedBy, rawHeaders: withoutCredentials(rawHeaders, word.fields) };
}

/** Node has verified the certificate of the other end. */
function isVerified(socket: KnockingRequest["socket"]): boolean {
  return (socket as Partial<TLSSocket> | undefined)?.authorized === true;
}

function byAnyCredential({ rawHeaders, url = "" }: KnockingRequest, refuse: Refuse): Admitted {
  const isShown = rawHeaders.some(
    (name, index) => index % 2 === 0 && rawHeaders[index + 1] !== "" && isCredential(name.toLowerCase()),
  );
  if (!isShown && queryCredentials(url).length === 0) return refuse("anonymous", notTaken());
  return { principal: undefined, rawHeaders };
}

function queryCredentials(url: string): readonly string[] {
  const queryAt = url.indexOf("?");
  return queryAt < 0 ? [] : readQuery(url.slice(queryAt), []).credentials;
}

function notTaken(): RequestRejectedError {
  return new RequestRejectedError({
    status: 401,
    code: "invalid_api_key",
    message: "This request shows no API key that is taken here.",
    remedy: "Show one, in the field in which your SDK sends it, and in no other place.",
    // RFC 9110 section 11.6.1.
    fields: { "www-authenticate": 'Bearer realm="reprise"' },
  });
}

function notProven(): RequestRejectedError {
  return new RequestRejectedError({
    status: 401,
    code: "unproven_proxy",
    message: "Requests are taken from the proxy in front of this gateway alone, which proves that it is the one.",
    fields: { "www-authenticate": 'Bearer realm="reprise proxy"' },
  });
}

function notNamed(field: string, rule: string): RequestRejectedError {
  return new RequestRejectedError({
    status: 401,
    code: "tenant_not_named",
    param: field,
    message: `The proxy names in ${field} who asks: it ${rule}.`,
    fields: { "www-authenticate": 'Bearer realm="reprise proxy"' },
  });
}

/** Nobody knows whether the key still counts, so it does not. */
function notNow(): RequestRejectedError {
  return new RequestRejectedError({
    status: 503,
    code: "keys_unavailable",
    message: "API keys cannot be checked at the moment. Ask again in some seconds.",
    fields: { "retry-after": "1" },
  });
}
