/**
 * What the holder of a lease says, in a stream of Redis (https://redis.io/docs/latest/develop/data-types/streams/), one
 * for each lease, in the slot of the lease. The frames are numbered from 1 in their ids, so a reader notices when the
 * server has lost some; it never takes what is behind a gap for the continuation.
 *
 * A reader is given a page of bounded size, and is counted as audience by the same script. It is woken over a channel of
 * the lease, on the one connection that this process listens on. In a Cluster the server that has the stream cannot speak
 * on that channel, which is in another slot: there the wake-up follows the frames.
 */

import type { Lease, Relay, RelayPage } from "../core/lease.ts";
import { audienceMs } from "../core/lease.ts";
import type { RedisChannels } from "./redis-channels.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { RedisScript } from "./redis-script.ts";

/** Of more, the oldest go; who reads so far behind finds a gap. */
const mostFrames = 200_000;
/** A page ends with the frame that reaches it. */
const pageBytes = 512 * 1024;
/** Leases that were never given back, whose numbers are kept. */
const mostCounts = 10_000;

/** Who lacks a right finds that out before the first frame, not when others have begun to hand it on. */
const append = new RedisScript(`
local first = tonumber(ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if redis.call('EXISTS', KEYS[1]) == 0 and first > 1 then return redis.error_reply('ERR the relay is gone') end
for i = 5, #ARGV do
  local id = string.format('%.0f-0', first + i - 5)
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], id, 'f', ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if ARGV[4] ~= '' then redis.pcall('PUBLISH', ARGV[4], '') end
return 1`);

const read = new RedisScript(`
redis.pcall('SET', KEYS[2], '1', 'PX', ARGV[2])
local page, size, from = {}, 0, ARGV[1]
repeat
  local some = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 16)
  for _, entry in ipairs(some) do
    page[#page + 1] = entry[1]
    page[#page + 1] = entry[2][2]
    size = size + #entry[2][2]
    from = '(' .. entry[1]
    if size >= tonumber(ARGV[3]) then break end
  end
until #some < 16 or size >= tonumber(ARGV[3])
return page`);

/** Ids and frames in turn; the first is the one behind `before`. */
function framesOf(page: unknown, before: number): readonly Buffer[] {
  if (!Array.isArray(page)) throw new Error("a page of the relay is none");
  const frames: Buffer[] = [];
  for (let index = 0; index < page.length; index += 2) {
    const [id, frame] = page.slice(index, index + 2) as readonly unknown[];
    if (!Buffer.isBuffer(id) || !Buffer.isBuffer(frame) || id.toString("latin1") !== `${before + frames.length + 1}-0`)
      throw new Error("frames of the relay are missing");
    frames.push(frame);
  }
  return frames;
}

export interface RedisRelayOptions {
  readonly connection: RedisConnection;
  readonly channels: RedisChannels;
  /** The name of the lease of a key. */
  readonly nameOf: (key: string) => string;
}

/** What this process has said under a lease. */
interface Speech {
  frames: number;
  /** Frames go one batch after the other: a script that has to be sent whole is overtaken otherwise. */
  last: Promise<void>;
}

export class RedisRelay implements Relay {
  readonly #options: RedisRelayOptions;
  readonly #speeches = new Map<string, Speech>();
  readonly #stops = new Set<() => void>();

  constructor(options: RedisRelayOptions) {
    this.#options = options;
  }

  append(lease: Lease, frames: readonly Uint8Array[], keepMs: number): Promise<void> {
    const speech = this.#speech(lease);
    const first = speech.frames + 1;
    speech.frames += frames.length;
    const going = speech.last.then(() => this.#append(lease, first, frames, keepMs));
    speech.last = going.catch(() => {});
    return going;
  }

  async read(lease: Lease, position: string | undefined): Promise<RelayPage> {
    const before = Number(position ?? 0);
    const keys = [this.#nameOf(lease), this.#audienceOf(lease)];
    return this.#options.connection.ask("read", async () => {
      const page = await read.run(this.#options.connection, keys, [`(${before}-0`, audienceMs, pageBytes]);
      const frames = framesOf(page, before);
      return { frames, position: String(before + frames.length) };
    });
  }

  watch(lease: Lease, wake: () => void): () => void {
    // Something may have been said before the watch began.
    const stopListening = this.#options.channels.listen(this.#channelOf(lease), { heard: wake, begun: wake });
    const stop = (): void => {
      this.#stops.delete(stop);
      stopListening();
    };
    this.#stops.add(stop);
    return stop;
  }

  async hasAudience(lease: Lease): Promise<boolean> {
    const { client } = this.#options.connection;
    return (await this.#options.connection.ask("audience", () => client.exists(this.#audienceOf(lease)))) === 1;
  }

  /** The lease is given back: nothing more is said under it. */
  ended(lease: Lease): void {
    this.#speeches.delete(this.#nameOf(lease));
  }

  close(): void {
    for (const stop of [...this.#stops]) stop();
    this.#speeches.clear();
  }

  async #append(lease: Lease, first: number, frames: readonly Uint8Array[], keepMs: number): Promise<void> {
    const { channels, connection } = this.#options;
    const channel = this.#channelOf(lease);
    const isCluster = connection.cluster !== undefined;
    const args = [first, Math.ceil(keepMs), mostFrames, isCluster ? "" : channel, ...frames];
    await connection.ask("append", () => append.run(connection, [this.#nameOf(lease)], args));
    // Whoever is not woken looks by itself.
    if (isCluster) channels.publish(channel, "").catch(() => {});
  }

  #speech(lease: Lease): Speech {
    const name = this.#nameOf(lease);
    let speech = this.#speeches.get(name);
    if (speech === undefined) {
      speech = { frames: 0, last: Promise.resolve() };
      this.#speeches.set(name, speech);
      if (this.#speeches.size > mostCounts) this.#speeches.delete(this.#speeches.keys().next().value as string);
    }
    return speech;
  }

  #nameOf({ key, fence }: Lease): string {
    return `${this.#options.nameOf(key)}:${fence}`;
  }

  #audienceOf(lease: Lease): string {
    return `${this.#nameOf(lease)}:heard`;
  }

  #channelOf(lease: Lease): string {
    return `${this.#options.channels.common}:${this.#nameOf(lease)}`;
  }
}
