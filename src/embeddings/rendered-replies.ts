import { LRUCache } from "lru-cache";
import type { VectorReply } from "../core/embedding-protocol.ts";

/**
 * Replies of vectors as they were written for the calls that came lately. Writing the decimals of one vector costs many
 * times what it costs to look it up, so the reply is kept while it is asked for, within a bound of its own. What a reply
 * is made of is looked up anew each time: only if all of it is the same, the same vectors in memory above all, is it
 * handed out again.
 */

interface Rendered {
  readonly reply: VectorReply;
  readonly body: Uint8Array;
}

/** Of the call and what belongs to it. */
const overheadBytes = 2_000;

export class RenderedReplies {
  readonly #kept: LRUCache<object, Rendered>;

  /** `maxBytes`: what is kept may hold on to this much; a reply larger than a sixteenth of it is written each time. Default 16 MiB. */
  constructor(maxBytes = 16 * 1024 * 1024) {
    this.#kept = new LRUCache({ maxSize: maxBytes, maxEntrySize: Math.max(1, Math.floor(maxBytes / 16)) });
  }

  /** `reply` to `call`, which is the same object when it is asked again, as `render` writes it. */
  of(call: object, reply: VectorReply, render: (reply: VectorReply) => Uint8Array): Uint8Array {
    const known = this.#kept.get(call);
    if (known !== undefined && isSame(known.reply, reply)) return known.body;
    const body = fitting(render(reply));
    // With each vector the entry is kept that it stands in.
    const held = reply.vectors.reduce((sum, vector) => sum + vector.buffer.byteLength, 0);
    this.#kept.set(call, { reply, body }, { size: overheadBytes + body.buffer.byteLength + held });
    return body;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#kept.clear();
  }
}

/** A writer reckons with the longest decimals; what it did not need is not to be kept. */
function fitting(body: Uint8Array): Uint8Array {
  return body.length * 1.25 < body.buffer.byteLength ? new Uint8Array(body) : body;
}

function isSame(one: VectorReply, other: VectorReply): boolean {
  return (
    one.model === other.model &&
    one.encoding === other.encoding &&
    one.shape === other.shape &&
    one.vectors.length === other.vectors.length &&
    one.vectors.every((vector, index) => vector === other.vectors[index]) &&
    one.tokens.every((count, index) => count === other.tokens[index])
  );
}
