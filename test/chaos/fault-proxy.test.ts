import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

/** A server that answers every byte with ten, and says how many bytes came. */
async function proxied(): Promise<{ proxy: FaultProxy; received: () => number }> {
  let received = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received += bytes.length;
      socket.write(Buffer.alloc(10 * bytes.length, "x"));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const proxy = await startFaultProxy({ target: { port } });
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return { proxy, received: () => received };
}

interface Ending {
  readonly bytes: number;
  readonly code: string | undefined;
}

function opened(port: number): { readonly socket: Socket; readonly ending: Promise<Ending> } {
  const socket = connect(port, "127.0.0.1");
  let bytes = 0;
  let code: string | undefined;
  socket.on("data", (piece: Buffer) => (bytes += piece.length));
  socket.on("error", (error: NodeJS.ErrnoException) => (code = error.code));
  onTestFinished(() => void socket.destroy());
  return { socket, ending: new Promise((resolve) => socket.once("close", () => resolve({ bytes, code }))) };
}

test("passes bytes on, slowly where that is asked for", async () => {
  const { proxy } = await proxied();
  const { socket } = opened(proxy.port);
  socket.write("a");
  expect(String(await once(socket, "data"))).toBe("x".repeat(10));
  proxy.inject({ latencyMs: 5, jitterMs: 5 });
  socket.write("a");
  expect(String(await once(socket, "data"))).toBe("x".repeat(10));
  expect(proxy.accepted).toBe(1);
});

test.each([
  ["close", undefined],
  ["reset", "ECONNRESET"],
] as const)("cuts a reply after so many bytes, by %s", async (how, code) => {
  const { proxy } = await proxied();
  for (const bytes of [0, 7, 10, 13]) {
    proxy.inject({ cutReplyAfter: { bytes, how } });
    const { socket, ending } = opened(proxy.port);
    socket.write("ab");
    expect(await ending).toEqual({ bytes, code });
  }
});

test("hangs, and heals", async () => {
  const { proxy, received } = await proxied();
  const { socket, ending } = opened(proxy.port);
  socket.write("a");
  await once(socket, "data");
  const other = opened(proxy.port);
  await once(other.socket, "connect");
  proxy.inject({ hang: true });
  socket.end("b");
  expect((await ending).bytes).toBe(10);
  proxy.heal();
  other.socket.write("c");
  await once(other.socket, "data");
  expect(received()).toBe(2);
});

test("goes down and comes up at the same port", async () => {
  const { proxy } = await proxied();
  const { port } = proxy;
  const { socket, ending } = opened(port);
  socket.write("a");
  await once(socket, "data");
  await proxy.down();
  expect((await ending).code).toBe("ECONNRESET");
  expect((await opened(port).ending).code).toBe("ECONNREFUSED");
  await proxy.up();
  const again = opened(port);
  again.socket.write("a");
  await once(again.socket, "data");
});
