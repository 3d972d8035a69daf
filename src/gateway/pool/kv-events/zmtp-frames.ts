/**
 * Frames of ZMTP 3.0, the protocol of ZeroMQ's sockets over TCP (rfc.zeromq.org/spec/23), without security: a greeting of 64
 * bytes, a command READY that names the kind of socket, and then messages of one or more frames. Peers of version 3.1 speak
 * 3.0 with those who greet with it.
 */

export interface ZmtpFrame {
  readonly body: Buffer;
  /** More frames of the same message follow. */
  readonly hasMore: boolean;
  readonly isCommand: boolean;
}

const more = 1;
const long = 2;
const command = 4;
const greetingLength = 64;
/** A batch of events names thousands of tokens, and not more than that. */
const mostBytes = 64 * 1024 * 1024;

export function greeting(): Buffer {
  const bytes = Buffer.alloc(greetingLength);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.write("NULL", 12, "latin1");
  return bytes;
}

export function ready(socketType: string): Buffer {
  const property = (name: string, value: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)]);
  };
  const body = Buffer.concat([
    Buffer.from("\x05READY", "latin1"),
    property("Socket-Type", socketType),
    property("Identity", ""),
  ]);
  return Buffer.concat([Buffer.from([command, body.length]), body]);
}

/** What answers a command PING of version 3.1, which a peer might send nevertheless. */
export function pong(ping: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from("\x04PONG", "latin1"), ping.subarray(7)]);
  return Buffer.concat([Buffer.from([command, body.length]), body]);
}

export function messageOf(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame, index) => [
      Buffer.from([index < frames.length - 1 ? more : 0, frame.length]),
      Buffer.from(frame),
    ]),
  );
}

/** Reads what a peer sends. Throws at what is none of the protocol. */
export class ZmtpReader {
  #rest: Buffer = Buffer.alloc(0);
  #isGreeted = false;

  push(bytes: Uint8Array): readonly ZmtpFrame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    if (!this.#isGreeted && !this.#greet()) return [];
    const frames: ZmtpFrame[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #greet(): boolean {
    const rest = this.#rest;
    if (rest.length > 0 && rest[0] !== 0xff) throw new Error("the peer does not speak ZMTP");
    if (rest.length < greetingLength) return false;
    if ((rest[9] as number) !== 0x7f || (rest[10] as number) < 3) throw new Error("the peer speaks ZMTP before 3.0");
    const mechanism = rest.toString("latin1", 12, 32).replace(/\0+$/, "");
    if (mechanism !== "NULL") throw new Error(`the peer wants the security mechanism ${mechanism}`);
    this.#rest = rest.subarray(greetingLength);
    this.#isGreeted = true;
    return true;
  }

  #take(): ZmtpFrame | undefined {
    const rest = this.#rest;
    const flags = rest[0] ?? 0;
    const isLong = (flags & long) !== 0;
    const head = isLong ? 9 : 2;
    if (rest.length < head) return undefined;
    const length = isLong ? Number(rest.readBigUInt64BE(1)) : (rest[1] as number);
    if (length > mostBytes) throw new Error("a frame of the peer is too large");
    if (rest.length < head + length) return undefined;
    this.#rest = rest.subarray(head + length);
    const body = rest.subarray(head, head + length);
    return { body, hasMore: (flags & more) !== 0, isCommand: (flags & command) !== 0 };
  }
}
