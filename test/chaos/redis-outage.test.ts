import { expect, onTestFinished, test } from "vitest";
import { asked, type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { startOutageNode } from "./outage-node.ts";

/** What calls wait for a Redis that dies or hangs under them, by a clock that is moved by hand. */

/** The deadline of a read, which no call waits longer than. */
const boundMs = 50;
const openMs = 1_000;
/** Of one call, with what is stored for it and what leads it. */
const mostCommands = 6;

interface Trouble {
  readonly server: RedisServer;
  /** Where the node finds the server. */
  readonly url: string;
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

const pausedMs = 2_000;
/** Longer, since it is there only when the server has got the command. */
const busyMs = 5_000;
/** A server that has not answered for so long does not answer. */
const silentMs = 250;

/** Until the server answers no more: its last answers belong to the time before. */
async function silent(probe: RedisServer["admin"]): Promise<void> {
  for (let isSilent = false; !isSilent; ) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), silentMs);
    });
    isSilent = await Promise.race([probe.ping().then(() => false), late]);
    clearTimeout(timer);
  }
  probe.disconnect();
}

const troubles: Readonly<Record<string, () => Promise<Trouble>>> = {
  async "is killed"() {
    const server = await serverFor();
    const { process, port, url } = server;
    return { server, url, begin: () => process.kill(), end: () => serverFor(port) };
  },
  async "is stopped"() {
    const server = await serverFor();
    const { child } = server.process;
    return {
      server,
      url: server.url,
      begin: async () => child.kill("SIGSTOP"),
      end: async () => child.kill("SIGCONT"),
    };
  },
  async "is told to let its clients wait"() {
    const server = await serverFor();
    const begin = () => server.admin.call("CLIENT", "PAUSE", `${pausedMs}`, "ALL");
    return { server, url: server.url, begin, end: () => server.admin.ping() };
  },
  async "is busy with a command"() {
    const server = await serverFor();
    const begin = async () => {
      const probe = server.admin.duplicate();
      await probe.ping();
      void server.admin.call("DEBUG", "SLEEP", `${busyMs / 1_000}`);
      await silent(probe);
    };
    return { server, url: server.url, begin, end: () => server.admin.ping() };
  },
  async "is behind a network that swallows everything"() {
    const server = await serverFor();
    const proxy = await startFaultProxy({ target: server });
    onTestFinished(() => proxy.close());
    const end = async () => {
      proxy.heal();
      proxy.reset();
    };
    return {
      server,
      url: `redis://127.0.0.1:${proxy.port}`,
      begin: async () => proxy.inject({ hang: true }),
      end,
    };
  },
};

async function serverFor(port?: number): Promise<RedisServer> {
  const place = port === undefined ? {} : { port };
  const server = await startRedis({ ...place, args: ["--enable-debug-command", "yes"] });
  onTestFinished(() => server.stop());
  return server;
}

async function commandsOf({ admin }: RedisServer): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await admin.info("stats"))?.[1]);
}

describeWithServices("redis-server", "a Redis in trouble (R2, R3, I4, I6), one that", () => {
  test.each(Object.entries(troubles))(
    "%s: no call fails, none waits longer than a read may take, few wait at all, and it heals",
    async (_, prepare) => {
      const { server, url, begin, end } = await prepare();
      const node = await startOutageNode(url);
      for (let number = 0; number < 5; number++) expect(await node.ask(number)).toBe("MISS");
      const begunAt = node.clock.monotonic();
      const before = await commandsOf(server);
      await begin();
      const burst = await node.askInTrouble(50);
      const later: number[] = [];
      for (let count = 0; count < 300; count++) later.push(...(await node.askInTrouble(1)));
      expect(Math.max(...burst, ...later)).toBeLessThanOrEqual(boundMs);
      // The breakers have opened by then: who comes later is not held up.
      expect(later.filter((ms) => ms > 0).length).toBeLessThan(30);
      const openings = node.states.filter(({ state }) => state === "open");
      expect(openings[0]?.at).toBeLessThanOrEqual(begunAt + openMs);
      // One call at a time tries whether it is over; the others do not wait for it.
      node.clock.advance(openMs);
      const trying = await node.askInTrouble(50);
      expect(Math.max(...trying)).toBeLessThanOrEqual(boundMs);
      expect(trying.filter((ms) => ms > 0).length).toBeLessThan(5);

      await end();
      const other = await startOutageNode(url);
      let healing = 0;
      await asked(async () => {
        node.clock.advance(openMs);
        healing += 1;
        await node.ask(-healing);
        return (await other.ask(-healing)) === "HIT";
      });
      expect(node.states.slice(-1)).toMatchObject([{ state: "closed" }]);
      if (server.process.child.signalCode === null) {
        // Whatever waited for the server has reached it by now: it came from those who asked before the breakers opened.
        const reached = (await commandsOf(server)) - before;
        expect(reached).toBeLessThan(mostCommands * (burst.length + 10 + 3 * healing));
      }
      expect([...node.computed.values()].every((times) => times === 1)).toBe(true);
    },
  );
});
