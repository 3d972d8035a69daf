import type { Bus } from "../../core/bus.ts";
import type { CancelTimer, Clock } from "../../core/clock.ts";
import { contentDigest } from "../../core/fingerprint.ts";
import type { ReplicaBacklog } from "../../layers/prefix/routing/peer-loads.ts";
import { mostNames, type PoolMessage, readPoolMessage, writePoolMessage } from "./pool-message.ts";

/**
 * Keeps a pool that several gateways share in balance. Each tells the others over the bus, some times a second while it has
 * calls, what it has waiting at each replica and which blocks of prompts it sent where; the others reckon with it. A message
 * that is lost makes what is known older, and nothing else. The more gateways there are the more rarely each speaks, so that
 * what each has to hear stays bounded.
 */

/** What gateways have in common that share a bus. */
export interface PoolTalk {
  readonly bus: Bus;
  /** A random id of this process. */
  readonly from: string;
  /** A secret that all of them know: names of blocks are told over servers that others may read. */
  readonly salt: string;
}

/** What is told and heard. */
export interface SharedRouting {
  backlog(replica: number, nowMs: number): ReplicaBacklog;
  hear(peer: string, backlogs: readonly (ReplicaBacklog | undefined)[], nowMs: number): void;
  heardPlaced(replica: number, names: readonly number[]): void;
}

export interface PoolGossipParts {
  readonly talk: PoolTalk;
  readonly clock: Clock;
  /** Stands for the pool with all gateways. */
  readonly id: string;
  readonly urls: readonly string[];
  /** `undefined`: the routing goes by nothing that others could tell. */
  readonly routing: SharedRouting | undefined;
  /** The replicas that drain, as far as it is known here. */
  readonly draining: () => readonly number[];
  readonly onDrained: (replica: number, isDraining: boolean) => void;
}

const everyMs = 200;
/** For each other gateway that was heard lately: nobody hears more than a hundred messages a second. */
const moreForEachMs = 10;
const lateMs = 30_000;
/** A bus may take a while until it brings what others say, so they are asked more than once. */
const askAtMs = [0, 1_000, 5_000];
/** Of what was sent since the last telling; earlier ones are left out. */
const mostPlaced = 10 * mostNames;

export class PoolGossip {
  readonly #parts: PoolGossipParts;
  readonly #topic: string;
  readonly #of: string;
  /** Own indexes of replicas, by their place in the common order, and the other way round. */
  readonly #order: readonly number[];
  readonly #places: readonly number[];
  readonly #heardAt = new Map<string, number>();
  readonly #stop: () => void;
  #placed: (readonly [replica: number, names: readonly number[]])[] = [];
  #names = 0;
  #timer: CancelTimer | undefined;
  /** Cancels the questions that are to come. */
  readonly #questions: readonly CancelTimer[];
  #answer: CancelTimer | undefined;
  /** Replicas of which another has said, since somebody asked, that they drain. */
  readonly #answered = new Set<number>();
  #isEnded = false;

  constructor(parts: PoolGossipParts) {
    const { urls, id, talk } = parts;
    this.#parts = parts;
    this.#topic = `pool ${id}`;
    this.#order = urls.map((_, index) => index).sort((a, b) => ((urls[a] as string) < (urls[b] as string) ? -1 : 1));
    this.#places = urls.map((_, index) => this.#order.indexOf(index));
    this.#of = contentDigest(this.#order.map((index) => urls[index]).join("\n"));
    this.#stop = talk.bus.subscribe({
      heard: (message) => {
        if (message.kind === "said" && message.topic === this.#topic) this.#hear(message.text);
      },
      missed: () => {},
    });
    // What drains was told when it began, and is told again to whoever comes later.
    this.#questions = askAtMs.map((ms) => parts.clock.after(ms, () => void this.#say([{ ...this.#head, asks: true }])));
  }

  /** A prompt with these blocks was sent there. */
  placed(replica: number, names: readonly number[]): void {
    if (this.#parts.routing === undefined || this.#isEnded) return;
    const told = names.slice(0, mostNames);
    this.#placed.push([this.#places[replica] as number, told]);
    this.#names += told.length;
    while (this.#names > mostPlaced) this.#names -= (this.#placed.shift() as [number, readonly number[]])[1].length;
    this.#arm();
  }

  /** Resolves when the others have been told, as far as they can be. */
  drained(replica: number, isDraining: boolean): Promise<void> {
    return this.#say([{ ...this.#head, drained: [this.#places[replica] as number, isDraining] }]);
  }

  end(): void {
    this.#isEnded = true;
    this.#timer?.();
    this.#answer?.();
    for (const cancel of this.#questions) cancel();
    this.#stop();
  }

  get #head(): Pick<PoolMessage, "from" | "of"> {
    return { from: this.#parts.talk.from, of: this.#of };
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#isEnded) return;
    const now = this.#parts.clock.monotonic();
    for (const [peer, at] of this.#heardAt) if (now - at > lateMs) this.#heardAt.delete(peer);
    const forMs = Math.max(everyMs, moreForEachMs * this.#heardAt.size);
    this.#timer = this.#parts.clock.after(forMs, () => {
      this.#timer = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const { routing, clock } = this.#parts;
    if (routing === undefined) return;
    const loads = this.#order.flatMap((index, place) => {
      const { queued, inFlight } = routing.backlog(index, clock.monotonic());
      return inFlight === 0 ? [] : [[place, Math.round(queued), inFlight] as const];
    });
    void this.#say([{ ...this.#head, loads }, ...this.#pages().map((placed) => ({ ...this.#head, placed }))]);
    // Until it has told that nothing is left.
    if (loads.length > 0) this.#arm();
  }

  /** What was sent since the last time, in pieces that every bus can carry. */
  #pages(): readonly (readonly (readonly [number, readonly number[]])[])[] {
    const pages: (readonly [number, readonly number[]])[][] = [];
    let room = 0;
    for (const one of this.#placed) {
      if (room < one[1].length + 1) {
        pages.push([]);
        room = mostNames + 1;
      }
      pages.at(-1)?.push(one);
      room -= one[1].length + 1;
    }
    this.#placed = [];
    this.#names = 0;
    return pages;
  }

  /** Those that are known to each other answer in turn, and only what none has said before. */
  #reply(): void {
    const { draining, clock, talk } = this.#parts;
    if (this.#answer !== undefined || this.#isEnded || draining().length === 0) return;
    this.#answered.clear();
    const before = [...this.#heardAt.keys()].filter((peer) => peer < talk.from).length;
    this.#answer = clock.after(moreForEachMs * before, () => {
      this.#answer = undefined;
      const untold = draining().filter((replica) => !this.#answered.has(replica));
      void this.#say(untold.map((replica) => ({ ...this.#head, drained: [this.#places[replica] as number, true] })));
    });
  }

  async #say(messages: readonly PoolMessage[]): Promise<void> {
    const { bus } = this.#parts.talk;
    try {
      // One after the other: some servers bound what goes out at once.
      for (const message of messages)
        await bus.publish([{ kind: "said", topic: this.#topic, text: writePoolMessage(message) }]);
    } catch {
      // The others only know less.
    }
  }

  #hear(text: string): void {
    const { routing, urls, clock, talk, onDrained } = this.#parts;
    const message = readPoolMessage(text, urls.length);
    if (message === undefined || message.of !== this.#of || message.from === talk.from) return;
    const { from, loads, placed = [], asks, drained } = message;
    const now = clock.monotonic();
    this.#heardAt.set(from, now);
    if (loads !== undefined) {
      const backlogs: (ReplicaBacklog | undefined)[] = Array(urls.length).fill(undefined);
      for (const [place, queued, inFlight] of loads) backlogs[this.#order[place] as number] = { queued, inFlight };
      routing?.hear(from, backlogs, now);
    }
    for (const [place, names] of placed) routing?.heardPlaced(this.#order[place] as number, names);
    if (asks === true) this.#reply();
    if (drained?.[1] === true) this.#answered.add(this.#order[drained[0]] as number);
    if (drained !== undefined) onDrained(this.#order[drained[0]] as number, drained[1]);
  }
}
