import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { KeyRows } from "../../src/core/key-rows.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { type PostgresUnderTest, patience, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

/** A server that refuses: what the store says of it, and that nothing is left behind there. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = Buffer.from("a value");

function storeOn(url: string) {
  const store = postgres({ url, ...patience });
  onTestFinished(() => store.close());
  return store;
}

describeWithServices("postgres", "a PostgreSQL that refuses", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres({ access: ["host all locked 127.0.0.1/32 scram-sha-256"] });
    await server.query("CREATE ROLE locked LOGIN PASSWORD 'hunter2'");
  });
  afterAll(() => server.remove());

  test("the rights that the documentation names are enough, also where keys of another are there", async () => {
    const url = await server.freshDatabase();
    const database = url.slice(url.lastIndexOf("/") + 1);
    const owner = storeOn(url);
    await owner.set("t", "k", value, forEver);
    const [, grants = ""] = /```sql\n(GRANT [^`]*)```/.exec(readFileSync("docs/stores.md", "utf8")) ?? [];
    await server.query(`CREATE ROLE reprise LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; ${grants}`, database);
    const store = storeOn(url.replace("postgres@", "reprise@"));
    const [ownersKeys, keys] = [owner, store].map((one) => one.keyRows?.()) as [KeyRows, KeyRows];
    expect(await store.set("t", "k", value, forEver)).toBe("stored");
    expect(await keys.get(["root"])).toEqual([undefined]);
    expect((await store.check()).map(({ severity }) => severity)).toEqual([undefined]);
    await ownersKeys.set("root", value);
    await expect(keys.get(["root"])).rejects.toThrow(/permission denied for table reprise_keys/);
    expect(await store.check()).toMatchObject([
      {
        severity: "error",
        remedy: expect.stringContaining('GRANT SELECT, INSERT, UPDATE, DELETE ON "public".reprise_keys'),
      },
    ]);
    await server.query("GRANT SELECT, INSERT, UPDATE, DELETE ON reprise_keys TO reprise", database);
    await keys.set("other", value);
    expect(await keys.get(["root", "other"])).toEqual([value, value]);
    expect((await store.check()).map(({ severity }) => severity)).toEqual([undefined]);
  });

  test("a password that is lacking is the reason, and the connection is closed", async () => {
    const between = createServer((client) => {
      const there = connect(server.port, "127.0.0.1");
      for (const [one, other] of [
        [client, there],
        [there, client],
      ] as const) {
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void between.close());
    const { port } = between.address() as AddressInfo;
    const open = promisify(between.getConnections.bind(between));
    const [finding] = await storeOn(`postgres://locked@127.0.0.1:${port}/postgres`).check();
    expect(finding).toMatchObject({
      severity: "error",
      detail: expect.stringMatching(/\/postgres cannot be used: the server wants a password$/),
      remedy: "Correct user and password in the URL of the store.",
    });
    // The server would wait a minute for it.
    await expect.poll(() => open(), { timeout: 10_000 }).toBe(0);
  });
});
