import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { type PostgresOptions, postgres } from "../../src/stores/postgres.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { type PostgresUnderTest, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";
import { freePorts } from "../services/server-process.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = Buffer.from("a value");

function storeOn(url: string, options: Omit<PostgresOptions, "url"> = {}) {
  const store = postgres({ url, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function read(store: ReturnType<typeof postgres>, key: string): Promise<string | undefined> {
  const [found] = await store.get("t", [key]);
  return found && Buffer.from(found).toString();
}

/** Whatever time a busy machine takes. */
async function isStored(store: ReturnType<typeof postgres>): Promise<void> {
  await expect
    .poll(async () => Promise.resolve(store.set("t", "k", value, forEver)).catch(() => undefined))
    .toBe("stored");
}

function throughProxy(url: string, port: number): string {
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}

describeWithServices("postgres", "postgres: faults", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  const proxied = async (options: Omit<PostgresOptions, "url"> = {}) => {
    const proxy = await startFaultProxy({ target: { port: server.port } });
    onTestFinished(() => proxy.close());
    const url = await server.freshDatabase();
    return { proxy, url, store: storeOn(throughProxy(url, proxy.port), options) };
  };

  it("a burst that waits its turn longer than a connection may take is no server that is away", async () => {
    const { proxy, store } = await proxied({ maxConnections: 1, connectTimeoutMs: 1_000 });
    await store.set("t", "k", value, forEver);
    proxy.inject({ latencyMs: 100 });
    const found = await Promise.all(Array.from({ length: 12 }, () => read(store, "k")));
    expect(found).toEqual(found.map(() => "a value"));
  });

  it("R1: with nobody at the address every call fails at once, and it heals without a restart", async () => {
    const clock = new ManualClock();
    const { proxy, store } = await proxied({ clock });
    await proxy.down();
    await expect(store.get("t", ["k"])).rejects.toThrow(/127\.0\.0\.1:\d+\/fresh_\d+ cannot be used: .*ECONNREFUSED/);
    await expect(store.set("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
    await expect(store.add("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
    await expect(store.delete("t", "k")).rejects.toThrow(StoreUnavailableError);
    await expect(store.stats()).rejects.toThrow(StoreUnavailableError);
    await proxy.up();
    await expect(store.get("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    clock.advance(250);
    await store.set("t", "k", value, forEver);
    expect(await read(store, "k")).toBe("a value");
  });

  it("R9: says when a connection has broken, since another server may answer next; not when all is well", async () => {
    const { proxy, store } = await proxied();
    let changes = 0;
    const stop = store.onInterrupted?.(() => {
      changes += 1;
    });
    await store.set("t", "k", value, forEver);
    expect([await read(store, "k"), changes]).toEqual(["a value", 0]);
    await proxy.down();
    await expect.poll(() => changes, { timeout: 20_000 }).toBeGreaterThan(0);
    await proxy.up();
    await expect.poll(() => read(store, "k").catch(() => undefined), { timeout: 20_000 }).toBe("a value");
    stop?.();
    const before = changes;
    await proxy.down();
    await expect(store.get("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    expect(changes).toBe(before);
  });

  it("R2: a server that is killed and started again has what was stored; calls in between fail", async () => {
    const own = await startPostgres();
    onTestFinished(() => own.remove());
    const store = storeOn(own.url());
    await store.set("t", "k", value, forEver);
    await own.stop();
    await expect(store.get("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    await expect(store.set("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
    await own.start();
    expect(await read(store, "k")).toBe("a value");
  });

  it("R3: a server that hangs is given up, and nothing waits for it for ever", async () => {
    const { proxy, store } = await proxied({ statementTimeoutMs: 100, connectTimeoutMs: 200, maxConnections: 2 });
    await isStored(store);
    proxy.inject({ hang: true });
    const waiting = await Promise.allSettled(Array.from({ length: 20 }, () => store.get("t", ["k"])));
    expect(waiting.filter(({ status }) => status === "rejected")).toHaveLength(20);
    proxy.heal();
    await expect.poll(() => read(store, "k").catch(() => undefined)).toBe("a value");
  });

  it("R3: what waits for a connection is bounded", async () => {
    const { proxy, store } = await proxied({ statementTimeoutMs: 100, connectTimeoutMs: 200, maxConnections: 1 });
    await isStored(store);
    proxy.inject({ hang: true });
    const waiting = await Promise.allSettled(Array.from({ length: 1_300 }, () => store.get("t", ["k"])));
    const told = waiting.map((one) => (one.status === "rejected" ? String(one.reason) : "answered"));
    expect(told.filter((text) => text.includes("too many statements wait")).length).toBeGreaterThan(100);
    expect(told).not.toContain("answered");
  });

  it("R5: a reply that is cut, wherever, is the whole value or a failure", async () => {
    const { proxy, url, store } = await proxied();
    const long = Buffer.alloc(3_000, "0123456789");
    await store.set("t", "k", long, forEver);
    for (let bytes = 0; bytes < 8_000; bytes += 97) {
      proxy.inject({ cutReplyAfter: { bytes, how: bytes % 2 === 0 ? "reset" : "close" } });
      const once = postgres(throughProxy(url, proxy.port));
      const [outcome] = await Promise.allSettled([once.get("t", ["k"])]);
      if (outcome.status === "fulfilled") expect(Buffer.compare(outcome.value[0] as Uint8Array, long)).toBe(0);
      else expect(outcome.reason).toBeInstanceOf(StoreUnavailableError);
      await once.close();
    }
    proxy.heal();
    const [found] = await storeOn(url).get("t", ["k"]);
    expect(found && Buffer.compare(found, long)).toBe(0);
  });

  it("R6: a damaged row, and one under another key, reads as absent, is counted and removed", async () => {
    const url = await server.freshDatabase();
    const database = new URL(url).pathname.slice(1);
    const store = storeOn(url);
    const damages = [
      "value = set_byte(value, 0, 1)",
      "value = ''",
      "delete_at = delete_at + 1",
      "checksum = checksum + 1",
    ];
    for (const [count, damage] of damages.entries()) {
      await store.set("t", "k", value, { deleteAt: Date.now() + 3_600_000 });
      await server.query(`UPDATE reprise_entries SET ${damage}`, database);
      expect(await read(store, "k"), damage).toBeUndefined();
      await expect.poll(async () => (await store.stats()).entries).toBe(0);
      expect((await store.stats()).corrupt).toBe(count + 1);
    }
    await store.set("t", "a", value, forEver);
    await store.set("t", "b", Buffer.from("another"), forEver);
    await server.query(
      "UPDATE reprise_entries SET value = (SELECT value FROM reprise_entries WHERE key = 'b')",
      database,
    );
    expect(await read(store, "a")).toBeUndefined();
    expect(await read(store, "b")).toBe("another");
    await server.query("UPDATE reprise_entries SET checksum = 1", database);
    expect(Buffer.from(await store.add("t", "b", value, forEver)).toString()).toBe("a value");
  });

  const droppings = ["reprise_entries, reprise_format", "reprise_entries", "reprise_entries, reprise_leases"];
  it.each(droppings)("R8: tables that somebody drops are made again (%s)", async (dropped) => {
    const url = await server.freshDatabase();
    const store = storeOn(url);
    await store.set("t", "k", value, forEver);
    await server.query(`DROP TABLE ${dropped}`, new URL(url).pathname.slice(1));
    await expect(store.get("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    expect(await read(store, "k")).toBeUndefined();
    expect(await store.set("t", "k", value, forEver)).toBe("stored");
  });
});

describeWithServices("postgres", "postgres: several at once", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  it("many that start together make the tables once", async () => {
    const url = await server.freshDatabase();
    const stores = Array.from({ length: 8 }, () => storeOn(url, { maxConnections: 1 }));
    const results = await Promise.all(stores.map((store, index) => store.set("t", `k${index}`, value, forEver)));
    expect(results).toEqual(Array(8).fill("stored"));
    expect((await (stores[0] as (typeof stores)[0]).stats()).entries).toBe(8);
  });

  it("R6: gives racing adds of several processes one winner, dead and damaged rows in the way or not", async () => {
    const url = await server.freshDatabase();
    const clock = new ManualClock();
    const stores = Array.from({ length: 4 }, () => storeOn(url, { clock }));
    for (const before of ["nothing", "dead", "damaged"]) {
      if (before === "dead") await stores[0]?.set("t", before, value, { deleteAt: clock.now() + 1 });
      clock.advance(1);
      if (before === "damaged") {
        await stores[0]?.set("t", before, value, forEver);
        await server.query(
          "UPDATE reprise_entries SET checksum = 1 WHERE key = 'damaged'",
          new URL(url).pathname.slice(1),
        );
      }
      const adds = stores.flatMap((store, index) =>
        [1, 2, 3].map((round) => store.add("t", before, Buffer.from(`${index} ${round}`), forEver)),
      );
      const answers = new Set((await Promise.all(adds)).map((bytes) => Buffer.from(bytes).toString()));
      expect(answers.size, before).toBe(1);
      expect(await read(stores[1] as (typeof stores)[0], before)).toBe([...answers][0]);
    }
  });

  it("they sweep together: every dead row goes once, and rows that somebody holds are stepped over", async () => {
    const url = await server.freshDatabase();
    const clock = new ManualClock();
    const stores = Array.from({ length: 3 }, () => storeOn(url, { clock }));
    const [one] = stores as [(typeof stores)[0]];
    for (let index = 0; index < 1_200; index += 1)
      await one.set("t", `k${index}`, value, { deleteAt: clock.now() + 1_000 });
    await one.set("t", "alive", value, { deleteAt: clock.now() + 10_000 });
    await one.set("t", "for ever", value, forEver);
    clock.advance(2_000);
    const removed = await Promise.all(stores.map((store) => store.sweep()));
    expect(removed.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1_200);
    await Promise.all(stores.map((store) => store.sweep()));
    expect((await one.stats()).entries).toBe(2);
    expect(await read(one, "alive")).toBe("a value");
  });

  it("a dead row is swept a minute later by itself", async () => {
    const url = await server.freshDatabase();
    const clock = new ManualClock();
    const store = storeOn(url, { clock });
    await store.set("t", "dead", value, { deleteAt: clock.now() + 1_000 });
    await store.set("t", "alive", value, forEver);
    expect((await store.stats()).entries).toBe(2);
    clock.advance(60_000);
    await expect.poll(async () => (await store.stats()).entries).toBe(1);
  });

  it("calls about one key keep their order over several connections", async () => {
    const store = storeOn(await server.freshDatabase(), { maxConnections: 8 });
    await store.stats();
    const writes = Array.from({ length: 200 }, (_, index) => store.set("t", "k", Buffer.from(String(index)), forEver));
    await Promise.all(writes);
    expect(await read(store, "k")).toBe("199");
  });
});

describeWithServices("postgres", "postgres: R10, what doctor is told", () => {
  let server: PostgresUnderTest;
  let closedPort = 0;
  beforeAll(async () => {
    server = await startPostgres({ access: ["host all guarded 127.0.0.1/32 scram-sha-256"] });
    await server.query("CREATE ROLE guarded LOGIN PASSWORD 's3cret'; CREATE ROLE weak LOGIN");
    await server.query("CREATE DATABASE cache");
    for (const schema of ["llm", "newer"]) {
      const store = postgres({ url: at("postgres"), schema });
      await store.stats();
      await store.close();
    }
    await server.query("UPDATE newer.reprise_format SET version = 9", "cache");
    await server.query("CREATE SCHEMA others; CREATE TABLE others.reprise_entries (a integer)", "cache");
    [closedPort] = (await freePorts(1)) as [number];
  });
  afterAll(() => server.remove());

  const at = (user: string, database = "cache", query = "") =>
    `postgres://${user}@127.0.0.1:${server.port}/${database}${query}`;

  it("all is well, with the tables made, in a schema of one's own too", async () => {
    expect(await storeOn(at("postgres")).check()).toEqual([
      {
        detail: expect.stringMatching(
          /^PostgreSQL \d+\S* .*at 127\.0\.0\.1:\d+\/cache, schema public: \d+\.\d KB in use$/,
        ),
      },
    ]);
    const [own] = await storeOn(at("postgres", "cache", "?schema=own")).check();
    expect(own).toEqual({ detail: expect.stringContaining("schema own") });
    const tables = await server.query("SELECT schemaname FROM pg_tables WHERE tablename = 'reprise_entries'", "cache");
    expect(tables.map(({ schemaname }) => schemaname)).toEqual(expect.arrayContaining(["own", "public"]));
  });

  it.each([
    [
      "nobody there",
      () => `postgres://postgres@127.0.0.1:${closedPort}/cache`,
      /ECONNREFUSED/,
      "Start PostgreSQL there",
    ],
    [
      "a name that is none",
      () => "postgres://postgres@nowhere.invalid/cache",
      /ENOTFOUND/,
      "Correct the name of the host",
    ],
    ["a wrong password", () => at("guarded:wr0ng"), /password authentication failed/, "Correct user and password"],
    ["no password", () => at("guarded"), /password/, "Correct user and password"],
    ["a missing database", () => at("postgres", "absent"), /"absent" does not exist/, "Create the database"],
    [
      "no right to make tables",
      () => at("weak", "cache", "?schema=mine"),
      /permission denied/,
      "Give the user the right",
    ],
    [
      "tables of others",
      () => at("postgres", "cache", "?schema=others"),
      /are not those of Reprise/,
      "Name another schema",
    ],
    ["a newer format", () => at("postgres", "cache", "?schema=newer"), /are of format 9/, "Update this one"],
    ["a user without rights", () => at("weak", "cache", "?schema=llm"), /permission denied|lacks rights/, "G"],
    [
      "a database that is read-only",
      () => at("postgres", "cache", "?options=-c%20default_transaction_read_only%3Don"),
      /nothing can be written/,
      "Transactions are read-only by default here; set default_transaction_read_only to off",
    ],
    [
      "a database that is read-only, without tables",
      () => at("postgres", "cache", "?schema=none&options=-c%20default_transaction_read_only%3Don"),
      /read-only/,
      "set default_transaction_read_only to off",
    ],
  ])("%s", async (_, url, told, remedy) => {
    const store = storeOn(url());
    const findings = await store.check();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toEqual({
      detail: expect.stringMatching(told),
      severity: "error",
      remedy: expect.stringContaining(remedy),
    });
    expect(findings[0]?.remedy).toMatch(/^[A-Z].*\.$/);
    expect(JSON.stringify(findings)).not.toMatch(/wr0ng|s3cret/);
    await expect(store.set("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
  });
});
