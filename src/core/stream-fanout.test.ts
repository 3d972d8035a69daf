import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerStream } from "./answer.ts";
import { type FanoutItem, StreamFanout } from "./stream-fanout.ts";

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("latin1");
const item = (whole: string, lean: string | undefined = whole): FanoutItem => ({
  bytes: Buffer.from(whole, "latin1"),
  lean: lean === undefined ? undefined : Buffer.from(lean, "latin1"),
});
const join = (fanout: StreamFanout, lean = false, onGone = () => {}): AnswerStream =>
  fanout.reader(lean, onGone, () => Buffer.from("<too slow>"));

/** Everything up to the end, and the error where there is one. */
async function readAll(reader: AnswerStream): Promise<{ readonly text: string; readonly error: unknown }> {
  let all = "";
  try {
    for await (const chunk of reader) all += text(chunk);
    return { text: all, error: undefined };
  } catch (error) {
    return { text: all, error };
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("StreamFanout while it keeps the whole stream", () => {
  it("gives a late joiner at every position every byte (S3)", async () => {
    const pieces = Array.from({ length: 40 }, (_, index) => `piece ${index};`);
    for (let position = 0; position <= pieces.length; position++) {
      const fanout = new StreamFanout(10);
      const first = readAll(join(fanout));
      for (const piece of pieces.slice(0, position)) fanout.push(item(piece));
      const late = join(fanout);
      if (position > 0) expect(text((await late.next()).value)).toBe(pieces.slice(0, position).join(""));
      const rest = readAll(late);
      for (const piece of pieces.slice(position)) fanout.push(item(piece));
      fanout.end();
      expect((await first).text).toBe(pieces.join(""));
      expect((await rest).text).toBe(pieces.slice(position).join(""));
    }
  });

  it("gives the whole stream also to who comes after its end", async () => {
    const fanout = new StreamFanout(10);
    fanout.push(item("all"));
    fanout.end();
    expect(await readAll(join(fanout))).toEqual({ text: "all", error: undefined });
  });

  it("cuts nobody off and exerts no pressure, however slow a reader is", async () => {
    const fanout = new StreamFanout(10);
    const slow = join(fanout);
    const fast = readAll(join(fanout));
    for (let count = 0; count < 100; count++) {
      fanout.push(item("0123456789"));
      expect(fanout.pressure()).toBeUndefined();
    }
    fanout.end();
    expect((await fast).text).toHaveLength(1_000);
    expect((await readAll(slow)).text).toHaveLength(1_000);
  });

  it("gives lean readers their version, and skips what has nothing for them", async () => {
    const fanout = new StreamFanout(10);
    const [whole, lean] = [readAll(join(fanout)), readAll(join(fanout, true))];
    fanout.push({ bytes: Buffer.from("only usage"), lean: undefined });
    fanout.push(item("a+usage", "a"));
    await turn();
    fanout.push({ bytes: Buffer.from("more usage"), lean: undefined });
    fanout.end();
    expect((await whole).text).toBe("only usagea+usagemore usage");
    expect((await lean).text).toBe("a");
  });

  it("hands a long backlog out in pieces that are not huge", async () => {
    const fanout = new StreamFanout(10);
    for (let count = 0; count < 100; count++) fanout.push(item("x".repeat(10_000)));
    fanout.end();
    const reader = join(fanout);
    let total = 0;
    for await (const chunk of reader) {
      expect(chunk.length).toBeLessThanOrEqual(64 * 1024 + 10_000);
      total += chunk.length;
    }
    expect(total).toBe(1_000_000);
  });

  it("keeps one copy for 1,000 readers (S5)", async () => {
    const fanout = new StreamFanout(10);
    const readers = Array.from({ length: 1_000 }, () => join(fanout));
    const bytes = new Uint8Array(200_000).fill(1);
    const chunks = readers.map((reader) => reader.next());
    fanout.push({ bytes, lean: bytes });
    for (const chunk of chunks) expect((await chunk).value).toBe(bytes);
    expect(fanout.readerCount).toBe(1_000);
    fanout.end();
    for (const reader of readers) expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(fanout.readerCount).toBe(0);
  });
});

describe("a reader", () => {
  it("that returns while it waits is done at once and gone, once", async () => {
    const fanout = new StreamFanout(10);
    let gone = 0;
    const reader = join(fanout, false, () => gone++);
    const waiting = reader.next();
    await reader.return();
    await reader.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    fanout.push(item("late"));
    fanout.end();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(gone).toBe(1);
  });

  it("is gone after the end and after a failure, without being told to return", async () => {
    for (const finish of [
      (fanout: StreamFanout) => fanout.end(),
      (fanout: StreamFanout) => fanout.fail(new Error("x"), undefined),
    ]) {
      const fanout = new StreamFanout(10);
      let gone = 0;
      const all = readAll(join(fanout, false, () => gone++));
      finish(fanout);
      await all;
      expect(gone).toBe(1);
    }
  });
});

describe("a stream that fails", () => {
  it("gives every reader what it still has to read, then the farewell, then the error (S6)", async () => {
    const fanout = new StreamFanout(10);
    const early = readAll(join(fanout));
    const idle = join(fanout);
    fanout.push(item("half"));
    const error = new Error("broke off");
    fanout.fail(error, Buffer.from("<error>"));
    const late = join(fanout);
    for (const read of [early, readAll(idle), readAll(late)])
      expect(await read).toEqual({ text: "half<error>", error });
    await expect(idle.next()).rejects.toBe(error);
  });

  it("ends only once: what comes after the end changes nothing", async () => {
    const fanout = new StreamFanout(10);
    fanout.push(item("whole"));
    fanout.end();
    fanout.fail(new Error("late"), Buffer.from("<error>"));
    fanout.push(item("late"));
    expect(await readAll(join(fanout))).toEqual({ text: "whole", error: undefined });
  });
});

describe("StreamFanout when it has let go", () => {
  it("makes the origin wait for a lone slow reader, and no longer when that has read or left (S5)", async () => {
    for (const leave of [false, true]) {
      const fanout = new StreamFanout(10);
      const reader = join(fanout);
      fanout.letGo();
      fanout.push(item("0123456789"));
      expect(fanout.pressure()).toBeUndefined();
      fanout.push(item("more"));
      expect(fanout.pressure()).toBeUndefined();
      fanout.push(item("!"));
      const pressure = fanout.pressure();
      expect(pressure).toBeDefined();
      let relieved = false;
      pressure?.then(() => {
        relieved = true;
      });
      await turn();
      expect(relieved).toBe(false);
      if (leave) await reader.return();
      else expect(text((await reader.next()).value)).toBe("0123456789more!");
      await pressure;
      expect(fanout.pressure()).toBeUndefined();
    }
  });

  it("does not wait when nobody reads", () => {
    const fanout = new StreamFanout(10);
    fanout.letGo();
    fanout.push(item("x".repeat(100)));
    expect(fanout.pressure()).toBeUndefined();
  });

  it("cuts the reader that lags by more than the window, with a farewell and an error; the others go on (S5)", async () => {
    const fanout = new StreamFanout(10);
    let gone = 0;
    const slow = join(fanout, false, () => gone++);
    const fast = readAll(join(fanout));
    const other = readAll(join(fanout));
    fanout.push(item("start;"));
    fanout.letGo();
    for (let count = 0; count < 20; count++) {
      fanout.push(item(`piece ${count};`));
      await turn();
      expect(fanout.pressure()).toBeUndefined();
    }
    fanout.end();
    const expected = `start;${Array.from({ length: 20 }, (_, count) => `piece ${count};`).join("")}`;
    expect((await fast).text).toBe(expected);
    expect((await other).text).toBe(expected);
    const { text: read, error } = await readAll(slow);
    expect(read).toBe("<too slow>");
    expect(error).toBeInstanceOf(Error);
    expect(gone).toBe(1);
  });

  it("lets readers that lag alike slow the origin down together", () => {
    const fanout = new StreamFanout(10);
    join(fanout);
    join(fanout);
    fanout.letGo();
    for (let count = 0; count < 3; count++) fanout.push(item("0123456789"));
    expect(fanout.readerCount).toBe(2);
    expect(fanout.pressure()).toBeDefined();
  });

  it("does not cut a reader for an item larger than the window that has only just come", async () => {
    const fanout = new StreamFanout(10);
    const [waiting, busy] = [join(fanout), join(fanout)];
    fanout.letGo();
    const next = waiting.next();
    fanout.push(item("x".repeat(50)));
    expect(text((await next).value)).toHaveLength(50);
    expect(text((await busy.next()).value)).toHaveLength(50);
    expect(fanout.readerCount).toBe(2);
  });

  it("keeps the start for one who has announced itself", async () => {
    const fanout = new StreamFanout(10);
    const here = fanout.reserve();
    fanout.push(item("start of a long answer;"));
    fanout.letGo();
    fanout.push(item("second piece;"));
    expect(fanout.pressure()).toBeDefined();
    const all = readAll(join(fanout));
    here();
    await turn();
    expect(fanout.pressure()).toBeUndefined();
    fanout.end();
    expect((await all).text).toBe("start of a long answer;second piece;");
  });

  it("forgets everything when the one who announced itself does not come", () => {
    const fanout = new StreamFanout(10);
    const here = fanout.reserve();
    fanout.push(item("start of a long answer"));
    fanout.letGo();
    here();
    here();
    expect(fanout.pressure()).toBeUndefined();
  });
});

describe("any order of pushing, reading and joining", () => {
  it("gives every reader the same text, whole and lean (S3, S17)", async () => {
    const action = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant("push" as const),
          text: fc.string({ maxLength: 5 }),
          hasLean: fc.boolean(),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("join" as const), lean: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("next" as const), reader: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), reader: fc.nat(20) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, letsGo) => {
        const fanout = new StreamFanout(Number.MAX_SAFE_INTEGER);
        const readers = [false, true].map((lean) => ({ stream: join(fanout, lean), lean, read: "", left: false }));
        const pending = new Map<number, Promise<void>>();
        const step = async (index: number): Promise<void> => {
          const reader = readers[index];
          if (reader === undefined || reader.left) return;
          await pending.get(index);
          const next = reader.stream.next().then(({ value }) => {
            reader.read += text(value);
          });
          pending.set(index, next);
        };
        if (letsGo) fanout.letGo();
        const pushed = { whole: "", lean: "" };
        const steps: Promise<void>[] = [];
        for (const one of actions) {
          if (one.kind === "push") {
            const whole = Buffer.from(one.text).toString("latin1");
            const bytes = Buffer.from(whole, "latin1");
            fanout.push({ bytes, lean: one.hasLean ? bytes : undefined });
            pushed.whole += whole;
            if (one.hasLean) pushed.lean += whole;
          } else if (one.kind === "join") {
            // Once the log is let go nobody new is let in: that is for the one who owns it to see to.
            if (!letsGo) readers.push({ stream: join(fanout, one.lean), lean: one.lean, read: "", left: false });
          } else if (one.kind === "next") {
            const index = one.reader % readers.length;
            if (!pending.has(index)) steps.push(step(index).finally(() => pending.delete(index)));
          } else if (one.kind === "leave") {
            const reader = readers[one.reader % readers.length];
            if (reader !== undefined && one.reader % readers.length > 1) {
              reader.left = true;
              await reader.stream.return();
            }
          } else await turn();
        }
        fanout.end();
        await Promise.all([...pending.values(), ...steps]);
        for (const reader of readers) {
          if (reader.left) continue;
          const all = reader.read + (await readAll(reader.stream)).text;
          expect(all).toBe(reader.lean ? pushed.lean : pushed.whole);
        }
        expect(fanout.readerCount).toBe(0);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
