import { describe, expect, it } from "vitest";
import { createCache } from "./cache.ts";
import { InvalidOptionError } from "./core/errors.ts";

describe("createCache", () => {
  it.each<[string, object, string]>([
    ["an option that does not exist", { polcy: {} }, "polcy"],
    ["a store that is none", { store: "sqlite" }, "store"],
    ["a setting of the policy", { policy: { ttl: "soon" } }, "policy.ttl"],
    ["a duration without its unit", { policy: { ttl: 3600 } }, "policy.ttl"],
    ["a setting of a rule", { rules: [{ match: {}, variants: 0 }] }, "rules.0.variants"],
    ["a bound", { memoryBytes: "much" }, "memoryBytes"],
    ["a short secret", { masterKey: "short" }, "masterKey"],
    ["an empty tenant", { tenant: "" }, "tenant"],
  ])("refuses %s by the name it has for the caller", async (_, options, path) => {
    const refused = createCache(options as never);
    await expect(refused).rejects.toBeInstanceOf(InvalidOptionError);
    const remedy = expect.stringMatching(/\S/);
    await expect(refused).rejects.toMatchObject({ path, message: expect.stringContaining(path), remedy });
  });

  it("lets no listener that throws fail a call", async () => {
    const warned: string[] = [];
    const listen = (warning: Error): void => void warned.push(warning.message);
    process.on("warning", listen);
    const cache = await createCache({
      onEvent() {
        throw new Error("a listener of little use");
      },
    });
    expect((await cache.wrap({ key: "k" }, () => 1)).value).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(warned).toContain("onEvent threw: a listener of little use");
    await cache.close();
  });
});
