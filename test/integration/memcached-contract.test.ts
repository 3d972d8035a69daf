import { it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { startMemcached } from "../services/memcached.ts";
import { describeWithServices } from "../services/required.ts";

const priorities = "Memcached has no priorities: what was not used for longest goes first";

describeWithServices("memcached", "memcached: the store contract", () => {
  const make = async () => {
    const server = await startMemcached({ megabytes: 16 });
    const clock = new ManualClock(Date.now());
    const open = async () => memcached({ url: server.url, clock });
    return { store: await open(), clock, reopen: open, dispose: server.kill };
  };
  for (const { name, run } of storeContract(make, { except: { priorities } })) it(name, run);
});

describeWithServices("memcached", "memcached on three servers: the store contract", () => {
  const make = async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startMemcached({ megabytes: 8 })));
    const clock = new ManualClock(Date.now());
    const open = async () =>
      memcached({ url: `memcached://${servers.map(({ port }) => `127.0.0.1:${port}`).join(",")}`, clock });
    return {
      store: await open(),
      clock,
      reopen: open,
      dispose: async () => void (await Promise.all(servers.map(({ kill }) => kill()))),
    };
  };
  const needsOne = { priorities, bound: "filling three servers ten times over shows no more than filling one" };
  for (const { name, run } of storeContract(make, { except: needsOne })) it(name, run);
});
