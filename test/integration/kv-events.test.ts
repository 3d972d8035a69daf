import { beforeAll, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { listenToEngines } from "../../src/gateway/pool/kv-events/engine-listening.ts";
import type { KvEvent } from "../../src/gateway/pool/kv-events/kv-event.ts";
import { followKvEvents } from "../../src/gateway/pool/kv-events/kv-event-stream.ts";
import { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import { blocksOf } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { inMemory, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { type KvPublisher, prepareKvPublisher, startKvPublisher } from "../services/kv-publisher.ts";
import { describeWithServices } from "../services/required.ts";

/** What vLLM tells of its cache, published by the libraries that it uses. vLLM itself does not run here. */

type Heard = KvEvent | "begun" | "begun, not whole" | "begun again" | "begun again, not whole" | "lost";

async function follow(publisher: KvPublisher, { replay = true } = {}) {
  const heard: Heard[] = [];
  let wake = (): void => {};
  const note = (...items: readonly Heard[]): void => {
    heard.push(...items);
    wake();
  };
  const end = followKvEvents({
    ...{ endpoint: publisher.kvEvents, replay: replay ? publisher.kvReplay : undefined, clock: systemClock },
    onEvents: (events) => note(...events),
    onBegun: ({ isAgain, isWhole }) => note(`begun${isAgain ? " again" : ""}${isWhole ? "" : ", not whole"}` as Heard),
    onLost: () => note("lost"),
    onConnected: () => {},
  });
  onTestFinished(end);
  await publisher.until(({ subscribed }) => subscribed === true);
  const until = async (count: number): Promise<void> => {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { heard, until };
}

const hash = (block: number): string => String(block).padStart(64, "0");
const stored = (...blocks: readonly number[]) => ({
  type: "BlockStored",
  block_hashes: blocks.map(hash),
  parent_block_hash: null,
  token_ids: blocks.flatMap((block) => Array(16).fill(block)),
  block_size: 16,
  lora_id: null,
  medium: "GPU",
});
const removed = (...blocks: readonly number[]) => ({
  type: "BlockRemoved",
  block_hashes: blocks.map(hash),
  medium: "GPU",
});
const seen = (blocks: number): KvEvent => ({ kind: "stored", blocks, tokens: 16 * blocks });

describeWithServices("python3", "events of an engine's cache over ZeroMQ", () => {
  beforeAll(prepareKvPublisher, 300_000);

  test.each(["list", "map"] as const)("are heard in order, as a %s", async (form) => {
    const publisher = await startKvPublisher();
    const { heard, until } = await follow(publisher);
    publisher.publish({ form, batch: [stored(1, 2)] });
    publisher.publish({ form, batch: [removed(1), stored(...Array.from({ length: 500 }, (_, block) => block + 3))] });
    publisher.publish({ form, batch: [{ type: "AllBlocksCleared" }] });
    await until(5);
    expect(heard).toEqual(["begun", seen(2), { kind: "removed", blocks: 1 }, seen(500), { kind: "cleared" }]);
    expect(publisher.heard.some(({ replayed }) => replayed !== undefined)).toBe(false);
  });

  test("what was published before, and what was lost on the way, is asked for again", async () => {
    const publisher = await startKvPublisher();
    publisher.publish({ batch: [stored(1)] });
    publisher.publish({ batch: [stored(2, 3)] });
    await publisher.until(({ published }) => published === 1);
    const { heard, until } = await follow(publisher);
    publisher.publish({ batch: [stored(4, 5, 6)] });
    await until(4);
    publisher.publish({ batch: [stored(7)], lost: true });
    publisher.publish({ batch: [removed(1)], lost: true });
    publisher.publish({ batch: [stored(8, 9)] });
    publisher.publish({ batch: [stored(10)] });
    await until(8);
    expect(heard).toEqual([
      ...(["begun", seen(1), seen(2), seen(3)] as const),
      ...[seen(1), { kind: "removed", blocks: 1 }, seen(2), seen(1)],
    ]);
    expect(publisher.heard.flatMap(({ replayed }) => replayed ?? [])).toEqual([0, 3]);
  });

  test("what cannot be had is told as lost", async () => {
    const publisher = await startKvPublisher();
    publisher.publish({ batch: [stored(1)] });
    publisher.publish({ batch: [stored(2)], forget: true });
    await publisher.until(({ published }) => published === 1);
    const { heard, until } = await follow(publisher);
    publisher.publish({ batch: [stored(3)] });
    await until(2);
    publisher.publish({ batch: [stored(4)], lost: true });
    publisher.publish({ batch: [stored(5)], forget: true });
    await until(4);
    expect(heard).toEqual(["begun, not whole", seen(1), "lost", seen(1)]);
  });

  test("without the second address nothing is asked for", async () => {
    const publisher = await startKvPublisher();
    const { heard, until } = await follow(publisher, { replay: false });
    publisher.publish({ batch: [stored(1)] });
    publisher.publish({ batch: [stored(2)], lost: true });
    publisher.publish({ batch: [stored(3)] });
    await until(4);
    expect(heard).toEqual(["begun", seen(1), "lost", seen(1)]);
  });

  test("an engine that began anew is noticed by its numbers", async () => {
    const publisher = await startKvPublisher();
    const { heard, until } = await follow(publisher);
    for (const block of [1, 2, 3]) publisher.publish({ batch: [stored(block)] });
    publisher.publish({ batch: [stored(4, 5)], restart: true });
    await until(6);
    expect(heard.slice(4)).toEqual(["begun again", seen(2)]);
  });

  test("a pool supposes of its replicas what their engines tell", async () => {
    const publisher = await startKvPublisher();
    const policy = new AffinityPolicy({ replicas: 2, capacity: 10_000 });
    const told = Promise.withResolvers<void>();
    const emptied = Promise.withResolvers<void>();
    const connections: (readonly [number, boolean])[] = [];
    const end = listenToEngines(
      [{ url: "http://127.0.0.1:1/v1" }, { url: "http://127.0.0.1:2/v1", ...publisher }],
      {
        engineStored: (replica, tokens) => policy.engineStored(replica, tokens),
        engineFull: (replica, tokens) => {
          policy.engineFull(replica, tokens);
          told.resolve();
        },
        forget: (replica) => {
          policy.forget(replica);
          emptied.resolve();
        },
      },
      systemClock,
      (replica, isConnected) => connections.push([replica, isConnected]),
    );
    onTestFinished(end);
    const prompt = (first: number) => blocksOf(`${first} It is about a house. `.repeat(400));
    const knows = (first: number, replica: number) => policy.choose(prompt(first), [replica], 0).expected > 0;
    for (const replica of [0, 1])
      for (const first of [1, 2, 3]) policy.dispatch(prompt(first), { replica, expected: 0 }, 0).ended(0);
    await publisher.until(({ subscribed }) => subscribed === true);
    const blocks = Array.from({ length: 200 }, (_, block) => block);
    publisher.publish({ batch: [stored(...blocks.slice(0, 100))] });
    publisher.publish({ batch: [removed(...blocks.slice(0, 50)), stored(...blocks.slice(100, 150))] });
    publisher.publish({ batch: [removed(...blocks.slice(50, 100)), stored(...blocks.slice(150))] });
    await told.promise;
    expect([knows(3, 1), knows(1, 0), knows(3, 0)]).toEqual([true, true, true]);
    publisher.publish({ batch: [{ type: "AllBlocksCleared" }] });
    await emptied.promise;
    expect([knows(3, 1), knows(3, 0)]).toEqual([false, true]);
    expect(connections).toEqual([[1, true]]);
  });

  test("GET /admin/v1/replicas tells which engines are heard", async () => {
    const publisher = await startKvPublisher();
    const origin = await runOrigin();
    const replicas = [
      { url: origin.url, kvEvents: publisher.kvEvents, kvReplay: publisher.kvReplay },
      { url: "http://127.0.0.1:1/v1", kvEvents: "tcp://127.0.0.1:1" },
      "http://127.0.0.1:2/v1",
    ];
    const gateway = await runGateway(origin, { ...inMemory, upstreams: { pool: { replicas, healthPath: "off" } } });
    await publisher.until(({ subscribed }) => subscribed === true);
    const told = JSON.parse((await callAdmin(gateway, "/replicas")).text).replicas;
    expect(told.map(({ kvEvents }: { kvEvents?: string }) => kvEvents)).toEqual([
      "connected",
      "disconnected",
      undefined,
    ]);
  });
});
