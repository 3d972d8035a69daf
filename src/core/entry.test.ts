import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, openEntry, sealEntry } from "./entry.ts";
import { tokenLength } from "./generations.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const instant = fc.double({ min: 0, max: 1e15, noNaN: true });
const entries: fc.Arbitrary<Entry> = fc.record({
  form: fc.constantFrom("json" as const, "events" as const),
  lifetime: fc.record({
    createdAt: instant,
    staleAt: instant,
    revalidateUntil: instant,
    errorUntil: instant,
    deleteAt: fc.oneof(instant, fc.constant(Number.POSITIVE_INFINITY)),
  }),
  tenant: text,
  generations: fc.array(
    fc.record({ scope: text, token: fc.uint8Array({ minLength: tokenLength, maxLength: tokenLength }) }),
    { maxLength: 6 },
  ),
  note: fc.record({
    protocol: text,
    model: fc.option(text, { nil: undefined }),
    usage: fc.option(
      fc.constant({
        inputTokens: 9,
        cachedInputTokens: 4,
        cacheWriteTokens: 0,
        outputTokens: 2,
        reasoningTokens: 1,
      }),
      { nil: undefined },
    ),
    tags: fc.array(text, { maxLength: 3 }),
  }),
  body: fc.uint8Array({ maxLength: 200 }),
});

const sample: Entry = {
  form: "events",
  lifetime: { createdAt: 1, staleAt: 2, revalidateUntil: 3, errorUntil: 4, deleteAt: 4 },
  tenant: "tenant-🌊",
  generations: [{ scope: "all", token: new Uint8Array(tokenLength).fill(7) }],
  note: { protocol: "openai-chat", model: undefined, usage: undefined, tags: ["a"] },
  body: Buffer.from("data: [DONE]\n\n"),
};

describe("sealEntry and openEntry", () => {
  it("give back what was put in", () => {
    fc.assert(
      fc.property(entries, text, (entry, key) => {
        const opened = openEntry(sealEntry(entry, key), entry.tenant, key);
        if (!opened.ok) return expect.fail(opened.reason);
        const { note, generations, body, ...rest } = opened.entry;
        expect(rest).toEqual({ form: entry.form, lifetime: entry.lifetime, tenant: entry.tenant });
        expect(note).toEqual(JSON.parse(JSON.stringify(entry.note)));
        expect([...body]).toEqual([...entry.body]);
        expect(generations.map(({ scope, token }) => [scope, ...token])).toEqual(
          entry.generations.map(({ scope, token }) => [scope, ...token]),
        );
        return undefined;
      }),
      { seed: 1 },
    );
  });

  it("open a view into a larger buffer, as drivers hand out", () => {
    const sealed = sealEntry(sample, "k");
    const around = new Uint8Array(sealed.length + 10);
    around.set(sealed, 3);
    expect(openEntry(around.subarray(3, 3 + sealed.length), sample.tenant, "k").ok).toBe(true);
  });

  it("compare tokens where they stand as they do one by one", () => {
    const token = fc.uint8Array({ minLength: tokenLength, maxLength: tokenLength });
    const asked = fc.array(
      fc.option(fc.oneof(token, fc.uint8Array({ maxLength: tokenLength + 1 })), { nil: undefined }),
      {
        maxLength: 7,
      },
    );
    fc.assert(
      fc.property(entries, asked, fc.nat(7), (entry, other, own) => {
        const opened = openEntry(sealEntry(entry, "k"), entry.tenant, "k");
        if (!opened.ok) return expect.fail(opened.reason);
        const tokens = [...entry.generations.slice(0, own).map((generation) => generation.token), ...other];
        const same = tokens.every(
          (token, index) => token && Buffer.from(token).equals(entry.generations[index]?.token ?? Buffer.alloc(0)),
        );
        expect(opened.entry.hasTokens(tokens)).toBe(same && tokens.length <= entry.generations.length);
        expect(opened.entry.generationCount).toBe(entry.generations.length);
        return undefined;
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("turn down every single damaged byte, whatever it becomes (R15)", () => {
    const sealed = sealEntry(sample, "k");
    for (let at = 0; at < sealed.length; at++) {
      for (const flip of [1, 0x80, 0xff, (at % 254) + 1]) {
        const damaged = new Uint8Array(sealed);
        damaged[at] = (damaged[at] as number) ^ flip;
        const opened = openEntry(damaged, sample.tenant, "k");
        expect(opened.ok, `byte ${at}`).toBe(false);
      }
    }
  });

  it("turn down every truncation, and bytes behind the end (R15)", () => {
    const sealed = sealEntry(sample, "k");
    for (let length = 0; length < sealed.length; length++) {
      expect(openEntry(sealed.subarray(0, length), sample.tenant, "k").ok, `length ${length}`).toBe(false);
    }
    expect(openEntry(Buffer.concat([sealed, Buffer.from([0])]), sample.tenant, "k").ok).toBe(false);
  });

  it("turn down random bytes, also behind a true head (R6)", () => {
    const head = sealEntry(sample, "k").subarray(0, 12);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withHead) => {
        const whole = withHead ? Buffer.concat([head, bytes]) : bytes;
        expect(openEntry(whole, sample.tenant, "k").ok).toBe(false);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("turn down an entry under another key, and one of another tenant by that name (I1)", () => {
    const sealed = sealEntry(sample, "k");
    expect(openEntry(sealed, sample.tenant, "other")).toEqual({ ok: false, reason: "corrupt" });
    expect(openEntry(sealed, "tenant-2", "k")).toEqual({ ok: false, reason: "tenant_mismatch" });
    // What belongs to the tenant and what to the key is part of the checksum.
    expect(openEntry(sealEntry({ ...sample, tenant: "ab" }, "c"), "a", "bc").ok).toBe(false);
  });

  it("treat another wire version as one they do not know (T7)", () => {
    const sealed = sealEntry(sample, "k");
    for (const version of [0, 2, 255]) {
      const other = new Uint8Array(sealed);
      other[4] = version;
      expect(openEntry(other, sample.tenant, "k")).toEqual({ ok: false, reason: "unknown_version" });
    }
  });

  it("turn down what has a right checksum and leads beyond its end", () => {
    const forge = (change: (sealed: Buffer) => void) => {
      const sealed = Buffer.from(sealEntry(sample, "k"));
      change(sealed);
      const seed = crc32(`${sample.tenant.length}:${sample.tenant}k`);
      sealed.writeUInt32LE(crc32(sealed.subarray(12), crc32(sealed.subarray(0, 8), seed)), 8);
      return openEntry(sealed, sample.tenant, "k");
    };
    expect(forge(() => {}).ok).toBe(true);
    const corrupt = { ok: false, reason: "corrupt" };
    expect(forge((sealed) => sealed.writeUInt16LE(60_000, 6))).toEqual(corrupt); // generations
    expect(forge((sealed) => sealed.writeUInt32LE(60_000, 54))).toEqual(corrupt); // note
    expect(forge((sealed) => sealed.writeUInt8(9, 5))).toEqual(corrupt); // form
  });
});
