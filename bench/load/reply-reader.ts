/**
 * Reads replies of HTTP/1.1 off a connection, no further than a load generator needs: status, length, where the body
 * begins and where it ends, for a body of known length or in chunks (RFC 9112 sections 6 and 7.1).
 */
export class ReplyReader {
  status = 0;
  bodyBytes = 0;
  /** The body in full, where it is wanted. */
  readonly body: Buffer[] = [];
  head = "";
  readonly #keepBody: boolean;
  #pending: Buffer = Buffer.alloc(0);
  #state: "head" | "body" | "size" | "chunk" | "trailer" | "done" = "head";
  /** Bytes of the body, or of the chunk with its line end, that have not come yet. */
  #left = 0;

  constructor(keepBody = false) {
    this.#keepBody = keepBody;
  }

  get hasBodyByte(): boolean {
    return this.bodyBytes > 0;
  }

  reset(): void {
    this.status = 0;
    this.bodyBytes = 0;
    this.body.length = 0;
    this.head = "";
    this.#pending = Buffer.alloc(0);
    this.#state = "head";
    this.#left = 0;
  }

  /** True when the reply is complete. Throws on what is not a reply. */
  push(chunk: Buffer): boolean {
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const used = this.#step(bytes);
      bytes = bytes.subarray(used);
      if (this.#state === "done") {
        if (bytes.length > 0) throw new Error(`${bytes.length} bytes behind the end of a reply`);
        return true;
      }
      if (used === 0 || bytes.length === 0) break;
    }
    this.#pending = bytes;
    return false;
  }

  #step(bytes: Buffer): number {
    if (this.#state === "head") return this.#readHead(bytes);
    if (this.#state === "size" || this.#state === "trailer") return this.#readLine(bytes);
    const size = Math.min(this.#left, bytes.length);
    // The line end behind a chunk is not part of the body.
    const own = this.#state === "chunk" ? Math.max(0, Math.min(size, this.#left - 2)) : size;
    this.bodyBytes += own;
    if (this.#keepBody && own > 0) this.body.push(bytes.subarray(0, own));
    this.#left -= size;
    if (this.#left === 0) this.#state = this.#state === "body" ? "done" : "size";
    return size;
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    this.head = bytes.toString("latin1", 0, end).toLowerCase();
    this.status = Number(this.head.slice(9, 12));
    if (!this.head.startsWith("http/1.1 ")) throw new Error("not a reply of HTTP/1.1");
    const length = /\r\ncontent-length: *(\d+)/.exec(this.head)?.[1];
    if (length !== undefined) {
      this.#left = Number(length);
      this.#state = this.#left === 0 ? "done" : "body";
    } else if (/\r\ntransfer-encoding: *chunked/.test(this.head)) this.#state = "size";
    else throw new Error("a reply without length");
    return end + 4;
  }

  #readLine(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n");
    if (end < 0) return 0;
    if (this.#state === "trailer") {
      if (end === 0) this.#state = "done";
      return end + 2;
    }
    const size = Number.parseInt(bytes.toString("latin1", 0, end), 16);
    this.#left = size + 2;
    this.#state = size === 0 ? "trailer" : "chunk";
    return end + 2;
  }
}
