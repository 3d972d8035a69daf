import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A bare TCP connection to a gateway, for requests that no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket;
  /** All bytes received so far, as latin1. */
  readonly received: () => string;
  /** Resolves when what was received fits; rejects when the connection ends first. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves when the connection is over, however it ended. */
  readonly closed: Promise<void>;
}

export async function openConnection(gateway: { readonly url: string }): Promise<RawConnection> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let received = "";
  const waiting: { readonly pattern: RegExp; readonly settle: PromiseWithResolvers<string> }[] = [];
  const wake = (): void => {
    for (const { pattern, settle } of waiting) if (pattern.test(received)) settle.resolve(received);
  };
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    wake();
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  closed.then(() => {
    for (const { settle } of waiting)
      settle.reject(new Error(`the connection ended after ${JSON.stringify(received)}`));
  });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => {});
  return {
    socket,
    received: () => received,
    closed,
    until(pattern) {
      const settle = Promise.withResolvers<string>();
      settle.promise.catch(() => {});
      waiting.push({ pattern, settle });
      wake();
      return settle.promise;
    },
  };
}

/** The text of a request with a proper length. */
export function requestText(path: string, body: string, headers: readonly string[] = [], method = "POST"): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: gateway",
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
