import { expect, it } from "vitest";
import { listText, rotatedText } from "./keys-text.ts";

it("tells that a tenant has no keys apart from that there are none", () => {
  const none = { mode: "keys" as const, keys: [] };
  expect(listText(none)).toBe("There are no keys. Make one: reprise keys create --tenant NAME");
  expect(listText(none, "nobody")).toMatch(/^Tenant nobody has no keys\. All there are: reprise keys list\./);
  expect(listText({ ...none, mode: "credential" }, "a\u001b[31m")).toMatch(/^Tenant a\[31m has .*\n\ntenancy\.mode is/);
});

it("tells how long the text before a rotation is taken", () => {
  const rotated = {
    ...{ key: "rpr_new", id: "0123456789ab", state: "live" as const, tenant: "acme" },
    ...{ createdAt: "2026-01-01T00:00:00.000Z", overlapUntil: "2026-01-02T00:00:00.000Z" },
  };
  expect(rotatedText(rotated, "24h")).toMatch(/is taken until 2026-01-02 00:00 UTC\.$/);
  expect(rotatedText(rotated, "0")).toMatch(/is not taken any more\.$/);
});
