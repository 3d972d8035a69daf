import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import { followKvEvents } from "./kv-event-stream.ts";
import { greeting, messageOf, ready } from "./zmtp-frames.ts";

/** Both ends of an engine, which says only what the test wants it to say. */

async function listening(type: "PUB" | "ROUTER") {
  const connected = Promise.withResolvers<Socket>();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    socket.write(Buffer.concat([greeting(), ready(type)]));
    connected.resolve(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, socket: connected.promise };
}

/** Resolves when so much was heard there in all. */
async function heardBytes(socket: Socket, count: number): Promise<void> {
  while (socket.bytesRead < count) await once(socket, "data");
}

const numbered = (number: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(number);
  return bytes;
};
const endOfReplay = messageOf([Buffer.alloc(0), numbered(2n ** 64n - 1n), Buffer.alloc(0)]);
const event = Buffer.concat([Buffer.from([0x92, 0xac]), Buffer.from("BlockRemoved"), Buffer.of(0x91, 7)]);

/** `[0, events, bytes]`, with so many events of one block less, and so many bytes besides. */
function batch(number: number, { events = 1, bytes = 0 } = {}): Buffer {
  const list = Buffer.from([0x93, 0, 0xdd, 0, 0, 0, 0]);
  list.writeUInt32BE(events, 3);
  const rest = Buffer.from([0xc6, 0, 0, 0, 0]);
  rest.writeUInt32BE(bytes, 1);
  const payload = Buffer.concat([list, ...Array(events).fill(event), rest, Buffer.alloc(bytes)]);
  const head = Buffer.from([1, 0, 1, 8, ...numbered(BigInt(number)), 2, ...numbered(BigInt(payload.length))]);
  return Buffer.concat([head, payload]);
}

async function follow() {
  const [events, replay] = [await listening("PUB"), await listening("ROUTER")];
  const heard: string[] = [];
  let wake = (): void => {};
  const note = (what: string): void => {
    heard.push(what);
    wake();
  };
  const end = followKvEvents({
    ...{ endpoint: events.endpoint, replay: replay.endpoint, clock: new ManualClock() },
    onEvents: (of) => {
      for (const { kind } of of) note(kind);
    },
    onBegun: ({ isWhole }) => note(isWhole ? "begun" : "begun, not whole"),
    onLost: () => note("lost"),
    onConnected: () => {},
  });
  onTestFinished(end);
  const socket = await events.socket;
  const until = async (count: number): Promise<void> => {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  /** A client that greets, says READY, and asks from a number on. */
  const asked = async (): Promise<Socket> => {
    const server = await replay.socket;
    await heardBytes(
      server,
      greeting().length + ready("DEALER").length + messageOf([Buffer.alloc(0), numbered(0n)]).length,
    );
    return server;
  };
  return { heard, until, asked, socket };
}

describe("the events of one engine", () => {
  test("while what is missing is asked for, what comes next waits with the engine", async () => {
    const { heard, until, asked, socket } = await follow();
    socket.write(batch(1));
    const server = await asked();
    for (let number = 2; number < 34; number++) socket.write(batch(number, { events: 0, bytes: 1024 * 1024 }));
    socket.write(batch(34));
    // As many turns as would be needed to read it all.
    const ping = Buffer.from("\x04\x08\x04PING\0\0x", "latin1");
    const before = server.bytesRead;
    for (let turn = 1; turn <= 200; turn++) {
      server.write(ping);
      await heardBytes(server, before + turn * 8);
    }
    expect(socket.writableLength).toBeGreaterThan(8 * 1024 * 1024);
    server.write(Buffer.concat([batch(0), endOfReplay]));
    await until(4);
    expect(heard).toEqual(["begun", "removed", "removed", "removed"]);
  });

  test("of what the engine repeats no more is kept than is wanted", async () => {
    const { heard, until, asked, socket } = await follow();
    socket.write(batch(50));
    const server = await asked();
    for (let number = 0; number < 50; number++) server.write(batch(number, { events: 3_000 }));
    await until(2);
    expect(heard).toEqual(["begun, not whole", "removed"]);
  });

  test("a number that cannot be counted on from is passed over", async () => {
    const { heard, until, socket } = await follow();
    const nonsense = messageOf([Buffer.alloc(0), numbered(2n ** 64n - 2n), Buffer.alloc(0)]);
    socket.write(Buffer.concat([nonsense, batch(0), nonsense, batch(1)]));
    await until(3);
    expect(heard).toEqual(["begun", "removed", "removed"]);
  });
});
