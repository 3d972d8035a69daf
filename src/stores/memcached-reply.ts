/**
 * The replies of a Memcached server, cut out of the stream of bytes.
 *
 * A reply is a line; `VA <length> <flags>` is followed by that many bytes and a line end. Values are never looked at
 * as text, so every byte comes back as it was sent. While a value is incomplete its pieces are only counted, and put
 * together once, so that a large value costs one copy and not one for each packet.
 *
 * The protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt, "Meta Commands".
 */

export interface MemcachedReply {
  /** `HD`, `VA`, `EN`, `NS`, `EX`, `NF`, `MN`, or a word of the older commands such as `STAT`, `END`, `STORED`. */
  readonly code: string;
  /** What stands behind the code in the line. */
  readonly rest: string;
  readonly value: Uint8Array | undefined;
}

/** What came is no reply; nothing behind it can be trusted. */
export class MalformedReplyError extends Error {}

const longestLine = 8_192;
const lineEnd = Buffer.from("\r\n");

export class MemcachedReplyReader {
  readonly #onReply: (reply: MemcachedReply) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Fewer bytes than this are no whole reply. */
  #needed = 0;

  constructor(onReply: (reply: MemcachedReply) => void) {
    this.#onReply = onReply;
  }

  /** Throws `MalformedReplyError`. */
  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length < this.#needed) return;
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#length);
    this.#needed = 0;
    const rest = bytes.subarray(this.#cut(bytes));
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }

  /** Hands out every whole reply; returns where the first incomplete one begins. */
  #cut(bytes: Buffer): number {
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(lineEnd, at);
      if (end === -1) {
        if (bytes.length - at > longestLine) throw new MalformedReplyError("a line without an end");
        return at;
      }
      const line = bytes.toString("latin1", at, end);
      const next = end + lineEnd.length;
      const [code, rest] = splitOnce(line);
      if (code !== "VA") {
        this.#onReply({ code, rest, value: undefined });
        at = next;
        continue;
      }
      const [size, flags] = splitOnce(rest);
      if (!/^\d{1,10}$/.test(size)) throw new MalformedReplyError("a value without a length");
      const valueEnd = next + Number(size);
      if (bytes.length < valueEnd + lineEnd.length) {
        this.#needed = valueEnd + lineEnd.length - at;
        return at;
      }
      if (!bytes.subarray(valueEnd, valueEnd + lineEnd.length).equals(lineEnd)) {
        throw new MalformedReplyError("a value that does not end where it should");
      }
      this.#onReply({ code, rest: flags, value: bytes.subarray(next, valueEnd) });
      at = valueEnd + lineEnd.length;
    }
  }
}

function splitOnce(line: string): readonly [string, string] {
  const space = line.indexOf(" ");
  return space === -1 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}
