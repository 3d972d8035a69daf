import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "./entry.ts";
import { EntryIds, entryId, readEntryId } from "./entry-id.ts";

describe("entryId", () => {
  it("names any tenant and slot, and both are found again", () => {
    const tenant = fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.isWellFormed());
    const slot = fc.tuple(fc.stringMatching(/^[\w-]{1,43}$/), fc.constantFrom("", ".1", ".99")).map(([a, b]) => a + b);
    fc.assert(
      fc.property(tenant, slot, (whose, where) => {
        const id = entryId(whose, where);
        // It travels in a header field.
        expect(id).toMatch(/^[!-~]+$/);
        expect(readEntryId(id)).toEqual({ tenant: whose, slot: where });
      }),
    );
  });

  it.each([
    "",
    ":",
    "t:",
    ":slot",
    "t:slot:more",
    "t slot",
    "t:g:tag",
    "%:slot",
    "%ff:slot",
    "t:slot.",
    "t:slot.x",
    " t:s",
  ])("%j is none", (id) => {
    expect(readEntryId(id)).toBeUndefined();
  });

  it("never names the tokens of scopes, nor what belongs to no tenant", () => {
    expect(readEntryId(entryId("t", "g:tag:doc"))).toBeUndefined();
    expect(readEntryId(entryId("", "master-key"))).toBeUndefined();
  });
});

describe("EntryIds", () => {
  const entryOf = (tenant: string) => ({ tenant }) as Entry;

  it("gives the id of an opened entry, the same one each time", () => {
    const ids = new EntryIds();
    const [one, other] = [entryOf("a tenant"), entryOf("a tenant")];
    for (let time = 0; time < 2; time++) {
      expect(ids.of(one, "slot")).toBe(entryId("a tenant", "slot"));
      expect(ids.of(other, "other.1")).toBe(entryId("a tenant", "other.1"));
    }
  });
});
