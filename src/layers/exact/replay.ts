import { LRUCache } from "lru-cache";
import type { Entry } from "../../core/entry.ts";
import type { Protocol, ReplayView } from "../../core/protocol.ts";
import type { Recording } from "../../core/recording.ts";

/**
 * Plays a stored recording in the form its caller wants. A JSON recording for a JSON caller is the stored bytes
 * themselves; anything else is worked out once and kept while it is wanted, within a bound of its own.
 */
export class Replayer {
  readonly #played: LRUCache<Uint8Array, Map<number, Uint8Array>>;

  /** `maxBytes`: what converted replays may take in memory; default 32 MiB. */
  constructor(maxBytes = 32 * 1024 * 1024) {
    this.#played = new LRUCache({ maxSize: maxBytes });
  }

  play(entry: Entry, protocol: Protocol, stream: boolean, view: ReplayView): Uint8Array {
    if (!stream && entry.form === "json" && !view.zeroUsage) return entry.body;
    const key = (stream ? 1 : 0) | (view.includeUsage ? 2 : 0) | (view.zeroUsage ? 4 : 0);
    const known = this.#played.get(entry.body);
    const ready = known?.get(key);
    if (ready !== undefined) return ready;
    const recording: Recording = {
      form: entry.form === "events" ? "events" : "json",
      body: entry.body,
      model: undefined,
      usage: undefined,
    };
    const played = stream ? protocol.replayEvents(recording, view) : protocol.replayJson(recording, view);
    const replays = new Map(known).set(key, played);
    let size = entry.body.length + 1;
    for (const replay of replays.values()) size += replay.length;
    this.#played.set(entry.body, replays, { size });
    return played;
  }

  /** Forgets what was worked out. */
  clear(): void {
    this.#played.clear();
  }
}
