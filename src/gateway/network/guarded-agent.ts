import dns, { type LookupAddress, type LookupOptions } from "node:dns";
import { Agent, buildConnector, type Dispatcher, fetch, type RequestInfo, type RequestInit } from "undici";
import { RepriseError } from "../../core/errors.ts";
import type { AddressKind } from "./address-kind.ts";
import { foreignKind, type GuardedHost, refusedKind } from "./network-guard.ts";

/**
 * Connections that lead only where they may. A name is resolved once for each connection, what comes of it is checked,
 * and the connection is made to what was checked: there is no second look-up that could give another answer.
 */

/** The name leads where it must not. The address itself is for the log, and not for callers. */
export class AddressRefusedError extends RepriseError {
  readonly host: string;
  readonly address: string;
  readonly kind: AddressKind;

  constructor(host: string, address: string, kind: AddressKind) {
    const meant = "Set allowPrivate for this upstream, or security.allowPrivateUpstreams, where that is meant.";
    super("address_refused", {
      message: `${host} leads to an address that is refused (${kind})`,
      remedy: kind === "metadata" || kind === "reserved" ? "Correct the name, or what answers for it." : meant,
    });
    this.host = host;
    this.address = address;
    this.kind = kind;
  }
}

export interface NetworkRules {
  /** Whether names may lead to private addresses whatever they are called. */
  readonly allowPrivate: boolean;
  /** Hears of each connection that was not made. */
  readonly onRefused?: ((error: AddressRefusedError) => void) | undefined;
}

type AgentOptions = Omit<Agent.Options, "connect" | "factory"> & { readonly connectTimeoutMs: number };

/** `named`: the host of the configuration, where answers could name others. */
export function guardedAgent(rules: NetworkRules, options: AgentOptions, named?: string): Agent {
  const { connectTimeoutMs, ...others } = options;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: guardedLookup(rules) as never,
  });
  const guarded: buildConnector.connector = (target, callback) => {
    const foreign = named === undefined ? undefined : foreignKind(target.hostname, named, rules.allowPrivate);
    if (foreign !== undefined) {
      const error = new AddressRefusedError(target.hostname, target.hostname, foreign);
      rules.onRefused?.(error);
      return callback(error, null);
    }
    return connect(target, callback);
  };
  return new Agent({ ...others, allowH2: false, connect: guarded });
}

type Found = (error: Error | null, address: string | readonly LookupAddress[], family?: number) => void;

/** As `net.connect` takes it. */
export function guardedLookup(rules: NetworkRules) {
  return (host: string, options: LookupOptions, found: Found): void => {
    dns.lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return found(error, []);
      const guarded: GuardedHost = { host, allowPrivate: rules.allowPrivate };
      const fit = addresses.filter(({ address }) => refusedKind(guarded, address) === undefined);
      const [first] = fit;
      if (first === undefined) {
        const { address } = addresses[0] ?? { address: "" };
        const refused = new AddressRefusedError(host, address, refusedKind(guarded, address) ?? "reserved");
        rules.onRefused?.(refused);
        return found(refused, []);
      }
      if (options.all === true) return found(null, fit);
      return found(null, first.address, first.family);
    });
  };
}

/** `fetch` over such connections; `url` is that of the configuration. What is closed is its idle connections. */
export function guardedFetch(rules: NetworkRules, url: string): typeof globalThis.fetch {
  const { hostname } = URL.parse(url) ?? { hostname: "" };
  let dispatcher: Dispatcher | undefined;
  const guarded = (input: RequestInfo, init?: RequestInit) => {
    dispatcher ??= guardedAgent(rules, { connectTimeoutMs: 10_000, keepAliveTimeout: 4_000 }, hostname);
    return fetch(input, { ...init, dispatcher });
  };
  return guarded as unknown as typeof globalThis.fetch;
}
