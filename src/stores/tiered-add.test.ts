import { expect, test } from "vitest";
import { Gate } from "../testing/gate.ts";
import { memory } from "./memory.ts";
import { tiered } from "./tiered.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

test.each(["forget", "set"] as const)("what `add` found does not outlive a %s meanwhile", async (how) => {
  const [front, last, gate] = [memory(), memory(), new Gate()];
  const slow = Object.assign(Object.create(last), {
    get: last.get.bind(last),
    set: last.set.bind(last),
    async add(...given: Parameters<typeof last.add>) {
      const there = last.add(...given);
      await gate.pass();
      return there;
    },
  }) as typeof last;
  const store = tiered([front, slow]);
  const added = store.add("tenant", "key", bytes("first"), forEver);
  await last.set("tenant", "key", bytes("later"), forEver);
  if (how === "forget") store.forget("tenant", "key");
  else await store.set("tenant", "key", bytes("later"), forEver);
  gate.release();
  expect(await added).toEqual(bytes("first"));
  expect(await store.get("tenant", ["key"])).toEqual([bytes("later")]);
});
