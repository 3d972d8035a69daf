import { describe, expect, it } from "vitest";
import { chain, isPromise } from "./maybe-promise.ts";

describe("chain", () => {
  it("goes on at once where the value is there", () => {
    expect(chain(1, (value) => value + 1)).toBe(2);
    expect(() =>
      chain(1, () => {
        throw new Error("at once");
      }),
    ).toThrow("at once");
  });

  it("waits for a promise, also one of another library", async () => {
    expect(await chain(Promise.resolve(1), (value) => value + 1)).toBe(2);
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library is exactly this
    const thenable = { then: (resolve: (value: number) => void) => resolve(5) } as unknown as Promise<number>;
    let seen = 0;
    chain(thenable, (value) => {
      seen = value;
    });
    expect(seen).toBe(5);
  });
});

describe("isPromise", () => {
  it("tells promises from values", () => {
    for (const value of [undefined, null, 0, "", [], {}, () => {}]) expect(isPromise(value)).toBe(false);
    expect(isPromise(Promise.resolve())).toBe(true);
  });
});
