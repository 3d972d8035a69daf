import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startMemcached } from "../services/memcached.ts";
import { type PostgresUnderTest, startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";
import { freePorts } from "../services/server-process.ts";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;
const patience = { timeout: 30_000 };
/** Nothing here is about deadlines, so a busy machine must not be taken for a store that is away. */
const deadlines = { lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };

/** A server that can be taken away and brought back at its address. */
interface SharedServer {
  readonly url: string;
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  /** Whether it has after a restart what it had before. */
  readonly isLasting: boolean;
}

const servers: Readonly<
  Record<string, { readonly program: RequiredProgram; readonly start: () => Promise<SharedServer> }>
> = {
  redis: {
    program: "redis-server",
    async start() {
      let server = await startRedis();
      const { port, url } = server;
      onTestFinished(() => server.stop());
      return {
        url,
        down: () => server.stop(),
        async up() {
          server = await startRedis({ port });
        },
        isLasting: false,
      };
    },
  },
  memcached: {
    program: "memcached",
    async start() {
      let server = await startMemcached();
      const { port, url } = server;
      onTestFinished(() => server.kill());
      return {
        url,
        down: () => server.kill(),
        async up() {
          server = await startMemcached({ port });
        },
        isLasting: false,
      };
    },
  },
  postgres: {
    program: "postgres",
    async start() {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      return { url: server.url(), down: server.stop, up: server.start, isLasting: true };
    },
  },
};

async function readiness(gateway: { readonly url: string }): Promise<unknown> {
  return JSON.parse((await exchange(`${gateway.url}/readyz`)).text);
}

/**
 * Questions that another gateway has answered and stored. Each is to be asked once: a hit on the first time can only be
 * its answer, under a key that both know.
 */
async function answeredBy(gateway: { readonly url: string; close(): Promise<void> }) {
  const questions = Array.from({ length: 60 }, (_, index) => question(`question of the other ${index}`));
  for (const one of questions) await ask(gateway, one);
  await gateway.close();
  return questions;
}

for (const [name, { program, start }] of Object.entries(servers)) {
  describeWithServices(program, `surface: gateways that share ${name}`, () => {
    test(
      "the second answers what the first stored, after a restart of both too",
      async () => {
        const [origin, server] = [await runOrigin(), await start()];
        const settings = { store: { url: server.url, ...deadlines } };
        const [one, two] = [await runGateway(origin, settings), await runGateway(origin, settings)];
        expect(statusOf(await ask(one))).toBe("MISS");
        await one.close();
        expect(statusOf(await ask(two))).toBe("HIT");
        await two.close();
        const third = await runGateway(origin, settings);
        expect(statusOf(await ask(third))).toBe("HIT");
        expect(origin.calls).toHaveLength(1);
        expect(await readiness(third)).toEqual({ status: "ready" });
      },
      limit,
    );

    test(
      "I1: tenants stay apart, across gateways too",
      async () => {
        const [origin, server] = [await runOrigin(), await start()];
        const settings = { store: { url: server.url, ...deadlines } };
        const [one, two] = [await runGateway(origin, settings), await runGateway(origin, settings)];
        expect(statusOf(await ask(one, question(), bearer("key-a")))).toBe("MISS");
        await one.close();
        const asked = [await ask(two, question(), bearer("key-b")), await ask(two, question(), bearer("key-a"))];
        expect(asked.map(statusOf)).toEqual(["MISS", "HIT"]);
      },
      limit,
    );

    test(
      "R2: it is killed under calls and started again: no call fails, and it heals by itself",
      async () => {
        const [origin, server] = [await runOrigin(), await start()];
        const gateway = await runGateway(origin, { store: { url: server.url, ...deadlines } });
        const statuses = new Set<number>();
        let running = true;
        let asked = 0;
        const callers = Array.from({ length: 4 }, async () => {
          while (running) {
            asked += 1;
            statuses.add((await ask(gateway, question(`question ${asked % 40}`))).status);
          }
        });
        onTestFinished(() => {
          running = false;
        });
        await expect.poll(() => asked, patience).toBeGreaterThan(80);
        await server.down();
        await expect
          .poll(() => readiness(gateway), patience)
          .toMatchObject({ status: "degraded", unavailable: [name] });
        const before = asked;
        await expect.poll(() => asked, patience).toBeGreaterThan(before + 80);
        await server.up();
        await expect.poll(() => readiness(gateway), patience).toEqual({ status: "ready" });
        running = false;
        await Promise.all(callers);
        expect([...statuses]).toEqual([200]);
        const other = await runGateway(origin, { store: { url: server.url, ...deadlines } });
        const questions = await answeredBy(other);
        await expect
          .poll(async () => statusOf(await ask(gateway, questions.pop())), { ...patience, interval: 500 })
          .toBe("HIT");
      },
      limit,
    );
  });

  describeWithServices(program, `R1: ${name} is away when the gateway starts`, () => {
    test(
      "it starts degraded, serves, and takes up the store and its secret without a restart",
      async () => {
        const [origin, server] = [await runOrigin(), await start()];
        const settings = { store: { url: server.url, ...deadlines } };
        // Where the store outlives its restart it has a secret by now, and the gateway below cannot know it.
        if (server.isLasting) await (await runGateway(origin, settings)).close();
        await server.down();
        const gateway = await runGateway(origin, settings);
        expect(await readiness(gateway)).toEqual({
          status: "degraded",
          unavailable: [name],
          since: { [name]: expect.stringMatching(/^20.*Z$/) },
        });
        expect([(await ask(gateway)).status, (await ask(gateway)).status]).toEqual([200, 200]);
        await server.up();
        await expect.poll(() => readiness(gateway), patience).toEqual({ status: "ready" });
        const other = await runGateway(origin, settings);
        const questions = await answeredBy(other);
        await expect
          .poll(async () => statusOf(await ask(gateway, questions.pop())), { ...patience, interval: 200 })
          .toBe("HIT");
      },
      limit,
    );
  });
}

const noOneThere = /ECONNREFUSED|nobody listens/;

describe("surface: --store", () => {
  test.each([
    [
      "an unknown scheme",
      "mysql://me:hunter2@host/db",
      /store\.url = "mysql:.*must be `sqlite`.*`redis:\/\/`.*`memcached:\/\/`/,
    ],
    ["a URL that is none", "redis://me:hunter2@host:99999", /no valid host and port/],
  ])(
    "%s is misuse, told in one line without the password",
    async (_, url, told) => {
      for (const command of ["serve", "doctor"]) {
        const { code, stderr, stdout } = await runCommand([command, "--store", url, "--port", "0"]);
        expect([code, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
        expect(stderr).toMatch(told);
        expect(stderr + stdout).not.toContain("hunter2");
      }
    },
    limit,
  );

  test(
    "an address nobody answers at: the gateway starts and logs why, doctor finds it, and no password is shown",
    async () => {
      const origin = await runOrigin();
      const ports = await freePorts(3);
      const schemes = { redis: "redis", memcached: "memcached", postgres: "postgres" };
      for (const [index, scheme] of Object.values(schemes).entries()) {
        const url = `${scheme}://me:hunter2@127.0.0.1:${ports[index]}`;
        const environment = { REPRISE_STORE: url };
        const gateway = await spawnGateway(["--upstream", origin.url], { environment });
        expect((await ask(gateway)).status).toBe(200);
        await expect.poll(() => gateway.stdout(), patience).toMatch(noOneThere);
        const line = gateway
          .stdout()
          .split("\n")
          .find((one) => noOneThere.test(one));
        expect(JSON.parse(line as string)).toMatchObject({ level: 50, store: scheme, remedy: expect.any(String) });
        expect(gateway.stderr()).toContain(`store: ${scheme}://***@127.0.0.1`);
        const doctor = await runCommand(["doctor", "--port", "0", "--upstream", origin.url], { environment });
        expect(doctor.code).toBe(1);
        expect(doctor.stdout).toMatch(/FAIL {2}store .*(ECONNREFUSED|nobody listens).*\n {21}[A-Z].*\./);
        for (const text of [gateway.stdout(), gateway.stderr(), doctor.stdout, doctor.stderr]) {
          expect(text).not.toContain("hunter2");
        }
      }
    },
    limit,
  );
});

describeWithServices("postgres", "surface: doctor and a shared store", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  test(
    "one that is well is ok, one of a newer format fails with the remedy, and so it stands in the log",
    async () => {
      const origin = await runOrigin();
      const args = ["--store", server.url(), "--upstream", origin.url, "--port", "0"];
      const well = await runCommand(["doctor", ...args]);
      expect([well.code, well.stdout]).toEqual([0, expect.stringMatching(/ok {4}store {10}PostgreSQL 1\d/)]);
      await server.query("UPDATE reprise_format SET version = 9");
      const newer = await runCommand(["doctor", ...args]);
      expect([newer.code, newer.stdout]).toEqual([
        1,
        expect.stringMatching(/FAIL {2}store .*of format 9.*\n +Update this one/),
      ]);
      const gateway = await spawnGateway(args.slice(0, 4), { cwd: temporaryFolder() });
      await expect.poll(() => gateway.stdout(), patience).toContain("of format 9");
      expect((await ask(gateway)).status).toBe(200);
    },
    limit,
  );
});
