import { memcached } from "../../src/stores/memcached.ts";
import { startMemcached } from "../services/memcached.ts";
import { describeWithServices } from "../services/required.ts";
import { describeFleet } from "../topology/fleet-cases.ts";
import type { Ending } from "../topology/fleet-harness.ts";
import { patientClock } from "../topology/patient-clock.ts";

/** Several nodes over a real Memcached, one and three of them, in real time. */

describeWithServices("memcached", "a fleet over Memcached", () => {
  for (const [name, servers] of [
    ["a Memcached", 1],
    ["three Memcacheds", 3],
  ] as const) {
    const share = async (count: number, whenOver: Ending) => {
      const running = await Promise.all(Array.from({ length: servers }, () => startMemcached({ megabytes: 8 })));
      const url = `memcached://${running.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
      const stores = Array.from({ length: count }, () => memcached(url));
      whenOver(async () => {
        for (const store of stores) await store.close();
        for (const { kill } of running) await kill();
      });
      return { stores, clock: undefined, options: { clock: patientClock } };
    };
    describeFleet(name, share, { lacks: ["relay", "bus"] });
  }
});
