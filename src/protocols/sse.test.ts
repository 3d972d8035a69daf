import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvents, renderEvent, type SseBlock, SseReader } from "./sse.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);

function read(chunks: readonly Uint8Array[], maxEventBytes = 10_000): readonly SseBlock[] {
  const reader = new SseReader({ maxEventBytes });
  return chunks.flatMap((chunk) => reader.push(chunk));
}

/** What a test can compare at a glance. */
const shown = (blocks: readonly SseBlock[]) =>
  blocks.map((block) => {
    if (block.kind === "overflow") return "overflow";
    return block.kind === "event" ? [block.name, block.data, text(block.bytes)] : text(block.bytes);
  });

const table: readonly (readonly [string, string, readonly unknown[]])[] = [
  ["one line", "data: a\n\n", [["", "a", "data: a\n\n"]]],
  ["no space after the colon", "data:a\n\n", [["", "a", "data: a\n\n"]]],
  ["two spaces: one belongs to the value", "data:  a\n\n", [["", " a", "data:  a\n\n"]]],
  ["CRLF", "data: a\r\n\r\n", [["", "a", "data: a\n\n"]]],
  [
    "CR",
    "data: a\r\rdata: b\r\r",
    [
      ["", "a", "data: a\n\n"],
      ["", "b", "data: b\n\n"],
    ],
  ],
  ["line ends mixed", "data: a\rdata: b\r\ndata: c\n\r\n", [["", "a\nb\nc", "data: a\ndata: b\ndata: c\n\n"]]],
  [
    "LF CR is two line ends",
    "data: a\n\rdata: b\n\n",
    [
      ["", "a", "data: a\n\n"],
      ["", "b", "data: b\n\n"],
    ],
  ],
  ["BOM at the start", "\ufeffdata: a\n\n", [["", "a", "data: a\n\n"]]],
  ["BOM before a comment", "\ufeff: a\n\n", [": a\n\n"]],
  ["BOM later is part of a field name nobody knows", "data: a\n\n\ufeffdata: b\n\n", [["", "a", "data: a\n\n"]]],
  ["BOM within data stays", "data: \ufeffa\n\n", [["", "\ufeffa", "data: \ufeffa\n\n"]]],
  ["several lines", "data: a\ndata\ndata: b\n\n", [["", "a\n\nb", "data: a\ndata: \ndata: b\n\n"]]],
  ["data without a colon", "data\n\n", [["", "", "data: \n\n"]]],
  ["event and id", "id: 7\nevent: x\ndata: a\n\n", [["x", "a", "event: x\nid: 7\ndata: a\n\n"]]],
  ["the last event field counts", "event: x\nevent: y\ndata: a\n\n", [["y", "a", "event: y\ndata: a\n\n"]]],
  [
    "the event name does not outlive its event",
    "event: x\ndata: a\n\ndata: b\n\n",
    [
      ["x", "a", "event: x\ndata: a\n\n"],
      ["", "b", "data: b\n\n"],
    ],
  ],
  ["an id with NUL is ignored", "id: a\0b\ndata: a\n\n", [["", "a", "data: a\n\n"]]],
  ["retry", "retry: 300\ndata: a\n\n", ["retry: 300\n\n", ["", "a", "data: a\n\n"]]],
  ["retry with anything but digits is ignored", "retry: 3s\n\n", []],
  ["unknown fields are ignored", "foo: 1\nDATA: 2\n data: 3\ndata: a\n\n", [["", "a", "data: a\n\n"]]],
  ["a comment", ": hi\n\n", [": hi\n\n"]],
  ["an empty comment", ":\n\n", [":\n\n"]],
  [
    "a comment within an event goes first",
    "data: a\n:hi\ndata: b\n\n",
    [": hi\n\n", ["", "a\nb", "data: a\ndata: b\n\n"]],
  ],
  ["an event without data is no event", "event: ping\n\ndata: a\n\n", ["event: ping\n\n", ["", "a", "data: a\n\n"]]],
  ["blank lines alone", "\n\r\n\r\r\n", []],
  ["an unfinished event is discarded", "data: a\n\ndata: b\n", [["", "a", "data: a\n\n"]]],
  ["an unfinished line is discarded", "data: a\n\ndata: b", [["", "a", "data: a\n\n"]]],
  ["colons in the value", "data: a: b:c\n\n", [["", "a: b:c", "data: a: b:c\n\n"]]],
];

describe("SseReader reads what WHATWG HTML says", () => {
  it.each(table)("%s", (_, input, expected) => expect(shown(read([bytes(input)]))).toEqual(expected));

  it.each(table)("%s, byte by byte", (_, input, expected) => {
    expect(shown(read(Array.from(bytes(input), (byte) => Uint8Array.of(byte))))).toEqual(expected);
  });

  it.each(table)("%s, cut anywhere", (_, input, expected) => {
    const whole = bytes(input);
    for (let at = 0; at <= whole.length; at++) {
      expect(shown(read([whole.subarray(0, at), new Uint8Array(), whole.subarray(at)]))).toEqual(expected);
    }
  });
});

describe("SseReader", () => {
  it("gives the same for any bytes cut anywhere, and never throws", () => {
    const byte = fc.oneof(fc.constantFrom(...bytes("data: event:id\r\n\r\n\ufeff")), fc.integer({ min: 0, max: 255 }));
    const chunks = fc.array(
      fc.array(byte, { maxLength: 30 }).map((list) => Uint8Array.from(list)),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 60 }), (pieces, maxEventBytes) => {
        const uncut = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
        expect(shown(read(pieces, maxEventBytes))).toEqual(shown(read([uncut], maxEventBytes)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("its normal form reads back as the same event", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (data, name) => {
        fc.pre(!/[\r]/.test(data) && !/[\r\n]/.test(name));
        const rendered = bytes(renderEvent(data, name));
        const [event, ...more] = readEvents(rendered);
        expect([event?.data, event?.name, event && text(event.bytes), more.length]).toEqual([
          data,
          name,
          text(rendered),
          0,
        ]);
      }),
      { seed: 1 },
    );
  });

  it("says when data is not UTF-8 and keeps the bytes", () => {
    const [bad, good] = read([Uint8Array.of(...bytes("data: a"), 0xff, 0xf0, 0x9f, ...bytes("\n\ndata: ok\n\n"))]);
    expect(bad).toMatchObject({ kind: "event", validUtf8: false, data: "a\ufffd\ufffd" });
    expect(bad?.kind === "event" && [...bad.bytes]).toEqual([...bytes("data: a"), 0xff, 0xf0, 0x9f, 10, 10]);
    expect(good).toMatchObject({ validUtf8: true, data: "ok" });
  });

  it("takes an event of 1 MB in chunks of any size", () => {
    const data = "x".repeat(1024 * 1024);
    const whole = bytes(`data: ${data}\n\n`);
    for (const size of [1, 1000, 65_536, whole.length]) {
      const reader = new SseReader({ maxEventBytes: 2 * 1024 * 1024 });
      const blocks: SseBlock[] = [];
      for (let at = 0; at < whole.length; at += size) blocks.push(...reader.push(whole.subarray(at, at + size)));
      expect(blocks).toHaveLength(1);
      expect(blocks[0]?.kind === "event" && blocks[0].data === data).toBe(true);
    }
  });

  it.each([
    ["one endless line", "data: aaaaaaaaaaaaaaa"],
    ["many short lines", "data: a\n"],
    ["an endless comment", ": aaaaaaaaaaaaaaaaaa"],
    ["empty data lines", "data\n"],
  ])("gives up on %s at the limit and reads nothing more", (_, piece) => {
    const reader = new SseReader({ maxEventBytes: 100 });
    const blocks: SseBlock[] = [];
    const endless = piece.endsWith("\n") ? bytes(piece) : bytes(piece.slice(0, 5));
    blocks.push(...reader.push(bytes("data: before\n\n")), ...reader.push(bytes(piece)));
    for (let count = 0; count < 50; count++) blocks.push(...reader.push(endless));
    blocks.push(...reader.push(bytes("\n\ndata: after\n\n")));
    expect(blocks.map((block) => block.kind)).toEqual(["event", "overflow"]);
  });

  it("bounds each event, not the stream", () => {
    expect(read([bytes("data: abcd\n\n".repeat(100))], 20)).toHaveLength(100);
  });

  it("lets an event of just the limit pass, each line end counted as one byte", () => {
    expect(read([bytes("data: abcd\r\n\n")], 11).map((block) => block.kind)).toEqual(["event"]);
    expect(read([bytes("data: abcd\n\n")], 10).map((block) => block.kind)).toEqual(["overflow"]);
  });
});
