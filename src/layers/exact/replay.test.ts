import { describe, expect, it } from "vitest";
import type { Entry } from "../../core/entry.ts";
import type { Protocol } from "../../core/protocol.ts";
import { Replayer } from "./replay.ts";

let conversions = 0;
const protocol = {
  replayEvents: ({ body }, view) => Buffer.from(`events ${++conversions} ${JSON.stringify(view)} ${body.length}`),
  replayJson: ({ body }, view) => Buffer.from(`json ${++conversions} ${JSON.stringify(view)} ${body.length}`),
} as Partial<Protocol> as Protocol;

const entry = (form: Entry["form"], size = 10) => ({ form, body: new Uint8Array(size) }) as Entry;
const plain = { includeUsage: false, zeroUsage: false };

describe("Replayer", () => {
  it("gives stored JSON out as it is", () => {
    const one = entry("json");
    expect(new Replayer().play(one, protocol, false, plain)).toBe(one.body);
    expect(new Replayer().play(one, protocol, false, { ...plain, includeUsage: true })).toBe(one.body);
  });

  it("works each form out once and tells the forms apart", () => {
    const replayer = new Replayer();
    const one = entry("events");
    conversions = 0;
    const played = new Set<Uint8Array>();
    for (let round = 0; round < 2; round++) {
      for (const stream of [false, true]) {
        for (const includeUsage of [false, true]) {
          for (const zeroUsage of [false, true])
            played.add(replayer.play(one, protocol, stream, { includeUsage, zeroUsage }));
        }
      }
    }
    expect(conversions).toBe(8);
    expect(new Set([...played].map(String)).size).toBe(8);
  });

  it("does not take one entry for another of the same size", () => {
    const replayer = new Replayer();
    expect(replayer.play(entry("events"), protocol, true, plain)).not.toBe(
      replayer.play(entry("events"), protocol, true, plain),
    );
  });

  it("keeps within its bound, the bytes it was made from counted, and still plays what is larger", () => {
    const replayer = new Replayer(1_000);
    const [large, small] = [entry("events", 2_000), entry("events", 500)];
    conversions = 0;
    for (let round = 0; round < 2; round++) replayer.play(large, protocol, true, plain);
    expect(conversions).toBe(2);
    replayer.play(small, protocol, true, plain);
    replayer.play(small, protocol, true, plain);
    expect(conversions).toBe(3);
    replayer.play(entry("events", 500), protocol, true, plain);
    replayer.play(small, protocol, true, plain);
    expect(conversions).toBe(5);
  });
});
