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
/** Of a message. A batch of events names thousands of tokens, of some bytes each. */
const mostBytes = 8 * 1024 * 1024;

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

type Part = "greeting" | "flags" | "length" | "body";

/**
 * Reads what a peer sends. Throws at what is none of the protocol. What a frame holds is copied once, to memory of its own,
 * whatever the pieces it comes in; so nobody who keeps it keeps them.
 */
export class ZmtpReader {
  /** Of flags and short lengths, and of long ones; used again for each frame. */
  readonly #one = Buffer.alloc(1);
  readonly #eight = Buffer.alloc(8);
  #part: Part = "greeting";
  /** Of the part that comes now, and how much of it is there. */
  #bytes: Buffer = Buffer.alloc(greetingLength);
  #filled = 0;
  #flags = 0;
  /** The frames before this one of the same message. */
  #bytesBefore = 0;

  push(bytes: Uint8Array): readonly ZmtpFrame[] {
    const frames: ZmtpFrame[] = [];
    let at = 0;
    for (;;) {
      const end = Math.min(bytes.length, at + this.#bytes.length - this.#filled);
      this.#bytes.set(bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#part === "greeting" && this.#filled > 0) assertSignature(this.#bytes);
      if (this.#filled < this.#bytes.length) return frames;
      const frame = this.#ended(this.#part, this.#bytes);
      if (frame !== undefined) frames.push(frame);
    }
  }

  /** A part is whole. Returns the frame that it ends. */
  #ended(part: Part, bytes: Buffer): ZmtpFrame | undefined {
    if (part === "flags") {
      this.#flags = bytes[0] as number;
      this.#expect("length", (this.#flags & long) === 0 ? this.#one : this.#eight);
    } else if (part === "length") {
      const length = bytes.length === 1 ? (bytes[0] as number) : Number(bytes.readBigUInt64BE());
      if (this.#bytesBefore + length > mostBytes) throw new Error("a message of the peer is too large");
      this.#expect("body", Buffer.allocUnsafeSlow(length));
    } else {
      this.#expect("flags", this.#one);
      if (part === "body") return this.#framed(bytes);
      assertGreeting(bytes);
    }
    return undefined;
  }

  /** `into`: as long as it is. */
  #expect(part: Part, into: Buffer): void {
    this.#part = part;
    this.#bytes = into;
    this.#filled = 0;
  }

  #framed(body: Buffer): ZmtpFrame {
    const hasMore = (this.#flags & more) !== 0;
    this.#bytesBefore = hasMore ? this.#bytesBefore + body.length : 0;
    return { body, hasMore, isCommand: (this.#flags & command) !== 0 };
  }
}

function assertSignature(greeting: Buffer): void {
  if (greeting[0] !== 0xff) throw new Error("the peer does not speak ZMTP");
}

function assertGreeting(greeting: Buffer): void {
  if ((greeting[9] as number) !== 0x7f || (greeting[10] as number) < 3)
    throw new Error("the peer speaks ZMTP before 3.0");
  const mechanism = greeting.toString("latin1", 12, 32).replace(/\0+$/, "");
  if (mechanism !== "NULL") throw new Error(`the peer wants the security mechanism ${mechanism}`);
}
