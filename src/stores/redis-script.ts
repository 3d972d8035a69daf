/**
 * A script that the server runs as one step. It is named by its SHA-1, and sent whole only to a server that does not know
 * it yet or any more (https://redis.io/docs/latest/develop/programmability/eval-intro/). All its keys carry one hash tag.
 */

import { createHash } from "node:crypto";
import type { RedisConnection } from "./redis-connection.ts";

export class RedisScript {
  readonly #text: string;
  readonly #digest: string;

  constructor(text: string) {
    this.#text = text.trim();
    this.#digest = createHash("sha1").update(this.#text).digest("hex");
  }

  /** Texts in the reply are buffers. */
  async run(
    { client }: RedisConnection,
    keys: readonly string[],
    args: readonly (string | number | Uint8Array)[],
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args.map(argumentOf)];
    try {
      return await client.callBuffer("evalsha", this.#digest, ...rest);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return client.callBuffer("eval", this.#text, ...rest);
    }
  }
}

function argumentOf(value: string | number | Uint8Array): string | number | Buffer {
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
