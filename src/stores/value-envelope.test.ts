import fc from "fast-check";
import { expect, test } from "vitest";
import { envelopeBytes, openValue, sealValue } from "./value-envelope.ts";

const name = "reprise:6:tenant:key";
const value = Uint8Array.from({ length: 40 }, (_, index) => index * 7);
const sealed = (): Buffer => sealValue(name, value, 1_800_000_000_000.5, "high");

test("opens what it sealed", () => {
  const anyPriority = fc.constantFrom("low" as const, "normal" as const, "high" as const);
  const deaths = fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(fc.string(), fc.uint8Array(), deaths, anyPriority, (someName, bytes, deleteAt, priority) => {
      const opened = openValue(someName, sealValue(someName, bytes, deleteAt, priority));
      expect(opened).toMatchObject({ kind: "value", deleteAt, priority });
      expect(opened.kind === "value" && [...opened.value]).toEqual([...bytes]);
    }),
  );
});

test("the bytes of version 1 stay as they are", () => {
  expect(sealValue("n", Uint8Array.of(1, 2), 1, "low").toString("hex")).toBe("52700100913e46903ff00000000000000102");
});

test("R6: every flipped bit and every cut is damage, or a later version", () => {
  for (let bit = 0; bit < 8 * sealed().length; bit++) {
    const flipped = sealed();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(openValue(name, flipped).kind).toBe(bit >> 3 === 2 && (flipped[2] as number) > 1 ? "newer" : "damaged");
  }
  for (let length = 0; length < sealed().length; length++) {
    expect(openValue(name, sealed().subarray(0, length)).kind).toBe("damaged");
  }
});

test("a value under another name, and one of version 0, are damage", () => {
  expect(openValue("reprise:6:tenant:kez", sealed()).kind).toBe("damaged");
  const older = sealed();
  older[2] = 0;
  expect(openValue(name, older).kind).toBe("damaged");
});

test("copies the value into the envelope, and reads it without a copy", () => {
  const written = sealed();
  const opened = openValue(name, written);
  expect(opened.kind === "value" && opened.value.byteOffset - written.byteOffset).toBe(envelopeBytes);
});
