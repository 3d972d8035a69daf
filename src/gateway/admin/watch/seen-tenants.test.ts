import { expect, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import type { Outcome } from "../../../core/outcome.ts";
import { SeenTenants } from "./seen-tenants.ts";

const hit: Outcome = { kind: "hit", layer: "exact", entry: "t:slot", ageMs: 1, ttlMs: 1 };
const bypass: Outcome = { kind: "bypass", reason: "no_store" };

function setUp() {
  const clock = new ManualClock(1_000);
  const seen = new SeenTenants(clock);
  const ask = (tenant: string | undefined, outcome: Outcome = hit) =>
    seen.hear({
      ...{ type: "call-end", protocol: "p", model: "m", originId: "o", stream: false, durationMs: 1, outcome },
      ...(tenant !== undefined && { tenant }),
    });
  return { clock, seen, ask };
}

test("counts calls and hits of each tenant, and when it was seen last", () => {
  const { clock, seen, ask } = setUp();
  ask("a");
  ask("a", bypass);
  ask(undefined);
  clock.advance(500);
  ask("b", bypass);
  expect(Object.fromEntries(seen.all)).toEqual({
    a: { requests: 2, hits: 1, lastSeenAt: 1_000 },
    b: { requests: 1, hits: 0, lastSeenAt: 1_500 },
  });
});

test("of very many those who asked last are kept", () => {
  const { seen, ask } = setUp();
  for (let index = 0; index < 10_000; index++) ask(`t${index}`);
  ask("t0");
  ask("new");
  expect([seen.all.size, seen.all.has("t0"), seen.all.has("t1"), seen.all.get("t0")?.requests]).toEqual([
    ...[10_000, true, false, 2],
  ]);
});
