import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemRandom } from "../../core/clock.ts";
import { detect } from "../../policy/personal-data/detection.ts";
import { holdsKeyText, isKeyHash, isKeyId, keyHash, newKeyId, newKeyText, readKeyText } from "./key-text.ts";

const name = { id: newKeyId(systemRandom), edition: 1 };
const text = newKeyText(name, systemRandom);

describe("the text of a virtual key", () => {
  it("tells which key it is, is found by scanners, and is never twice the same", () => {
    expect(text).toMatch(/^rpr_[0-9A-Za-z]{12}_1_[0-9A-Za-z]{49}$/);
    expect(readKeyText(text)).toEqual(name);
    expect(readKeyText(newKeyText({ ...name, edition: 999_999 }, systemRandom))?.edition).toBe(999_999);
    const many = Array.from({ length: 1_000 }, () => newKeyText(name, systemRandom));
    expect(new Set(many).size).toBe(many.length);
    expect(new Set(Array.from({ length: 1_000 }, () => newKeyId(systemRandom))).size).toBe(1_000);
    expect(isKeyId(name.id)).toBe(true);
    expect(isKeyId(`${name.id}/1`)).toBe(false);
  });

  it("is found as a secret in a prompt, and so is most of one", () => {
    for (let edition = 1; edition < 1_000_000; edition *= 7) {
      const shown = newKeyText({ ...name, edition }, systemRandom);
      for (const said of [`My key is ${shown}.`, `curl -H "Authorization: Bearer ${shown}"`, `x=${shown.slice(0, -9)}`])
        expect(detect(said).findings).toMatchObject([{ kind: "secret", rule: "reprise" }]);
    }
  });

  it("has as many digits as 256 bits take, whatever the bits are", () => {
    for (const byte of [0x00, 0xff]) {
      const bits = { ...systemRandom, bytes: (length: number) => new Uint8Array(length).fill(byte) };
      const made = newKeyText({ id: newKeyId(bits), edition: 1 }, bits);
      expect(made).toHaveLength(text.length);
      expect(readKeyText(made)).toBeDefined();
    }
  });

  it("is not one that was cut, lengthened, mistyped, or written otherwise", () => {
    const others = [
      "",
      text.slice(0, -1),
      text.slice(1),
      `${text} `,
      `${text}0`,
      `${text}\n`,
      text.toUpperCase(),
      text.toLowerCase(),
      text.replace("rpr_", "рpr_"),
      text.replace("rpr_", "rpr-"),
      text.replace("_1_", "_2_"),
      text.replace("_1_", "_01_"),
      text.replace("_1_", "_0_"),
      text.replace("_1_", "_1000000_"),
      `${text.slice(0, 30)} ${text.slice(30)}`,
      `${text}${text}`,
    ];
    for (const other of others) expect(readKeyText(other), other).toBeUndefined();
    const swapped = text.replace(/(.)(.)$/, (_, one: string, two: string) => (one === two ? "!" : two + one));
    expect(readKeyText(swapped)).toBeUndefined();
  });

  it("is not another one with any single character changed", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(..."0123456789ABCxyz_-é"), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(readKeyText(changed) === undefined).toBe(changed !== text);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("is known again by a hash with a salt of its own, and by nothing less than all of it", () => {
    const [salt, other] = [systemRandom.bytes(16), systemRandom.bytes(16)];
    const hash = keyHash(salt, text);
    expect(hash).toHaveLength(32);
    expect(isKeyHash(hash, salt, text)).toBe(true);
    expect(keyHash(other, text)).not.toEqual(hash);
    expect(isKeyHash(hash, other, text)).toBe(false);
    for (const near of [text.slice(0, 20), text.slice(0, -1), `${text}x`, `${text.slice(0, -1)}!`])
      expect(isKeyHash(hash, salt, near), near).toBe(false);
    expect(Buffer.from(hash).toString("latin1")).not.toContain(text.slice(20, 30));
  });

  it("is noticed wherever it stands", () => {
    for (const holding of [text, `a ${text}`, `https://host/${text}/x`, text.slice(0, 40)])
      expect(holdsKeyText(holding), holding).toBe(true);
    for (const harmless of ["", "rpr_", "rpr_report.pdf", "sk-proj-rpr", "rpr_0123456789ab_"])
      expect(holdsKeyText(harmless), harmless).toBe(false);
  });
});
