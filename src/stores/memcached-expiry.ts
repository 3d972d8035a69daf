/**
 * When Memcached is to forget an item. It counts in whole seconds, takes up to 30 days as a span from now and more as an
 * instant since the epoch, and may drop what has one second left at once. So the item itself says when it dies, to the
 * millisecond, and what the server is told is never earlier: it only frees the room.
 *
 * https://github.com/memcached/memcached/blob/master/doc/protocol.txt, "Expiration times"
 */

const longestSpanSeconds = 60 * 60 * 24 * 30;
/** The server keeps 32 bits; what is to live longer lives until it is evicted. */
const lastInstantSeconds = 0x7fff_ffff;
const never = 0;

/** The number for the server; `undefined` for what is dead already. */
export function serverExpiry(deleteAt: number, now: number): number | undefined {
  if (deleteAt <= now) return undefined;
  const span = Math.ceil((deleteAt - now) / 1_000) + 1;
  if (span <= longestSpanSeconds) return span;
  const instant = Math.ceil(deleteAt / 1_000) + 1;
  return instant <= lastInstantSeconds ? instant : never;
}
