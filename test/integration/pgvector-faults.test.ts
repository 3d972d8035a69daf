import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { idsNear, itemOf, put, space, vectorOf } from "../../src/testing/vector-store-case.ts";
import { pgvector } from "../../src/vectors/pgvector.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { startPgvectorServer } from "../services/pgvector-server.ts";
import type { PostgresUnderTest } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

const query = vectorOf(1);

describeWithServices("postgres", "vectors in a PostgreSQL server: faults", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPgvectorServer();
  }, 300_000);
  afterAll(() => server.remove());

  const proxied = async () => {
    const proxy = await startFaultProxy({ target: { port: server.port } });
    onTestFinished(() => proxy.close());
    const url = new URL(await server.freshDatabase());
    url.port = String(proxy.port);
    const store = pgvector({ url: url.href, clock: new ManualClock() });
    onTestFinished(() => store.close());
    return { proxy, store, database: url.pathname.slice(1) };
  };

  test("with nobody at the address every call fails, and it heals by itself", async () => {
    const { proxy, store } = await proxied();
    await put(store, space, itemOf("one", query));
    await proxy.down();
    await expect(store.nearest(space, query, 8)).rejects.toThrow(StoreUnavailableError);
    await expect(store.put(space, itemOf("two", query))).rejects.toThrow(StoreUnavailableError);
    await expect(store.delete({ tenant: "tenant" })).rejects.toThrow(StoreUnavailableError);
    await expect(store.stats()).rejects.toThrow(StoreUnavailableError);
    await proxy.up();
    expect(await idsNear(store, space, query)).toEqual(["one"]);
  });

  test("a server that is silent, or a reply that is cut, ends a call with an error", async () => {
    const { proxy, store } = await proxied();
    await put(store, space, itemOf("one", query));
    proxy.inject({ hang: true });
    await expect(store.nearest(space, query, 8)).rejects.toThrow(StoreUnavailableError);
    proxy.reset();
    proxy.heal();
    expect(await idsNear(store, space, query)).toEqual(["one"]);
    proxy.inject({ cutReplyAfter: { bytes: 20, how: "reset" } });
    await expect(store.nearest(space, query, 8)).rejects.toThrow(StoreUnavailableError);
    proxy.heal();
    expect(await idsNear(store, space, query)).toEqual(["one"]);
  });

  test("a server that is killed and comes back has what was acknowledged", async () => {
    const { store } = await proxied();
    await put(store, space, itemOf("one", query));
    await server.stop();
    await expect(store.nearest(space, query, 8)).rejects.toThrow(StoreUnavailableError);
    await server.start();
    expect(await idsNear(store, space, query)).toEqual(["one"]);
  });

  test("a table that somebody removed is made anew", async () => {
    const { store, database } = await proxied();
    await put(store, space, itemOf("one", query));
    await server.query("DROP TABLE reprise_vectors_v1", database);
    await expect(store.nearest(space, query, 8)).rejects.toThrow(StoreUnavailableError);
    await put(store, space, itemOf("two", query));
    expect(await idsNear(store, space, query)).toEqual(["two"]);
  });

  test("a database without the extension, and a user who may not make it, are told of", async () => {
    const { store, database } = await proxied();
    await server.query("CREATE ROLE stranger LOGIN", database);
    const bad = pgvector({ url: server.url(database).replace("postgres@", "stranger@") });
    onTestFinished(() => bad.close());
    expect(await bad.check()).toMatchObject([{ severity: "error", detail: expect.stringContaining("extension") }]);
    expect(await store.check()).toEqual([
      { detail: expect.stringMatching(/^pgvector 0\.\d+\.\d+; vectors in it: 0$/) },
    ]);
  });
});
