import { isDeepStrictEqual } from "node:util";
import { crc32 } from "node:zlib";
import { readBusText, writeBusText } from "../../../src/core/bus-text.ts";
import { type Entry, openEntry, sealEntry } from "../../../src/core/entry.ts";
import { entryId, readEntryId } from "../../../src/core/entry-id.ts";
import { readFrame, writeFrame } from "../../../src/fleet/relay-frames.ts";
import { readPoolMessage } from "../../../src/gateway/pool/pool-message.ts";
import { readRecord, writeRecord } from "../../../src/layers/embedding/vector-record.ts";
import { openItem, sealItem } from "../../../src/stores/memcached-item.ts";
import { openValue, sealValue } from "../../../src/stores/value-envelope.ts";
import { type FuzzTarget, promise, textOf } from "../fuzz-target.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text, "utf8");
const entry: Entry = {
  form: "json",
  lifetime: { createdAt: 1, staleAt: 2, revalidateUntil: 3, errorUntil: 4, deleteAt: 5 },
  tenant: "t-1",
  generations: [{ scope: "all", token: new Uint8Array(12).fill(3) }],
  note: { protocol: "openai-chat", model: "m", usage: undefined, tags: ["a"] },
  body: bytesOf('{"ok":true}'),
};
const sealed = sealEntry(entry, "k");

/** An entry opens as it was written, under its own tenant and key, or not at all. */
export const entryTarget: FuzzTarget = {
  name: "entry",
  seeds: [sealed, sealEntry({ ...entry, form: "events", generations: [], tenant: "mandant-ü" }, "k")],
  words: ["RPRS", "t-1"],
  run(input) {
    const asRead = openEntry(input, "t-1", "k");
    if (asRead.ok) promise(isSame(input, sealed), "an altered entry opens");
    promise(!openEntry(input, "t-2", "k").ok, "an entry opens for another tenant");
    if (!isSame(input, sealed)) return;
    promise(!openEntry(input, "t-1", "k2").ok, "an entry opens under another key");
  },
};

/** As above with the checksum put right, as somebody would who can write to the store: lengths never lead astray. */
export const forgedEntryTarget: FuzzTarget = {
  name: "forged-entry",
  seeds: [sealed],
  words: ["RPRS", "t-1"],
  run(input) {
    if (input.length < 60) return;
    const forged = Buffer.from(input);
    forged.write("RPRS", 0, "latin1");
    forged[4] = 1;
    forged.writeUInt32LE(crc32(forged.subarray(12), crc32(forged.subarray(0, 8), crc32("3:t-1k"))), 8);
    const opened = openEntry(forged, "t-1", "k");
    if (!opened.ok) return;
    const { generations, body } = opened.entry;
    promise(body.length <= forged.length, "a body of more than there is");
    opened.entry.hasTokens(generations.map(({ token }) => token));
  },
};

export const envelopeTarget: FuzzTarget = {
  name: "envelope",
  seeds: [sealValue("n", bytesOf("value"), 1_800_000_000_000, "normal")],
  words: ["Rp\u0001"],
  run(input) {
    const opened = openValue("n", Buffer.from(input));
    promise(
      opened.kind !== "value" || isSame(sealValue("n", opened.value, opened.deleteAt, opened.priority), input),
      "an altered value opens",
    );
    promise(
      openValue("other", Buffer.from(input)).kind !== "value" || input.length < 16,
      "a value opens under another name",
    );
  },
};

export const memcachedItemTarget: FuzzTarget = {
  name: "memcached-item",
  seeds: [sealItem("t", "k", { form: "whole", body: bytesOf("value"), deleteAt: 2, storedAt: 1, priority: "normal" })],
  words: ["RM\u0001"],
  run(input) {
    const opened = openItem(input, "t", "k");
    promise(opened === undefined || openItem(input, "t", "k2") === undefined, "an item opens under another key");
    promise(openItem(input, "t2", "k") === undefined, "an item opens for another tenant");
  },
};

export const vectorRecordTarget: FuzzTarget = {
  name: "vector-record",
  seeds: [
    writeRecord({
      vector: new Uint8Array(16),
      tokens: 3,
      model: "m",
      origin: { digest: "d", scope: { model: "m" } as never },
    }),
  ],
  run(input) {
    const read = readRecord(input);
    promise(read === undefined || read.vector.length % 4 === 0, "a vector of half a number");
  },
};

/** What goes between gateways through the store: read as it was written, or not believed. */
export const relayTarget: FuzzTarget = {
  name: "relay",
  seeds: [
    writeFrame({
      kind: "head",
      status: 200,
      headers: { "content-type": "a" },
      generations: [{ scope: "s", token: new Uint8Array(12) }],
    }),
    writeFrame({ kind: "piece", bytes: bytesOf("data: x\n\n") }),
    writeFrame({ kind: "end" }),
    writeFrame({ kind: "failure", error: undefined }),
    Buffer.concat([Uint8Array.of(4), bytesOf('["timeout","late"]')]),
  ],
  words: ["[200,{}]", "null", '[["s","AAAA",true]]', '["aborted","x"]'],
  run(input) {
    const frame = readFrame(input);
    if (frame === undefined || frame.kind === "failure") return;
    promise(isDeepStrictEqual(readFrame(writeFrame(frame)), frame), "a frame that is written anew is another");
    if (frame.kind !== "head") return;
    promise(typeof frame.headers === "object" && !Array.isArray(frame.headers), "header fields that are none");
    for (const value of Object.values(frame.headers))
      promise(
        [value].flat().every((one) => typeof one === "string"),
        "a header field that is no text",
      );
  },
};

export const busTarget: FuzzTarget = {
  name: "bus",
  seeds: [
    '{"v":1,"from":"a","said":[["g","t","s","AAAA",null],["k","t","x"],["s","topic","text"]]}',
    '{"from":"g","of":"d","loads":[[0,1,2]],"placed":[[1,[5,6]]],"drained":[1,true]}',
  ],
  words: ['"v":1', '["g","t","s","AA","BB"]', '["k","t","x"]', "null", '"said":'],
  run(input) {
    const text = textOf(input);
    const read = readBusText(text);
    if (read !== undefined)
      promise(isDeepStrictEqual(readBusText(writeBusText(read)), read), "a message that is written anew is another");
    readPoolMessage(text, 3);
  },
};

export const entryIdTarget: FuzzTarget = {
  name: "entry-id",
  seeds: [entryId("tenant ü:/", "slot-1.3", "q"), "t:slot", "%:x"],
  words: ["%3A", ":", "~", "%e0%a4"],
  run(input) {
    const place = readEntryId(textOf(input));
    if (place === undefined) return;
    const again = readEntryId(entryId(place.tenant, place.slot, place.question));
    promise(isDeepStrictEqual(again, place), "an id of another place");
  },
};

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
