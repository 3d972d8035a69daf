import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OriginError } from "../core/errors.ts";
import { type Frame, readFrame, writeFrame } from "./relay-frames.ts";

describe("frames of a relay", () => {
  it.each<Frame>([
    { kind: "head", status: 200, headers: { "content-type": "text/event-stream", "x-ü": "ä" } },
    { kind: "head", status: 503, headers: {} },
    {
      kind: "head",
      status: 200,
      headers: {},
      generations: [{ scope: "user:x", token: Buffer.from([1, 255]), isCandidate: true }],
    },
    { kind: "end" },
    { kind: "gone" },
    { kind: "failure", error: undefined },
  ])("come back as they went: %j", (frame) => {
    expect(readFrame(writeFrame(frame))).toEqual(frame);
  });

  it("carry bytes unaltered, also none, and from the middle of a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(9), (bytes, before) => {
        const frame = writeFrame({ kind: "piece", bytes });
        const larger = Buffer.concat([Buffer.alloc(before, 7), frame, Buffer.alloc(3, 7)]);
        const read = readFrame(larger.subarray(before, before + frame.length));
        expect(read?.kind === "piece" && Buffer.compare(read.bytes, bytes)).toBe(0);
      }),
    );
  });

  it.each(["unreachable", "timeout", "truncated", "aborted"] as const)(
    "carry the failure %s with its words",
    (failure) => {
      const frame = readFrame(
        writeFrame({ kind: "failure", error: new OriginError(failure, { message: "It did – 🌊." }) }),
      );
      const error = frame?.kind === "failure" ? frame.error : undefined;
      expect(error).toBeInstanceOf(OriginError);
      expect([error?.failure, error?.message]).toEqual([failure, "It did – 🌊."]);
    },
  );

  it.each([
    "",
    "\u0005",
    "\u00ff",
    "\u0000",
    "\u0000{",
    "\u0000null",
    '\u0000["200",{}]',
    "\u0000[1e400,{}]",
    "\u0000[200.5,{}]",
    '\u0000[200,"text"]',
    '\u0000[200,{"a":1}]',
    '\u0000[200,{"a":["b",null]}]',
    '\u0000[200,{},[["s",7]]]',
    "\u0004{",
    '\u0004["odd","x"]',
    "\u0004null",
  ])("%j is none", (text) => {
    expect(readFrame(Buffer.from(text, "latin1"))).toBeUndefined();
  });

  it("is none, or one, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const kinds = [undefined, "head", "piece", "end", "gone", "failure"];
        expect(kinds).toContain(readFrame(bytes)?.kind);
      }),
    );
  });
});
