import { expect, onTestFinished, test } from "vitest";
import { ManualClock, systemRandom } from "../../../core/clock.ts";
import { memory } from "../../../stores/memory.ts";
import type { PurgeReply, PurgeRequest } from "./purge-adapter.ts";
import { PurgeOutbox } from "./purge-outbox.ts";
import { webhook } from "./webhook.ts";

/** Lets everything happen that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("T1: a purge is tried again in good time though the clock of the process that failed was a day ahead", async () => {
  const clock = new ManualClock();
  const store = memory({ clock });
  const adapter = webhook({ url: "http://cdn.test/", secret: "shared" });
  const node = (own: ManualClock, status: number) => {
    const sent: PurgeRequest[] = [];
    const send = async (request: PurgeRequest): Promise<PurgeReply> => {
      sent.push(request);
      return { status, headers: {}, body: "" };
    };
    const outbox = new PurgeOutbox({
      caches: new Map([["cdn", { adapter, repeatAfterMs: 0 }]]),
      ...{ store, leases: undefined, clock: own, random: systemRandom, send, onEvent: () => {} },
    });
    onTestFinished(() => outbox.close());
    return { outbox, sent };
  };
  const here = node(clock, 200);
  await here.outbox.purge({ tags: ["earlier"] });
  await settled();
  const there = node(new ManualClock(clock.now() + 86_400_000), 500);
  await there.outbox.purge({ tags: ["a"] });
  await settled();
  await there.outbox.close();
  expect([here.sent.length, there.sent.length]).toEqual([1, 1]);
  clock.advance(15_000);
  await settled();
  expect(here.sent.map(({ body }) => JSON.parse(body as string).tags)).toEqual([["earlier"], ["a"]]);
});
