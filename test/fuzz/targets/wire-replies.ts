import { isDeepStrictEqual } from "node:util";
import { RequestRejectedError } from "../../../src/core/errors.ts";
import { readKvEvents } from "../../../src/gateway/pool/kv-events/kv-event.ts";
import { greeting, ready, ZmtpReader } from "../../../src/gateway/pool/kv-events/zmtp-frames.ts";
import { embeddingProtocols } from "../../../src/protocols/all-embeddings.ts";
import { MalformedReplyError, type MemcachedReply, MemcachedReplyReader } from "../../../src/stores/memcached-reply.ts";
import { cutUp, type FuzzTarget, promise, refusedOr } from "../fuzz-target.ts";

/** Replies of a Memcached server are the same however the network cuts them. */
export const memcachedTarget: FuzzTarget = {
  name: "memcached",
  seeds: ["HD\r\nVA 5 c1\r\nhello\r\nEN\r\n", "STAT pid 1\r\nEND\r\nVA 0\r\n\r\n", "VA 3 f0\r\nab"],
  words: ["VA 5 ", "\r\n", "HD", "NS", "MN", "CLIENT_ERROR", "VA 99999999999"],
  run(input) {
    const read = (pieces: readonly Uint8Array[]): readonly MemcachedReply[] | undefined => {
      const replies: MemcachedReply[] = [];
      const reader = new MemcachedReplyReader(({ value, ...reply }) =>
        replies.push({ ...reply, value: value && Buffer.from(value) }),
      );
      const isRead = refusedOr(() => {
        for (const piece of pieces) reader.push(Buffer.from(piece));
        return true;
      }, MalformedReplyError);
      return isRead === true ? replies : undefined;
    };
    const whole = read([input]);
    const cut = read(cutUp(input, input.subarray(0, 8)));
    promise(isDeepStrictEqual(cut, whole), "where replies are cut shows in them");
  },
};

/** What an engine tells of its blocks: read, or refused by an error of ours. */
export const engineEventsTarget: FuzzTarget = {
  name: "engine-events",
  seeds: [
    // [1.5, [["BlockStored", [1, 2], null, [], 16], ["BlockRemoved", [3]], ["AllBlocksCleared"]]]
    Buffer.from(
      "92cb3ff80000000000009395ab426c6f636b53746f726564920102c0901092ac426c6f636b52656d6f766564910391b0416c6c426c6f636b73436c6561726564",
      "hex",
    ),
  ],
  words: ["BlockStored", "BlockRemoved", "\u0093", "\u00dc"],
  run(input) {
    refusedOr(() => readKvEvents(input), Error);
  },
};

export const zmtpTarget: FuzzTarget = {
  name: "zmtp",
  seeds: [Buffer.concat([greeting(), ready("PUB"), Buffer.from("000161", "hex")])],
  words: ["READY", "NULL"],
  run(input) {
    const read = (pieces: readonly Uint8Array[]) =>
      refusedOr(() => {
        const reader = new ZmtpReader();
        return pieces.flatMap((piece) => [...reader.push(piece)]);
      }, Error);
    const cut = read(cutUp(input, Uint8Array.of(0, 5, 2)));
    promise(isDeepStrictEqual(cut, read([input])), "where frames are cut shows in them");
  },
};

const embeddingEndpoints: Readonly<Record<string, string>> = {
  "openai-embeddings": "/embeddings",
  "gemini-embeddings": "/v1beta/models/e:batchEmbedContents",
};

/** Requests for vectors are taken apart, and their replies read, without a throw that is not ours. */
export const embeddingTargets: readonly FuzzTarget[] = embeddingProtocols.map((protocol) => ({
  name: protocol.name,
  seeds: [
    '{"model":"e","input":["a","b","a"],"dimensions":2,"encoding_format":"base64","user":"u"}',
    '{"model":"e","input":[[1,2],[3]]}',
    '{"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":2}]}',
    '{"object":"list","model":"e","data":[{"index":1,"embedding":[0.5,1e-3]},{"index":0,"embedding":"AACAPwAAAEA="}],"usage":{"prompt_tokens":2,"total_tokens":2}}',
    '{"embeddings":[{"values":[0.5,1]},{"values":[1,2]}],"usageMetadata":{"promptTokenCount":2}}',
  ],
  words: ['"index":', '"embedding":[]', '"input":', "1e39", "NaN", "null", '"dimensions":0', '"values":'],
  run(input) {
    const endpoint = embeddingEndpoints[protocol.name] as string;
    const parsed = refusedOr(() => protocol.parseRequest(input, endpoint), RequestRejectedError);
    if (parsed !== undefined) {
      promise(parsed.inputs.length > 0, "a request without inputs");
      protocol.parseRequest(parsed.forward(), endpoint);
      if (parsed.cacheable) protocol.parseRequest(parsed.forward([0], { encoding: "dense" }), endpoint);
    }
    for (const count of [1, 2]) {
      const reading = protocol.readVectors(input, count, "list");
      if (!reading.ok) continue;
      promise(reading.vectors.length === count, "other vectors than were asked for");
      const tokens = reading.vectors.map(() => undefined);
      const body = protocol.render({ vectors: reading.vectors, tokens, model: "e", encoding: "float", shape: "list" });
      const again = protocol.readVectors(body, count, "list");
      promise(
        again.ok && isDeepStrictEqual(again.vectors.map(hex), reading.vectors.map(hex)),
        "a vector comes back as another",
      );
    }
  },
}));

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
