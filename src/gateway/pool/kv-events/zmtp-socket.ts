import { connect, type Socket } from "node:net";
import type { CancelTimer, Clock } from "../../../core/clock.ts";
import { greeting, messageOf, pong, ready, ZmtpReader } from "./zmtp-frames.ts";

/** One end of a ZeroMQ connection that we make: it comes again when it ends, later each time, until it is closed. */

export interface ZmtpOptions {
  /** Such as `tcp://10.0.0.1:5557`. */
  readonly endpoint: string;
  readonly type: "SUB" | "DEALER";
  readonly clock: Clock;
  /** The peer is there; what is said from now on reaches it. */
  readonly onReady: (say: (frames: readonly Uint8Array[]) => void) => void;
  readonly onMessage: (frames: readonly Buffer[]) => void;
  /** Why a connection has ended that was not closed here. */
  readonly onLost: (reason: string) => void;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;
const mostFrames = 16;

export interface ZmtpConnection {
  /** What is on its way now still comes; then nothing, until it is gone on with: the peer has to wait. */
  pause(): void;
  goOn(): void;
  close(): void;
}

export function openZmtp(options: ZmtpOptions): ZmtpConnection {
  const { clock, onLost } = options;
  const { hostname, port } = new URL(options.endpoint);
  let socket: Socket | undefined;
  let timer: CancelTimer | undefined;
  let isClosed = false;
  let isPaused = false;
  let pauseMs = firstPauseMs;
  const open = (): void => {
    let reason = "the peer has closed the connection";
    const opened = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), keepAlive: true });
    socket = opened;
    opened.unref();
    if (isPaused) opened.pause();
    speak(opened, options, () => {
      pauseMs = firstPauseMs;
    });
    opened.on("error", (error) => {
      reason = error.message;
    });
    opened.once("close", () => {
      if (isClosed) return;
      onLost(reason);
      timer = clock.after(pauseMs, open);
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
    });
  };
  open();
  return {
    pause() {
      isPaused = true;
      socket?.pause();
    },
    goOn() {
      isPaused = false;
      socket?.resume();
    },
    close() {
      isClosed = true;
      timer?.();
      socket?.destroy();
    },
  };
}

function speak(socket: Socket, { type, onReady, onMessage }: ZmtpOptions, whenReady: () => void): void {
  const reader = new ZmtpReader();
  let message: Buffer[] = [];
  socket.write(Buffer.concat([greeting(), ready(type)]));
  socket.on("data", (bytes: Buffer) => {
    try {
      for (const { body, hasMore, isCommand } of reader.push(bytes)) {
        if (isCommand) {
          const name = body.toString("latin1", 1, 1 + (body[0] ?? 0));
          if (name === "ERROR") throw new Error(`the peer refuses: ${body.toString("latin1", 7).slice(0, 200)}`);
          if (name === "PING") socket.write(pong(body));
          if (name !== "READY") continue;
          whenReady();
          onReady((frames) => socket.write(messageOf(frames)));
          continue;
        }
        message.push(body);
        if (message.length > mostFrames) throw new Error("a message of the peer has too many frames");
        if (hasMore) continue;
        const whole = message;
        message = [];
        onMessage(whole);
      }
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}
