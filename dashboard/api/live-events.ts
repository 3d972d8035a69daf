import type { z } from "zod";
import type { callEventSchema } from "../../src/gateway/admin/events-route.ts";
import { Store } from "../shell/store.ts";
import type { AdminClient } from "./admin-client.ts";
import { waitBeforeMs } from "./back-off.ts";
import { connection, connectionLost } from "./connection.ts";
import { EventParser, type ServerEvent } from "./event-parser.ts";
import { Failure } from "./failure.ts";
import { endIfRefused, session } from "./session.ts";

/**
 * What the gateway tells by itself. Read through fetch, since an EventSource cannot send the token. Events say that
 * something has changed, not what the page shows: whoever shows something asks for it again, at most once in a while.
 * A gateway without this route is polled only.
 */

const atMostEveryMs = 1_500;
const mostCalls = 12;
/** Who was listened to for so long may be asked again at once. */
const longMs = 10_000;

export type LatestCall = z.output<typeof callEventSchema> & { readonly number: number };

/** The newest first. */
export const latestCalls = new Store<readonly LatestCall[]>([]);

/** Counts what changed. */
export const changes = new Store(0);
/** Whether the gateway tells by itself at the moment. */
export const isTelling = new Store(false);

export function followEvents(): void {
  let abort: AbortController | undefined;
  const begin = (): void => {
    abort?.abort();
    isTelling.set(false);
    const { client } = session.value;
    if (client === undefined || connection.value.state === "lost") return;
    abort = new AbortController();
    void follow(client, abort.signal);
  };
  session.listen(begin);
  connection.listen(begin);
  begin();
}

/** A proxy in between may end what lasts long: that alone does not mean that the gateway is away. */
async function follow(client: AdminClient, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const openedAt = performance.now();
    try {
      const { body } = await client.open("/events", signal, "text/event-stream");
      if (body === null) return;
      isTelling.set(true);
      await read(body);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && error.kind !== "refused") return giveUp(error);
    }
    if (signal.aborted) return;
    isTelling.set(false);
    if (performance.now() - openedAt > longMs) attempt = 0;
    await new Promise((resolve) => setTimeout(resolve, waitBeforeMs(attempt)));
  }
}

function giveUp(failure: Failure): void {
  isTelling.set(false);
  if (failure.kind === "unreachable") connectionLost();
  endIfRefused(failure);
}

async function read(body: ReadableStream<Uint8Array>): Promise<void> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    take(parser.push(decoder.decode(piece.value, { stream: true })));
  }
}

let numbered = 0;
let totals = "";

/** Totals come every second; they tell something new only where they differ: events were lost, or calls of before. */
function take(events: readonly ServerEvent[]): void {
  const calls: LatestCall[] = [];
  for (const { name, data } of events) {
    const told = JSON.parse(data);
    if (name === "call") calls.unshift({ ...told, number: numbered++ });
    const isNew = name === "call" || (name === "totals" && JSON.stringify(told.calls) !== totals);
    if (name === "totals") totals = JSON.stringify(told.calls);
    if (isNew) noteChange();
  }
  if (calls.length > 0) latestCalls.set([...calls, ...latestCalls.value].slice(0, mostCalls));
}

let isWaiting = false;

function noteChange(): void {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => {
    isWaiting = false;
    changes.set(changes.value + 1);
  }, atMostEveryMs);
}
