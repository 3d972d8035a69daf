import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { BusMessage } from "../../src/core/bus.ts";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { type PostgresStore, postgres } from "../../src/stores/postgres.ts";
import type { PostgresBus } from "../../src/stores/postgres-bus.ts";
import type { PostgresLeases } from "../../src/stores/postgres-leases.ts";
import { busContract } from "../../src/testing/bus-contract.ts";
import { leaseContract } from "../../src/testing/lease-contract.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { type PostgresUnderTest, patience, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

/** What processes share over PostgreSQL beside values. */

const long = 60_000;

describeWithServices("postgres", "what processes share over PostgreSQL", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  function storesOn(url: string, count: number) {
    const stores = Array.from({ length: count }, () => postgres({ url, maxConnections: 4, ...patience }));
    const dispose = async (): Promise<void> => void (await Promise.all(stores.map((store) => store.close())));
    return { stores, dispose };
  }

  async function pair(): Promise<{ one: PostgresStore; other: PostgresStore; database: string; url: string }> {
    const url = await server.freshDatabase();
    const { stores, dispose } = storesOn(url, 2);
    onTestFinished(dispose);
    return { one: stores[0] as PostgresStore, other: stores[1] as PostgresStore, database: databaseOf(url), url };
  }

  const listening = async (database: string): Promise<number> => {
    const counted = await server.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE 'LISTEN%' AND state = 'idle'`,
      database,
    );
    return counted.length;
  };

  describe("leases", () => {
    const make = async () => {
      const { stores, dispose } = storesOn(await server.freshDatabase(), 2);
      const [one, other] = stores.map(({ leases }) => leases) as [PostgresLeases, PostgresLeases];
      const passing = (durationMs: number): Promise<void> =>
        new Promise((resolve) => void setTimeout(resolve, durationMs + 5));
      return { one, other, passing, dispose };
    };
    for (const { name, run } of leaseContract(make)) it(name, run);

    it("have a larger fence than the last one also when the server's clock was set back", async () => {
      const { one, database } = await pair();
      const first = await take(one.leases, "k");
      await one.leases.release(first);
      const ahead = first.fence + 3_600_000_000;
      await server.query(`UPDATE reprise_leases SET fence = ${ahead}`, database);
      expect((await take(one.leases, "k")).fence).toBe(ahead + 1);
    });

    it("of many who wait for one that ends, one gets it, again and again", async () => {
      const { one, other } = await pair();
      let last = 0;
      for (let round = 0; round < 20; round += 1) {
        const asked = Array.from({ length: 12 }, (_, index) => [one, other][index % 2]?.leases.acquire("k", long));
        const won = (await Promise.all(asked)).flatMap((got) => (got?.won ? [got.lease] : []));
        expect(won).toHaveLength(1);
        const [lease] = won as [(typeof won)[0]];
        expect(lease.fence).toBeGreaterThan(last);
        last = lease.fence;
        await one.leases.release(lease);
      }
    });

    it("that ended long ago are swept, by any number at once, and those that are held stay", async () => {
      const { one, other, database } = await pair();
      await take(one.leases, "held");
      for (let count = 0; count < 30; count += 1) await one.leases.release(await take(one.leases, `ended ${count}`));
      expect(await one.leases.sweep()).toBe(0);
      const past = "UPDATE reprise_leases SET until = until - interval '2 minutes' WHERE until < clock_timestamp()";
      await server.query(past, database);
      const removed = await Promise.all([one.leases.sweep(), other.leases.sweep()]);
      expect(removed[0] + removed[1]).toBeLessThanOrEqual(30);
      await one.leases.sweep();
      expect(await server.query("SELECT count(*)::int AS count FROM reprise_leases", database)).toEqual([{ count: 1 }]);
      expect(await other.leases.holder("held")).toBeDefined();
    });

    it("R8: whose table was dropped are had again, from a table that is not logged", async () => {
      const { one, other, database } = await pair();
      const lease = await take(one.leases, "k");
      await server.query("DROP TABLE reprise_leases", database);
      const got = await Promise.all([one.leases.acquire("k", long), other.leases.acquire("k", long)]);
      expect(got.filter(({ won }) => won)).toHaveLength(1);
      expect(got[0].won ? got[0].lease.fence : got[0].fence).toBeGreaterThan(lease.fence);
      expect(await one.leases.renew(lease, long)).toBe(false);
      const persistence = "SELECT relpersistence AS kind FROM pg_class WHERE relname = 'reprise_leases'";
      expect(await server.query(persistence, database)).toEqual([{ kind: "u" }]);
    });

    it("without the rights to its table fail, and the store works", async () => {
      const { one, database, url } = await pair();
      await one.stats();
      await server.query(
        "CREATE ROLE lender LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON reprise_entries TO lender; GRANT SELECT ON reprise_format TO lender",
        database,
      );
      const { stores, dispose } = storesOn(url.replace("postgres@", "lender@"), 1);
      onTestFinished(dispose);
      const [store] = stores as [PostgresStore];
      await expect(store.leases.acquire("k", long)).rejects.toThrow(StoreUnavailableError);
      expect(await store.set("t", "k", Buffer.from("v"), { deleteAt: Number.POSITIVE_INFINITY })).toBe("stored");
      const [finding] = await store.check();
      expect(finding).toMatchObject({ severity: "warning", remedy: expect.stringContaining("reprise_leases TO") });
    });
  });

  describe("the bus", () => {
    const make = async () => {
      const url = await server.freshDatabase();
      const { stores, dispose } = storesOn(url, 3);
      const buses = stores.map(({ bus }) => bus) as [PostgresBus, PostgresBus, PostgresBus];
      for (const bus of buses) bus.subscribe({ heard: () => {}, missed: () => {} });
      await expect.poll(() => listening(databaseOf(url))).toBe(3);
      return { buses, dispose };
    };
    for (const { name, run } of busContract(make)) it(name, run);

    it("of another schema is another one", async () => {
      const { one, database, url } = await pair();
      const apart = postgres({ url, schema: "apart" });
      onTestFinished(() => apart.close());
      const [here, there] = [listen(one.bus), listen(apart.bus)];
      await expect.poll(() => listening(database)).toBe(2);
      await apart.bus.publish([removed("apart")]);
      const speaker = postgres({ url });
      onTestFinished(() => speaker.close());
      await speaker.bus.publish([removed("k")]);
      await expect.poll(() => here.heard).toEqual([removed("k")]);
      expect(there.heard).toEqual([]);
    });

    it("carries a message of almost 8,000 bytes, and refuses a larger one", async () => {
      const { one, other, database } = await pair();
      const there = listen(other.bus);
      await expect.poll(() => listening(database)).toBe(1);
      const [large, tooLarge] = [removed("ü".repeat(3_900)), removed("ü".repeat(4_000))];
      await one.bus.publish([removed("a"), large, removed("b")]);
      await expect(one.bus.publish([tooLarge])).rejects.toThrow(StoreUnavailableError);
      await expect.poll(() => there.heard).toEqual([removed("a"), large, removed("b")]);
    });

    it("R6: ignores and counts what is not its own", async () => {
      const { one, other, database } = await pair();
      const there = listen(other.bus);
      await expect.poll(() => listening(database)).toBe(1);
      const [{ channel }] = (await server.query(
        `SELECT substring(query FROM '"(.*)"') AS channel FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE 'LISTEN%'`,
        database,
      )) as [{ channel: string }];
      for (const text of ["", "{}", "not ours", '{"v":9,"from":"x","said":[]}']) {
        await server.query(`NOTIFY "${channel}", '${text}'`, database);
      }
      await one.bus.publish([removed("k")]);
      await expect.poll(() => there.heard).toEqual([removed("k")]);
      expect(other.bus.ignored).toBe(4);
    });

    it("R2: whose connection breaks is there again by itself, and says that something was missed", async () => {
      const { one, other, database } = await pair();
      const there = listen(other.bus);
      await expect.poll(() => listening(database)).toBe(1);
      const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = '";
      await server.query(`${end}${database}'`, database);
      await expect.poll(() => there.missed).toBe(1);
      await one.bus.publish([removed("k")]);
      await expect.poll(() => there.heard).toEqual([removed("k")]);
    });

    it("R1: with nobody at the address publishing fails at once; who listens hears when the server is there", async () => {
      const url = await server.freshDatabase();
      const proxy = await startFaultProxy({ target: { port: server.port } });
      onTestFinished(() => proxy.close());
      const through = new URL(url);
      through.port = String(proxy.port);
      await proxy.down();
      const { stores, dispose } = storesOn(through.href, 1);
      onTestFinished(dispose);
      const [away] = stores as [PostgresStore];
      const there = listen(away.bus);
      await expect(away.bus.publish([removed("k")])).rejects.toThrow(StoreUnavailableError);
      await proxy.up();
      await expect.poll(() => there.missed).toBe(1);
      const speaker = postgres({ url });
      onTestFinished(() => speaker.close());
      await speaker.bus.publish([removed("k")]);
      await expect.poll(() => there.heard).toEqual([removed("k")]);
      await expect.poll(() => away.bus.publish([removed("k")]).then(() => "said")).toBe("said");
    });
  });
});

function removed(key: string): BusMessage {
  return { kind: "removed", tenant: "t", key };
}

function listen(bus: PostgresBus) {
  const said = { heard: [] as BusMessage[], missed: 0 };
  bus.subscribe({
    heard: (message) => said.heard.push(message),
    missed: () => {
      said.missed += 1;
    },
  });
  return said;
}

async function take(leases: PostgresLeases, key: string) {
  const got = await leases.acquire(key, long);
  if (!got.won) throw new Error(`${key} is taken`);
  return got.lease;
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
