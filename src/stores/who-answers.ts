/**
 * What listens at an address where a client of ours got nowhere: a server of another kind, or one that wants TLS. It is
 * asked with `PING` and a line end, which Redis answers with `+PONG` or an error that begins with `-`
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Inline commands"), and Memcached with `ERROR` or
 * `CLIENT_ERROR`. Whoever hangs up or sends a TLS alert (RFC 8446, section 6) is greeted by TLS then. No credentials are
 * sent, and no certificate is trusted: only findings are made of it.
 */

import { connect, isIP, type Socket } from "node:net";
import { connect as connectByTls } from "node:tls";
import type { Clock } from "../core/clock.ts";

export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** `other` answers and is none of them; `hung-up` ends the connection without a word, and so without TLS. */
export type Answerer = "redis" | "memcached" | "tls" | "other" | "hung-up" | "silent";

const patienceMs = 1_000;
const alert = 0x15;

/** An error: there is no connection, for the reason that it gives. Takes two seconds at most, and never rejects. */
export async function whoAnswers({ host, port }: Listener, clock: Clock): Promise<Answerer | Error> {
  const plain = connect({ host, port }, () => plain.write("PING\r\n"));
  const said = await firstOf<Buffer | Error>(plain, clock, (settle) => {
    plain.once("data", (bytes) => settle(bytes));
    plain.once("end", () => settle(Buffer.of()));
    plain.once("error", (error: NodeJS.ErrnoException) =>
      settle(error.code === "ECONNRESET" || error.code === "EPIPE" ? Buffer.of() : error),
    );
  });
  if (said === undefined) return "silent";
  if (said instanceof Error) return said;
  if (said.length > 0 && said[0] !== alert) return answererOf(said.toString("latin1"));
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const secure = connectByTls({ host, port, ...servername, rejectUnauthorized: false });
  const greeted = await firstOf<"tls">(secure, clock, (settle) => {
    secure.once("secureConnect", () => settle("tls"));
    secure.once("error", () => settle(undefined));
    secure.once("close", () => settle(undefined));
  });
  return greeted ?? (said.length > 0 ? "tls" : "hung-up");
}

function answererOf(text: string): Answerer {
  if (/^(\+PONG|-[A-Z]+ )/.test(text)) return "redis";
  return /^(ERROR|CLIENT_ERROR)\b/.test(text) ? "memcached" : "other";
}

async function firstOf<T>(
  socket: Socket,
  clock: Clock,
  listen: (settle: (first: T | undefined) => void) => void,
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<T | undefined>();
  const cancel = clock.after(patienceMs, () => resolve(undefined));
  listen(resolve);
  const first = await promise;
  cancel();
  socket.on("error", () => {});
  socket.destroy();
  return first;
}
