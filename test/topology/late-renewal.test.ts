import { expect, it } from "vitest";
import { scopeOf } from "../../src/core/scopes.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { Gate } from "../../src/testing/gate.ts";
import { turns, until } from "./cache-harness.ts";
import { sharedMemory, startFleet } from "./fleet-harness.ts";

/** A view of the store in which the writing of this token is late, as over a server that was stopped for a while. */
function lateWriter(store: SharedStore, name: string, gate: Gate): SharedStore {
  return {
    ...store,
    async set(tenant, key, value, options) {
      if (key === `g:${name}`) await gate.pass();
      return store.set(tenant, key, value, options);
    },
  };
}

it("an invalidation that was refused and lands late brings nothing back that a later one took back (N5, R3, I3)", async () => {
  const { clock, stores } = sharedMemory(2);
  const gate = new Gate();
  const [first, second] = stores as [SharedStore, SharedStore];
  const { name } = scopeOf("tag", "doc", undefined);
  const { nodes, passing } = await startFleet({ clock, stores: [lateWriter(first, name, gate), second] });
  const [late, other] = nodes;
  const tagged = { headers: { "x-ai-cache-tags": "doc" } };
  await other.read({}, tagged);
  await until(() => other.eventsOf("entry-write").length === 1);
  const refused = late.cache.invalidate({ tags: ["doc"] }).catch((error: unknown) => error);
  await gate.reached();
  // What is computed now would be kept under the token that is not in the store yet.
  await late.read({ seed: 1 }, tagged);
  await turns();
  await passing(300);
  expect(await refused).toMatchObject({ code: "store_unavailable" });
  expect(await other.cache.invalidate({ tags: ["doc"] })).toMatchObject({ scopes: 1 });
  gate.release();
  await turns();
  await passing(1_100);
  const stored = { headers: { ...tagged.headers, "cache-control": "only-if-cached" } };
  for (const node of nodes) expect((await node.read({ seed: 1 }, stored)).status).toBe(504);
});
