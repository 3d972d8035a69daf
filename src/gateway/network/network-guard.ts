import { isIP } from "node:net";
import { type AddressKind, addressKind } from "./address-kind.ts";

/**
 * Which addresses a host of the configuration may lead to. Whoever writes the configuration is trusted, so an address
 * that stands in it is taken as it is. A name is only as trustworthy as whoever answers for it: one of the public name
 * system may be made to lead into the private network (DNS rebinding), and is not followed there unless the configuration
 * says that it may. Names that the public name system cannot have, such as `vllm` or `gpu.internal`, may lead to private
 * addresses without more words, since only the own network answers for them. What hands out credentials of machines is
 * never reached by way of a name, but by its own.
 */

export interface GuardedHost {
  /** As `URL` gives it: an address, in brackets where it is one of IPv6, or a name in lower case. */
  readonly host: string;
  /** Whether it may lead to private addresses whatever it is called. */
  readonly allowPrivate: boolean;
}

/** Of what kind the address is where `host` must not be asked there. */
export function refusedKind({ host, allowPrivate }: GuardedHost, address: string): AddressKind | undefined {
  const name = bare(host);
  if (isIP(name) !== 0) return undefined;
  const kind = addressKind(address);
  switch (kind) {
    case "public":
      return undefined;
    case "metadata":
      return metadataNames.has(name) ? undefined : kind;
    case "reserved":
      return kind;
    default:
      return allowPrivate || isPrivateName(name) ? undefined : kind;
  }
}

/**
 * Of what kind a host is that did not come from the configuration, such as that of a redirect, and that must not be
 * asked: an address that is not public, or a name that leads into the own network without more words. `named`: the host
 * of the configuration, which may name itself. With `allowPrivate` other names may lead there, too; addresses may not.
 */
export function foreignKind(host: string, named: string, allowPrivate: boolean): AddressKind | undefined {
  const name = bare(host);
  if (name === bare(named)) return undefined;
  if (metadataNames.has(name)) return "metadata";
  const ofName = isPrivateName(name) && !allowPrivate ? "private" : "public";
  const kind = isIP(name) === 0 ? ofName : addressKind(name);
  return kind === "public" ? undefined : kind;
}

/** Names of services of metadata; who writes one of them means it. */
const metadataNames: ReadonlySet<string> = new Set(["metadata.google.internal", "metadata.goog", "metadata"]);

/**
 * Last labels that the public name system does not have and will not get: RFC 6761, RFC 6762, RFC 8375 (`home.arpa`),
 * ICANN's resolution on `internal`, and those that it keeps back since so many networks use them; and those of Kubernetes
 * and Consul.
 */
const privateSuffix =
  /(?:^|\.)(?:localhost|local|internal|home\.arpa|test|lan|home|corp|mail|intranet|private|localdomain|svc|consul)$/;

/** Whether only the own network can answer for a name. */
export function isPrivateName(name: string): boolean {
  const plain = bare(name);
  return !plain.includes(".") || privateSuffix.test(plain);
}

/** Without brackets, and without the dot that may end a name. */
function bare(host: string): string {
  return host.replace(/^\[|\]$|\.$/g, "").toLowerCase();
}
