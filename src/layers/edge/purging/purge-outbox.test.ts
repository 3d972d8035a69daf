import { afterEach, describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../../core/clock.ts";
import type { Leases } from "../../../core/lease.ts";
import type { Store } from "../../../core/store.ts";
import { memory } from "../../../stores/memory.ts";
import { MemoryLeases } from "../../../stores/memory-leases.ts";
import { cloudflare } from "./cloudflare.ts";
import type { PurgeAdapter, PurgeReply, PurgeRequest } from "./purge-adapter.ts";
import { PurgeLog } from "./purge-log.ts";
import { PurgeOutbox } from "./purge-outbox.ts";
import type { PurgeEvent } from "./purge-sender.ts";
import { webhook } from "./webhook.ts";

const ok = { status: 204, headers: {}, body: "" };
const failing = { status: 500, headers: {}, body: "broken" };

interface Node {
  readonly outbox: PurgeOutbox;
  readonly sent: PurgeRequest[];
  readonly events: PurgeEvent[];
}

const open = new Set<PurgeOutbox>();
afterEach(async () => {
  await Promise.all([...open].map((outbox) => outbox.close()));
  open.clear();
});

function setUp(clock = new ManualClock()) {
  const store: Store = memory({ maxBytes: 10_000_000, clock });
  const leases = new MemoryLeases(clock);
  const cdn = { answer: (_request: PurgeRequest): PurgeReply | Promise<PurgeReply> => ok };
  const hook = webhook({ url: "http://cdn.test/", secret: "shared" });
  const node = ({
    adapter = hook,
    over = store,
    repeatAfterMs = 0,
    shared = leases as Leases | undefined,
  } = {}): Node => {
    const [sent, events]: [PurgeRequest[], PurgeEvent[]] = [[], []];
    const outbox = new PurgeOutbox({
      caches: new Map([["cdn", { adapter, repeatAfterMs }]]),
      ...{ store: over, leases: shared, clock, random: systemRandom },
      send: async (request) => {
        sent.push(request);
        return cdn.answer(request);
      },
      onEvent: (_cache, event) => void events.push(event),
    });
    open.add(outbox);
    return { outbox, sent, events };
  };
  return { clock, store, leases, cdn, node };
}

/** Lets everything happen that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The store, after what `before` does to reads. */
function withReads(store: Store, before: () => Promise<never> | undefined): Store {
  return {
    name: store.name,
    get: (tenant, keys) => before() ?? store.get(tenant, keys),
    set: (...args) => store.set(...args),
    add: (...args) => store.add(...args),
    delete: (...args) => store.delete(...args),
    stats: () => store.stats(),
    close: () => store.close(),
  };
}

const named = (requests: readonly PurgeRequest[]) => requests.map(({ body }) => JSON.parse(body as string).tags);

describe("the outbox of purges", () => {
  it("tells the cache at once, and shows that it did", async () => {
    const { node } = setUp();
    const { outbox, sent } = node();
    await outbox.purge({ tags: ["a"], urls: ["/v1/answers/x"] });
    await settled();
    expect(named(sent)).toEqual([["a"]]);
    expect(await outbox.status()).toMatchObject([
      { cache: "cdn", kind: "webhook", state: "idle", pending: 0, done: 1 },
    ]);
  });

  it("does nothing for a purge of nothing", async () => {
    const { node } = setUp();
    const { outbox, sent } = node();
    await outbox.purge({ tags: [], urls: [] });
    await settled();
    expect(sent).toEqual([]);
  });

  it("tries again, later each time, until the cache is well (E3)", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => failing;
    const { outbox, sent } = node();
    await outbox.purge({ tags: ["a"] });
    const times = [clock.now()];
    for (let tries = 1; tries <= 5; tries++) {
      await settled();
      expect(sent).toHaveLength(tries);
      const [status] = await outbox.status();
      expect(status).toMatchObject({ state: "failing", pending: 1, tries, error: "status 500: broken" });
      clock.advance((status?.retryAt as number) - clock.now());
      times.push(clock.now());
    }
    const waits = times.slice(1).map((time, at) => time - (times[at] as number));
    expect(waits.at(-1)).toBeGreaterThan((waits[0] as number) * 4);
    cdn.answer = () => ok;
    await settled();
    const [still] = await outbox.status();
    if (still?.retryAt !== undefined) clock.advance(still.retryAt - clock.now());
    await settled();
    expect(await outbox.status()).toMatchObject([{ state: "idle", pending: 0, done: 1, tries: 0, error: undefined }]);
  });

  it("goes on after a restart with what was not sent, at once, and then with the patience that it had (E3)", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => failing;
    const before = node();
    await before.outbox.purge({ tags: ["a"] });
    await settled();
    await before.outbox.close();
    const after = node();
    after.outbox.start();
    await settled();
    expect(named(after.sent)).toEqual([["a"]]);
    expect(await after.outbox.status()).toMatchObject([{ state: "failing", tries: 2 }]);
    cdn.answer = () => ok;
    clock.advance(60_000);
    await settled();
    expect(named(after.sent)).toEqual([["a"], ["a"]]);
    expect(await after.outbox.status()).toMatchObject([{ state: "idle", done: 1 }]);
  });

  it("waits as long as the cache says", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => ({ status: 429, headers: { "retry-after": "40" }, body: "" });
    const { outbox, sent } = node();
    await outbox.purge({ tags: ["a"] });
    await settled();
    for (let second = 0; second < 39; second++) {
      clock.advance(1_000);
      await settled();
    }
    expect(sent).toHaveLength(1);
    clock.advance(1_001);
    await settled();
    expect(sent).toHaveLength(2);
  });

  it("sends what has gathered as one", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => failing;
    const { outbox, sent } = node();
    await outbox.purge({ tags: ["first"] });
    await settled();
    cdn.answer = () => ok;
    await Promise.all(["b", "c", "b"].map((tag) => outbox.purge({ tags: [tag] })));
    await outbox.purge({ tags: ["d"] });
    await settled();
    clock.advance(60_000);
    await settled();
    expect(named(sent)).toEqual([["first"], ["first", "b", "c", "d"]]);
  });

  it("leaves out only the one that the cache says is wrong", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => failing;
    const { outbox, events } = node();
    for (const tag of ["a", "wrong", "c"]) {
      await outbox.purge({ tags: [tag] });
      await settled();
    }
    const told: string[][] = [];
    cdn.answer = ({ body }) => {
      const { tags } = JSON.parse(body as string);
      if (tags.includes("wrong")) return { status: 400, headers: {}, body: "unknown tag" };
      told.push(tags);
      return ok;
    };
    clock.advance(60_000);
    await settled();
    expect(told).toEqual([["a"], ["c"]]);
    expect(await outbox.status()).toMatchObject([{ state: "idle", done: 2, refused: 1 }]);
    expect(events.filter(({ type }) => type === "refused")).toHaveLength(1);
  });

  it("has one process of several send, and another take over from one that is dead", async () => {
    const { clock, leases, cdn, node } = setUp();
    const [first, second] = [node(), node()];
    await leases.acquire("edge-purge:cdn", 20_000);
    await Promise.all([first.outbox.purge({ tags: ["a"] }), second.outbox.purge({ tags: ["b"] })]);
    await settled();
    expect([...first.sent, ...second.sent]).toEqual([]);
    cdn.answer = () => ok;
    for (let step = 0; step < 60; step++) {
      clock.advance(500);
      await settled();
    }
    expect(
      named([...first.sent, ...second.sent])
        .flat()
        .sort(),
    ).toEqual(["a", "b"]);
    expect(await second.outbox.status()).toMatchObject([{ state: "idle" }]);
  });

  it("loses no row where many processes add at once", async () => {
    const { node } = setUp();
    const nodes = Array.from({ length: 5 }, () => node());
    const wishes = Array.from({ length: 200 }, (_, at) => nodes[at % 5]?.outbox.purge({ tags: [`t-${at}`] }));
    await Promise.all(wishes);
    for (const { outbox } of nodes) outbox.start();
    await settled();
    const told = new Set(nodes.flatMap(({ sent }) => named(sent).flat()));
    expect(told.size).toBe(200);
  });

  it("keeps what is wished while the store is away, and stores it afterwards", async () => {
    const { clock, store, node } = setUp();
    const broken = { isAway: true };
    const over = withReads(store, () => {
      if (broken.isAway) throw new Error("away");
      return undefined;
    });
    const { outbox, sent, events } = node({ over });
    await outbox.purge({ tags: ["a"] });
    expect(events).toEqual([{ type: "failed", reason: "not stored: away" }]);
    broken.isAway = false;
    clock.advance(1_000);
    await settled();
    expect(named(sent)).toEqual([["a"]]);
  });

  it("tells how many wait, also of those that came while it waits to try again", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => failing;
    const { outbox, events } = node();
    const backlog = () => events.filter((event) => event.type === "backlog").at(-1);
    for (const [at, tag] of ["a", "b", "c"].entries()) {
      await outbox.purge({ tags: [tag] });
      await settled();
      expect(backlog()).toEqual({ type: "backlog", rows: at + 1 });
    }
    cdn.answer = () => ok;
    clock.advance(60_000);
    await settled();
    expect(backlog()).toEqual({ type: "backlog", rows: 0 });
  });

  it("counts no purge as stored that the store had no room for, and stores it when there is room", async () => {
    const { clock, store, cdn, node } = setUp();
    cdn.answer = () => failing;
    const room = { isThere: false };
    // As a store in memory does with what is too large for it.
    const over = { ...withReads(store, () => undefined), add: (...args: Parameters<Store["add"]>) => added(...args) };
    const added = (...args: Parameters<Store["add"]>) => (room.isThere ? store.add(...args) : args[2]);
    const { outbox, sent, events } = node({ over });
    await outbox.purge({ tags: ["a"] });
    const reason = "not stored: the store did not keep a purge";
    expect(events).toEqual([{ type: "failed", reason: expect.stringContaining(reason) }]);
    expect(await outbox.status()).toMatchObject([{ state: "pending", pending: 1 }]);
    room.isThere = true;
    clock.advance(1_000);
    await settled();
    expect(named(sent)).toEqual([["a"]]);
    await outbox.close();
    cdn.answer = () => ok;
    const after = node();
    after.outbox.start();
    await settled();
    expect(named(after.sent)).toEqual([["a"]]);
  });

  it("waits for no store that does not answer", async () => {
    const { clock, store, node } = setUp();
    const broken = { hangs: true };
    const over = withReads(store, () => (broken.hangs ? new Promise<never>(() => {}) : undefined));
    const { outbox, sent, events } = node({ over });
    const wished = outbox.purge({ tags: ["a"] });
    await settled();
    clock.advance(2_000);
    await wished;
    expect(events).toEqual([{ type: "failed", reason: "not stored: the store did not answer within 2000 ms" }]);
    broken.hangs = false;
    clock.advance(1_000);
    await settled();
    expect(named(sent)).toEqual([["a"]]);
  });

  it("tells a cache once more where an answer may have been on its way", async () => {
    const { clock, node } = setUp();
    const { outbox, sent } = node({ repeatAfterMs: 3_000 });
    await outbox.purge({ tags: ["a"] });
    await settled();
    clock.advance(2_999);
    await settled();
    expect(sent).toHaveLength(1);
    clock.advance(1);
    await settled();
    expect(named(sent)).toEqual([["a"], ["a"]]);
    expect(await outbox.status()).toMatchObject([{ done: 1, pending: 0 }]);
  });

  it("keeps to the pace of Cloudflare's bucket", async () => {
    const { clock, cdn, node } = setUp();
    cdn.answer = () => ({ status: 200, headers: {}, body: '{"success":true}' });
    const adapter: PurgeAdapter = cloudflare({ zone: "z", token: "t", site: "https://a.test", plan: "free" });
    const { outbox, sent } = node({ adapter });
    for (let place = 0; place < 30; place++) {
      await outbox.purge({ tags: [`t-${place}`] });
      await settled();
    }
    expect(sent).toHaveLength(25);
    for (let second = 0; second < 12; second++) {
      clock.advance(1_000);
      await settled();
    }
    // One token, and one request for the one row that waited for it; the rows behind it go together with the next.
    expect(sent).toHaveLength(26);
    clock.advance(12_000);
    await settled();
    expect(sent).toHaveLength(27);
    expect(await outbox.status()).toMatchObject([{ state: "idle", done: 30 }]);
  });
});

describe("the log of purges", () => {
  it("is read on behind rows that were sent by one who could not say so", async () => {
    const { clock, store } = setUp();
    const log = new PurgeLog({ store, name: "cdn", clock, random: systemRandom });
    for (let place = 0; place < 130; place++) expect(await log.append({ tags: [`t-${place}`] })).toBe(place);
    await log.spend((await log.pending(0)).concat(await log.pending(64)));
    const left = await log.pending(0);
    expect(left.map(({ place }) => place)).toEqual([128, 129]);
    expect((await log.backlog()).rows).toBe(2);
  });
});
