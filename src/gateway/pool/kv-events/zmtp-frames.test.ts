import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { greeting, messageOf, pong, ready, type ZmtpFrame, ZmtpReader } from "./zmtp-frames.ts";

function readInPieces(bytes: Uint8Array, cuts: readonly number[]) {
  const reader = new ZmtpReader();
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let from = 0;
  return ends.flatMap((end) => {
    const frames = reader.push(bytes.subarray(from, end));
    from = end;
    return frames;
  });
}

const longHead = (length: number): Buffer => {
  const head = Buffer.alloc(9);
  head[0] = 2;
  head.writeBigUInt64BE(BigInt(length), 1);
  return head;
};
const longFrame = (body: Buffer): Buffer => Buffer.concat([longHead(body.length), body]);

describe("ZMTP", () => {
  test("what a peer says is read, wherever it is cut", () => {
    const stream = Buffer.concat([
      greeting(),
      ready("PUB"),
      messageOf([Buffer.from("topic"), Buffer.alloc(8), Buffer.from("payload")]),
      longFrame(Buffer.alloc(1_000, 7)),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        const frames = readInPieces(stream, cuts);
        expect(frames.map(({ isCommand, hasMore, body }) => [isCommand, hasMore, body.length])).toEqual([
          [true, false, 38],
          [false, true, 5],
          [false, true, 8],
          [false, false, 7],
          [false, false, 1_000],
        ]);
        expect(frames[0]?.body.toString("latin1")).toContain("READY\x0bSocket-Type\0\0\0\x03PUB");
      }),
    );
  });

  test("a frame in very many pieces costs what it holds", () => {
    const frame = longFrame(Buffer.alloc(2 * 1024 * 1024, 7));
    const reader = new ZmtpReader();
    reader.push(greeting());
    const frames: ZmtpFrame[] = [];
    for (let at = 0; at < frame.length; at += 64) frames.push(...reader.push(frame.subarray(at, at + 64)));
    expect(frames.map(({ body }) => body.equals(frame.subarray(9)))).toEqual([true]);
  });

  test("what was read is no part of what came", () => {
    const [frame] = readInPieces(Buffer.concat([greeting(), messageOf([Buffer.from("a")]), Buffer.alloc(60_000)]), []);
    expect(frame?.body.buffer.byteLength).toBe(1);
  });

  test("the greeting is that of 3.0 without security", () => {
    const bytes = greeting();
    expect(bytes).toHaveLength(64);
    expect([bytes[0], bytes[9], bytes[10], bytes[11], bytes.toString("latin1", 12, 16), bytes[32]]).toEqual([
      0xff,
      0x7f,
      3,
      0,
      "NULL",
      0,
    ]);
  });

  test("a ping is answered with its context", () => {
    const ping = Buffer.from("\x04PING\0\x0actx", "latin1");
    expect(pong(ping).toString("latin1")).toBe("\x04\x08\x04PONGctx");
  });

  test.each([
    ["another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n")],
    ["an old version", Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, ...Buffer.alloc(53)])],
    ["security", Buffer.concat([greeting().subarray(0, 12), Buffer.from("CURVE".padEnd(52, "\0"))])],
    ["a frame larger than any", Buffer.concat([greeting(), longHead(8 * 1024 * 1024 + 1)])],
    ["a length that cannot be", Buffer.concat([greeting(), Buffer.from([2, ...Buffer.alloc(8, 0xff)])])],
    [
      "frames that are it together",
      Buffer.concat([greeting(), messageOf([Buffer.of(7), Buffer.of(7)]).subarray(0, 3), longHead(8 * 1024 * 1024)]),
    ],
  ])("is refused: %s", (_, bytes) => {
    expect(() => new ZmtpReader().push(bytes)).toThrow();
  });
});
