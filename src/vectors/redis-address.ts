import { InvalidOptionError } from "../core/errors.ts";
import { type RedisAddress, readRedisUrl } from "../stores/redis-url.ts";

/**
 * An address of Redis at which vectors can be kept: the search engine indexes database 0 alone, and one server.
 *
 * @throws InvalidOptionError
 */
export function readVectorsAddress(url: string): RedisAddress {
  const address = readRedisUrl(url);
  if (address.kind !== "cluster" && address.database === 0) return address;
  throw new InvalidOptionError("vectors", {
    message: "names no single server, or another database than 0, which alone the search engine indexes",
    remedy: "name one server and no database",
  });
}
