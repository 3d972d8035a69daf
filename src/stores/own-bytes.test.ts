import { describe, expect, it } from "vitest";
import { ownBytes } from "./own-bytes.ts";

describe("bytes of one's own", () => {
  it("are copied out of a much larger buffer, and hold nothing of it", () => {
    const read = Buffer.alloc(64 * 1024, "abcdefgh");
    const own = ownBytes(read.subarray(1_000, 3_000));
    expect(Buffer.compare(own, read.subarray(1_000, 3_000))).toBe(0);
    expect(own.buffer.byteLength).toBe(2_000);
    expect(ownBytes(read.subarray(0, 0)).buffer.byteLength).toBe(0);
  });

  it("are the same where there is little to gain", () => {
    const whole = new Uint8Array(1_000);
    expect(ownBytes(whole)).toBe(whole);
    const most = whole.subarray(100);
    expect(ownBytes(most)).toBe(most);
  });
});
