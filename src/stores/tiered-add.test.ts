import { expect, test } from "vitest";
import type { Store } from "../core/store.ts";
import { Gate } from "../testing/gate.ts";
import { memory } from "./memory.ts";
import { tiered } from "./tiered.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

test.each(["forget", "set"] as const)("what `add` found does not outlive a %s meanwhile", async (how) => {
  const [front, last, gate] = [memory(), memory(), new Gate()];
  const slow: Store = {
    name: "slow",
    get: (tenant, keys) => last.get(tenant, keys),
    set: (...given) => last.set(...given),
    async add(...given) {
      const there = last.add(...given);
      await gate.pass();
      return there;
    },
    delete: (tenant, key) => last.delete(tenant, key),
    stats: () => last.stats(),
    close: () => last.close(),
  };
  const store = tiered([front, slow]);
  const added = store.add("tenant", "key", bytes("first"), forEver);
  await last.set("tenant", "key", bytes("later"), forEver);
  if (how === "forget") store.forget("tenant", "key");
  else await store.set("tenant", "key", bytes("later"), forEver);
  gate.release();
  expect(Buffer.from(await added).toString()).toBe("first");
  const [there] = await store.get("tenant", ["key"]);
  expect(Buffer.from(there ?? []).toString()).toBe("later");
});
