import { expect, test } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { memory } from "../../stores/memory.ts";
import type { TenancySettings } from "../../tenancy-options.ts";
import { keyRoutes } from "./key-routes.ts";
import { VirtualKeys } from "./virtual-keys.ts";

test("T1: a key that is to last an hour lasts it, where the process is still a day behind the clock of the system", async () => {
  const clock = new ManualClock();
  const behind = Object.assign(clock, { wall: () => clock.now() + 86_400_000 });
  const store = memory({ clock });
  const keys = new VirtualKeys({ store, bus: undefined, clock: behind, random: systemRandom });
  const routes = keyRoutes({ keys, tenancy: () => ({ mode: "keys" }) as TenancySettings, clock: behind });
  const making = routes.find(({ method, path }) => method === "POST" && path === "/keys");
  const make = (body: object) => making?.handle({ body } as Parameters<typeof making.handle>[0]);
  const made = (await make({ tenant: "acme", expires: "1h" })) as { readonly key: string; readonly state: string };
  expect([made.state, (await keys.check(made.key)).kind]).toEqual(["live", "known"]);
  clock.advance(3_600_000);
  expect((await keys.check(made.key)).kind).toBe("refused");
  await expect(make({ tenant: "acme", expires: new Date(clock.now() + 60_000).toISOString() })).rejects.toThrow(/over/);
});
