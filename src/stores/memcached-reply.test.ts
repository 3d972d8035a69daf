import { describe, expect, it } from "vitest";
import { MalformedReplyError, type MemcachedReply, MemcachedReplyReader } from "./memcached-reply.ts";

function readAll(pieces: readonly Uint8Array[]): readonly MemcachedReply[] {
  const replies: MemcachedReply[] = [];
  const reader = new MemcachedReplyReader((reply) => replies.push(reply));
  for (const piece of pieces) reader.push(Buffer.from(piece));
  return replies.map((reply) => ({ ...reply, value: reply.value && Uint8Array.from(reply.value) }));
}

const trap = Uint8Array.from(Buffer.from("\r\nEN\r\nVA 3\r\n\x00\xff\r", "latin1"));
const stream = Buffer.concat([
  Buffer.from(`HD\r\nVA ${trap.length} c12 s3\r\n`),
  trap,
  Buffer.from("\r\nEN\r\nVA 0\r\n\r\nSTAT a b c\r\nSERVER_ERROR out of memory storing object\r\n"),
]);
const replies: readonly MemcachedReply[] = [
  { code: "HD", rest: "", value: undefined },
  { code: "VA", rest: "c12 s3", value: trap },
  { code: "EN", rest: "", value: undefined },
  { code: "VA", rest: "", value: new Uint8Array(0) },
  { code: "STAT", rest: "a b c", value: undefined },
  { code: "SERVER_ERROR", rest: "out of memory storing object", value: undefined },
];

describe("replies of Memcached", () => {
  it("R5: are the same wherever the stream is cut", () => {
    expect(readAll([stream])).toEqual(replies);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(readAll([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(replies);
    }
    expect(readAll(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(replies);
  });

  it("R5: are handed out only when they are whole", () => {
    for (let cut = 0; cut < stream.length; cut += 1) {
      const some = readAll([stream.subarray(0, cut)]);
      expect(some).toEqual(replies.slice(0, some.length));
      expect(some.length).toBeLessThan(replies.length);
    }
  });

  it.each([
    ["a value without a length", "VA x\r\n"],
    ["a value of another length", "VA 2\r\nabcd\r\n"],
    ["a line without an end", "x".repeat(9_000)],
  ])("R6: tell %s", (_, text) => {
    expect(() => readAll([Buffer.from(text)])).toThrow(MalformedReplyError);
  });
});
