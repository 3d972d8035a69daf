import { invalidUrl } from "./invalid-url.ts";
import type { MemcachedAddress } from "./memcached-connection.ts";
import type { MemcachedCredentials } from "./memcached-server.ts";

/** The URL of Memcached servers. It may name several, which `URL` does not know, so each is read by itself. */

export interface MemcachedUrl {
  readonly addresses: readonly MemcachedAddress[];
  readonly credentials: MemcachedCredentials | undefined;
}

const usualPort = 11_211;
const form = "memcached://HOST:PORT, or several as memcached://HOST:PORT,HOST:PORT";

/** Throws `InvalidOptionError`, which repeats no credentials. */
export function readMemcachedUrl(text: string): MemcachedUrl {
  const [, authority = ""] = /^memcached:\/\/([^/?#]*)\/?$/.exec(text) ?? [];
  const at = authority.lastIndexOf("@");
  const hosts = authority.slice(at + 1).split(",");
  try {
    const addresses = hosts.map(readAddress);
    const user = at === -1 ? undefined : new URL(`memcached://${authority.slice(0, at)}@host`);
    const credentials =
      user === undefined
        ? undefined
        : { username: decodeURIComponent(user.username), password: decodeURIComponent(user.password) };
    return { addresses: unique(addresses), credentials };
  } catch {
    throw invalidUrl("names no Memcached server", `write ${form}`);
  }
}

function readAddress(host: string): MemcachedAddress {
  const { hostname, port, pathname } = new URL(`memcached://${host}`);
  if (hostname === "" || pathname !== "") throw new Error(host);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usualPort : Number(port) };
}

function unique(addresses: readonly MemcachedAddress[]): readonly MemcachedAddress[] {
  return [...new Map(addresses.map((address) => [`${address.host} ${address.port}`, address])).values()];
}
