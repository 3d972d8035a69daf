import { describe, expect, it } from "vitest";
import { sealEntry } from "./entry.ts";
import { OpenedEntries } from "./opened-entries.ts";

function sealed(text: string, key = "k", tenant = "t"): Uint8Array {
  const instant = 1;
  const lifetime = {
    createdAt: instant,
    staleAt: instant,
    revalidateUntil: instant,
    errorUntil: instant,
    deleteAt: instant,
  };
  const note = { protocol: "p", model: undefined, usage: undefined, tags: [] };
  return sealEntry({ form: "json", lifetime, tenant, generations: [], note, body: Buffer.from(text) }, key);
}

const copyOf = (bytes: Uint8Array) => new Uint8Array(bytes);
const corrupt = { ok: false, reason: "corrupt" };

describe("OpenedEntries", () => {
  for (const [size, text] of [
    ["small", "answer"],
    ["large", "answer".repeat(10_000)],
  ] as const) {
    it(`opens a ${size} value once, however often it is handed out`, () => {
      const entries = new OpenedEntries();
      const bytes = sealed(text);
      const opened = entries.open(bytes, "t", "k");
      expect(opened).toMatchObject({ ok: true, entry: { body: Buffer.from(text) } });
      for (let time = 0; time < 3; time += 1) expect(entries.open(bytes, "t", "k")).toBe(opened);
    });

    it(`checks other bytes, another tenant and another slot each time, whatever it knows of a ${size} value`, () => {
      const entries = new OpenedEntries();
      const bytes = sealed(text);
      for (let time = 0; time < 4; time += 1) {
        expect(entries.open(bytes, "u", "k")).toEqual({ ok: false, reason: "tenant_mismatch" });
        expect(entries.open(bytes, "t", "other")).toEqual(corrupt);
        expect(entries.open(bytes, "t", "k").ok).toBe(true);
        const damaged = copyOf(bytes);
        damaged[bytes.length - 1] = 0;
        expect(entries.open(damaged, "t", "k")).toEqual(corrupt);
      }
    });
  }

  it("is not fooled by a store that writes something else into bytes that it has handed out", () => {
    const entries = new OpenedEntries();
    const bytes = sealed("answer");
    const first = entries.open(bytes, "t", "k");
    bytes.set(sealed("other!"));
    const second = entries.open(bytes, "t", "k");
    expect(second).not.toBe(first);
    expect(second).toMatchObject({ ok: true, entry: { body: Buffer.from("other!") } });
    bytes.set(sealed("answer", "another key"));
    expect(entries.open(bytes, "t", "k")).toEqual(corrupt);
  });

  it("keeps what is used among many that are asked for once", () => {
    const entries = new OpenedEntries();
    const often = sealed("often");
    entries.open(often, "t", "k");
    const opened = entries.open(often, "t", "k");
    for (let index = 0; index < 3_000; index += 1) entries.open(sealed(`once ${index}`), "t", "k");
    expect(entries.open(often, "t", "k")).toBe(opened);
  });

  it("takes what is too short for an entry", () => {
    for (const length of [0, 1, 9, 30])
      expect(new OpenedEntries().open(new Uint8Array(length), "t", "k")).toEqual(corrupt);
  });
});
