import { describe, expect, it } from "vitest";
import { KeyedOrder } from "./keyed-order.ts";

describe("the order of calls about a key", () => {
  it("is that in which they were made, after failures too; other keys do not wait", async () => {
    const order = new KeyedOrder();
    const log: string[] = [];
    const first = Promise.withResolvers<void>();
    const begun = (name: string, until: Promise<void> = Promise.resolve()) =>
      order.run("a", async () => {
        log.push(`${name} begins`);
        await until;
        log.push(`${name} ends`);
      });
    const calls = [begun("one", first.promise), begun("two")];
    expect(await order.run("b", async () => "at once")).toBe("at once");
    expect(log).toEqual(["one begins"]);
    first.reject(new Error("one fails"));
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(log).toEqual(["one begins", "two begins", "two ends"]);
  });

  it("forgets a key when its calls have ended", async () => {
    const order = new KeyedOrder();
    const calls = [1, 2, 3].map((count) => order.run(`key ${count % 2}`, async () => count));
    expect(order.size).toBe(2);
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    await Promise.resolve();
    expect(order.size).toBe(0);
  });
});
