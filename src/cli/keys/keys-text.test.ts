import { expect, it } from "vitest";
import { listText } from "./keys-text.ts";

it("tells that a tenant has no keys apart from that there are none", () => {
  const none = { mode: "keys" as const, keys: [] };
  expect(listText(none)).toBe("There are no keys. Make one: reprise keys create --tenant NAME");
  expect(listText(none, "nobody")).toMatch(/^Tenant nobody has no keys\. All there are: reprise keys list\./);
  expect(listText({ ...none, mode: "credential" }, "a\u001b[31m")).toMatch(/^Tenant a\[31m has .*\n\ntenancy\.mode is/);
});
