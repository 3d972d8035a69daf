import { type AddressInfo, connect, createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { postgres } from "../../src/stores/postgres.ts";
import { type PostgresUnderTest, patience, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

/** A server that refuses: what the store says of it, and that nothing is left behind there. */

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
