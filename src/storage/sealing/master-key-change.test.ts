import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { memory } from "../../stores/memory.ts";
import { localMasterKeys, masterKeyId } from "./master-keys.ts";
import { Sealing } from "./sealing.ts";

/** Several gateways on one store, whose master key is changed one gateway after the other. */

const [old, next] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const forEver = { deleteAt: Number.POSITIVE_INFINITY };
/** What the configuration of a gateway says before, in the first round, in the second, and in the end. */
const rounds = [[old], [old, next], [next, old], [next]] as const;

function world() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const start = ([current, ...others]: readonly Uint8Array[]) => {
    const masters = localMasterKeys(current as Uint8Array, others, systemRandom);
    return Sealing.open({ store, masters, clock, random: systemRandom });
  };
  const textIn = async (gateway: Sealing, key: string) => {
    const [value] = await gateway.store.get("acme", [key]);
    return value && Buffer.from(value).toString();
  };
  /** Each writes, and all read all of it. */
  const agree = async (gateways: readonly Sealing[], step: string): Promise<void> => {
    for (const [index, gateway] of gateways.entries())
      await gateway.store.set("acme", `${step}-${index}`, Buffer.from(step), forEver);
    for (const gateway of gateways)
      for (const index of gateways.keys()) expect(await textIn(gateway, `${step}-${index}`)).toBe(step);
  };
  const wrappedBy = async (gateway: Sealing) => new Set((await gateway.rootKeys()).map(({ masterKeyId: id }) => id));
  return { clock, start, agree, wrappedBy };
}

describe("another master key, with both named by all for a while", () => {
  it("stops nobody: each gateway may start, be killed and renew data keys at any moment", async () => {
    const { clock, start, agree, wrappedBy } = world();
    const gateways = [await start(rounds[0]), await start(rounds[0]), await start(rounds[0])];
    for (const [number, round] of rounds.entries()) {
      const before = rounds[Math.max(0, number - 1)] as (typeof rounds)[number];
      for (const index of gateways.keys()) {
        gateways[index] = await start(round);
        // One that has not had its turn is killed, and comes back with what it knew.
        const killed = (index + 1) % gateways.length;
        gateways[killed] = await start(killed < index ? round : before);
        await agree(gateways, `round ${number}, gateway ${index}`);
        // The last round takes the old key away: by then no root key may be wrapped by it.
        await (gateways[index] as Sealing).rotate();
        clock.advance(10_000);
        await agree(gateways, `round ${number}, gateway ${index}, renewed`);
      }
    }
    expect(await wrappedBy(await start(rounds[3]))).toEqual(new Set([masterKeyId(next)]));
  });

  it("in one round keeps out those that start again with the old one alone", async () => {
    const { start } = world();
    await start([old]);
    await start([next, old]);
    await expect(start([old])).rejects.toBeInstanceOf(InvalidOptionError);
    await start([old, next]);
    await start([old]);
  });
});
