import { hash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { MaybePromise } from "../../core/store.ts";
import type { ContentCoding } from "../../layers/edge/content-coding.ts";

/** One coding of a document. Its tag is of its bytes, so that no two of them share one (RFC 9110 section 8.8.3.3). */
export interface CodedDocument {
  readonly coding: ContentCoding;
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Less is one packet either way, and a cache that keeps it packed has to unpack it for whoever does not take it so. */
const leastBytes = 1_024;

/** What is answered at a URL of the edge; each coding of it is made when it is first wanted. */
export class EdgeDocument {
  readonly mediaType: string;
  readonly #bytes: Uint8Array;
  readonly #coded = new Map<ContentCoding, MaybePromise<CodedDocument>>();

  constructor(mediaType: string, bytes: Uint8Array) {
    this.mediaType = mediaType;
    this.#bytes = bytes;
  }

  in(wanted: ContentCoding): MaybePromise<CodedDocument> {
    const coding = this.#bytes.length < leastBytes ? "identity" : wanted;
    const known = this.#coded.get(coding);
    if (known !== undefined) return known;
    const coded = coding === "identity" ? codedAs(coding, this.#bytes) : this.#compress(coding);
    this.#coded.set(coding, coded);
    return coded;
  }

  async #compress(coding: "br" | "gzip"): Promise<CodedDocument> {
    const coded = codedAs(coding, await compressors[coding](this.#bytes));
    this.#coded.set(coding, coded);
    return coded;
  }
}

const compressors = {
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 9 }),
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
};

function codedAs(coding: ContentCoding, bytes: Uint8Array): CodedDocument {
  return { coding, bytes, etag: `"sha256-${hash("sha256", bytes, "base64url")}"` };
}
