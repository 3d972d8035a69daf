import type { Lease, Leases, Relay, RelayPage } from "../core/lease.ts";
import { chain } from "../core/maybe-promise.ts";
import { systemTenant } from "../core/scopes.ts";
import { allOf, type Sealer } from "../core/sealer.ts";
import type { SealedPlace } from "../core/sealing.ts";
import type { MaybePromise } from "../core/store.ts";

/**
 * Leases whose relay hands on nothing but sealed frames: what a process tells the others of an answer lies in the store for
 * some seconds. It is sealed with the key of whoever asked. A frame that does not open is not an answer: reading fails, and
 * the reader asks for itself. Each is sealed for its place in the relay: one that is missing, repeated or moved makes the
 * next one not open.
 */

export interface SealedLeasesOptions {
  readonly sealer: Sealer;
  readonly ready: () => MaybePromise<void>;
}

export function sealedLeases(leases: Leases, { sealer, ready }: SealedLeasesOptions): Leases {
  const { relay } = leases;
  const speeches = new Map<string, Speech>();
  const sealedRelay: Relay | undefined = relay && {
    append(lease, frames, keepMs) {
      const speech = speechOf(speeches, lease);
      const before = speech.frames;
      speech.frames += frames.length;
      const going = speech.last.then(async () => {
        await ready();
        const sealed = await allOf(
          frames.map((frame, index) => sealer.seal(placeOf(lease, before + index + 1), frame, lease.owner)),
        );
        await relay.append(lease, sealed, keepMs);
      });
      speech.last = going.catch(() => {});
      return going;
    },
    async read(lease, position): Promise<RelayPage> {
      await ready();
      const { before, inner } = readPosition(position);
      const page = await relay.read(lease, inner);
      const opening = page.frames.map((frame, index) =>
        chain(sealer.open(placeOf(lease, before + index + 1), frame), opened),
      );
      const frames = await allOf(opening);
      return { frames, position: `${before + frames.length}:${page.position}` };
    },
    watch: (lease, wake) => relay.watch(lease, wake),
    hasAudience: (lease) => relay.hasAudience(lease),
  };
  return {
    name: leases.name,
    acquire: (key, holdMs) => leases.acquire(key, holdMs),
    renew: (lease, holdMs) => leases.renew(lease, holdMs),
    release(lease, afterMs) {
      // Nothing more is said under it.
      speeches.delete(nameOf(lease));
      return leases.release(lease, afterMs);
    },
    holder: (key) => leases.holder(key),
    relay: sealedRelay,
    close: () => leases.close(),
  };
}

/** What this process has said under a lease. */
interface Speech {
  frames: number;
  /** Frames go one batch after the other: one that waits for its key would be overtaken otherwise. */
  last: Promise<void>;
}

/** Leases that were never given back, whose numbers are kept. */
const mostSpeeches = 10_000;

function speechOf(speeches: Map<string, Speech>, lease: Lease): Speech {
  const name = nameOf(lease);
  let speech = speeches.get(name);
  if (speech === undefined) {
    speech = { frames: 0, last: Promise.resolve() };
    speeches.set(name, speech);
    if (speeches.size > mostSpeeches) speeches.delete(speeches.keys().next().value as string);
  }
  return speech;
}

/** `number`: of the frame, from 1. */
function placeOf(lease: Lease, number: number): SealedPlace {
  return { tenant: systemTenant, key: `relay:${number}:${nameOf(lease)}` };
}

function nameOf({ key, fence }: Lease): string {
  return `${fence}:${key}`;
}

/** How many frames were read before, and the position in the relay behind the seal. */
function readPosition(position: string | undefined): { readonly before: number; readonly inner: string | undefined } {
  if (position === undefined) return { before: 0, inner: undefined };
  const end = position.indexOf(":");
  return { before: Number(position.slice(0, end)), inner: position.slice(end + 1) };
}

function opened(frame: { readonly value: Uint8Array } | undefined): Uint8Array {
  if (frame === undefined) throw new Error("a frame of the relay cannot be opened");
  return frame.value;
}
