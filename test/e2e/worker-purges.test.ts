import { expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { invalidate } from "./admin-call.ts";
import { contentOf, question, statusOf } from "./chat-call.ts";
import type { Exchanged } from "./http-exchange.ts";
import { runOrigin } from "./running-gateway.ts";
import { openDoors, patient, runWorkers, stop } from "./running-workers.ts";

/** Workers whose memory is all they have: a purge is in force with all of them when it is acknowledged by one. */

const rounds = 60;
const kinds = ["all", "tags", "keys"] as const;

test("invariant 3: right after the acknowledgement no worker of three serves what was purged, in 60 rounds", async () => {
  const origin = await runOrigin();
  const gateway = await runWorkers(origin, { store: { ...patient, url: "memory" } }, 3);
  const doors = await openDoors(gateway, 3);
  const tagged = { "x-ai-cache-tags": "doc:1" };
  const ofAll = () => Promise.all(doors.map((door) => door.ask(question(), tagged)));
  for (let round = 0; round < rounds; round++) {
    const kind = kinds[round % kinds.length];
    origin.plan({ salt: `round ${round}` });
    await ofAll();
    const old = await ofAll();
    expect(old.map(statusOf)).toEqual(["HIT", "HIT", "HIT"]);
    origin.plan({ salt: `after ${round}` });
    const keys = [...new Set(old.map(({ headers }) => headers["x-ai-cache-entry"]))];
    const wish = kind === "keys" ? { keys } : kind === "tags" ? { tags: ["doc:1"] } : { all: true };
    expect((await invalidate(gateway, wish)).status).toBe(200);
    const after = await ofAll();
    const known = new Set(old.map(contentOf));
    expect([kind, after.map((answer) => [statusOf(answer), known.has(contentOf(answer))])]).toEqual([
      kind,
      Array(3).fill(["MISS", false]),
    ]);
    expect((await invalidate(gateway, { all: true })).status).toBe(200);
  }
  await stop(gateway);
});

test("invariant 3: what three workers were computing when one purged is stored by none of them", async () => {
  const origin = await runOrigin();
  const gateway = await runWorkers(origin, { store: { ...patient, url: "memory" } }, 3);
  const doors = await openDoors(gateway, 3);
  for (const kind of ["all", "tags"] as const) {
    const gate = new Gate();
    origin.plan({ salt: `before ${kind}`, holds: [{ at: "headers", gate }] });
    const computing = doors.map((door) => door.ask(question(), { "x-ai-cache-tags": "doc:1" }));
    await gate.reached(3);
    expect((await invalidate(gateway, kind === "all" ? { all: true } : { tags: ["doc:1"] })).status).toBe(200);
    gate.release();
    const old = await Promise.all(computing);
    expect(old.map(statusOf)).toEqual(["MISS", "MISS", "MISS"]);
    origin.plan({ salt: `after ${kind}` });
    const after = await Promise.all(doors.map((door) => door.ask(question(), { "x-ai-cache-tags": "doc:1" })));
    expect(after.map(statusOf)).toEqual(["MISS", "MISS", "MISS"]);
    expect(new Set(after.map(contentOf))).not.toContain(contentOf(old[0] as Exchanged));
    expect((await invalidate(gateway, { all: true })).status).toBe(200);
  }
  await stop(gateway);
});
