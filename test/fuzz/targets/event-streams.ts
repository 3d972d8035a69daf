import { isDeepStrictEqual } from "node:util";
import { readEvents, renderEvent, type SseBlock, SseReader } from "../../../src/protocols/sse.ts";
import { cutUp, type FuzzTarget, promise } from "../fuzz-target.ts";

const maxEventBytes = 512;

/** However the bytes are cut, the events are the same, and in their normal form they say the same again. */
export const sseTarget: FuzzTarget = {
  name: "sse",
  seeds: [
    'data: {"a":1}\n\ndata: [DONE]\n\n',
    "\ufeffevent: ping\r\ndata: a\rdata:b\r\n\r\nid: 7\n: comment\nretry: 10\n\n",
    "data\ndata:\n\nid: \u0000\nevent\ndata: x\n\n",
    "data: unfinished",
  ],
  words: ["data: ", "event: ", "id: ", "retry: 5", "\r\n", "\n\n", ": ", "[DONE]", "\ufeff"],
  run(input) {
    const whole = blocksOf([input]);
    for (const by of [Uint8Array.of(0), Uint8Array.of(0, 3, 11), input.subarray(0, 16)]) {
      promise(isDeepStrictEqual(blocksOf(cutUp(input, by)), whole), "where the bytes are cut shows in the events");
    }
    const events = whole.filter((block) => block.kind === "event");
    const normal = Buffer.concat(events.map(({ bytes }) => bytes));
    const again = [...readEvents(normal)].map(({ name, id, data }) => ({ name, id, data }));
    promise(
      isDeepStrictEqual(
        again,
        events.map(({ name, id, data }) => ({ name, id, data })),
      ),
      "the normal form of an event is another event",
    );
    for (const { name, id, data, validUtf8 } of events) {
      if (!validUtf8) continue;
      const [rendered] = readEvents(Buffer.from(renderEvent(data, name, id), "utf8"));
      promise(rendered?.data === data && rendered.name === name, "an event that is written anew reads otherwise");
    }
  },
};

/** A block as plain values. Comments without an event are told by whoever reads them first, so only those count that are whole. */
function blocksOf(pieces: readonly Uint8Array[]): readonly SseBlock[] {
  const reader = new SseReader({ maxEventBytes });
  return pieces
    .flatMap((piece) => reader.push(piece))
    .map((block) => ("bytes" in block ? { ...block, bytes: Buffer.from(block.bytes) } : block));
}
