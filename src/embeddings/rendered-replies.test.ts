import { describe, expect, it } from "vitest";
import type { VectorReply } from "../core/embedding-protocol.ts";
import { bytesOfNumbers } from "../core/vector.ts";
import { RenderedReplies } from "./rendered-replies.ts";

const vector = bytesOfNumbers([1, 2]);
const other = bytesOfNumbers([3]);
const reply: VectorReply = { vectors: [vector, other], tokens: [1, 2], model: "m", encoding: "float", shape: "list" };

function setUp(maxBytes?: number) {
  const kept = new RenderedReplies(maxBytes);
  let times = 0;
  const of = (call: object, wanted: VectorReply) => kept.of(call, wanted, () => Buffer.from(`written ${++times}`));
  return { of, times: () => times };
}

describe("RenderedReplies", () => {
  it("writes a reply once for the same call and the same vectors", () => {
    const { of, times } = setUp();
    const call = {};
    const first = of(call, reply);
    for (let time = 0; time < 3; time++) expect(of(call, { ...reply, vectors: [vector, other] })).toBe(first);
    expect(of({}, reply)).not.toBe(first);
    expect(times()).toBe(2);
  });

  it.each<[string, Partial<VectorReply>]>([
    ["another vector, equal as it may be", { vectors: [vector, bytesOfNumbers([3])] }],
    ["another order", { vectors: [other, vector] }],
    ["fewer vectors", { vectors: [vector], tokens: [1] }],
    ["more vectors", { vectors: [vector, other, other], tokens: [1, 2, 2] }],
    ["other tokens", { tokens: [1, 3] }],
    ["tokens that are not known", { tokens: [1, undefined] }],
    ["another model", { model: "n" }],
    ["another encoding", { encoding: "base64" }],
    ["another shape", { shape: "single" }],
  ])("writes it anew for %s, and then that is what is kept", (_, change) => {
    const { of } = setUp();
    const call = {};
    const first = of(call, reply);
    const changed = of(call, { ...reply, ...change });
    expect(changed).not.toBe(first);
    expect(of(call, { ...reply, ...change })).toBe(changed);
    expect(of(call, reply)).not.toBe(first);
  });

  it("does not keep the room that a writer did not need", () => {
    const room = Buffer.alloc(30_000).subarray(0, 10_000).fill("x");
    const body = new RenderedReplies().of({}, reply, () => room);
    expect(Buffer.compare(body, room)).toBe(0);
    expect(body.buffer.byteLength).toBe(10_000);
  });

  it("keeps no more than its bound, and nothing that would fill it alone", () => {
    const { of, times } = setUp(64 * 1024);
    const calls = Array.from({ length: 1_000 }, () => ({}));
    for (const call of calls) of(call, reply);
    for (const call of calls) of(call, reply);
    expect(times()).toBe(2_000);
    const large = { ...reply, vectors: [bytesOfNumbers(new Array(2_000).fill(0))], tokens: [1] };
    const call = {};
    expect(of(call, large)).not.toBe(of(call, large));
  });
});
