/**
 * A crowd of readers of one stream, a child process. `join` opens the connections and asks; it ends when half of the
 * readers have no more to read for the moment, the others have not begun. `finish` reads everything to the end.
 */
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { answerQuestions } from "../child-process.ts";
import { rawRequest, requestBody } from "./chat-payload.ts";
import { ReplyReader } from "./reply-reader.ts";

export type CrowdPlan =
  | { readonly step: "join"; readonly host: string; readonly port: number; readonly readers: number }
  | { readonly step: "finish" };

export interface CrowdSample {
  /** Length of the body that every reader got. */
  readonly bytes: number;
}

/** Silence that means that what was sent has arrived. */
const quietMs = 500;

const members: Member[] = [];

class Member {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  readonly digest = createHash("sha256");
  readonly reader = new ReplyReader(true);
  heardAt = performance.now();

  constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve, reject) => {
      socket.on("data", (chunk) => {
        this.heardAt = performance.now();
        const complete = this.reader.push(chunk);
        for (const part of this.reader.body.splice(0)) this.digest.update(part);
        if (complete) resolve();
      });
      socket.on("error", reject).on("close", () => reject(new Error("a reader was cut off")));
    });
    this.ended.catch(() => {});
  }
}

answerQuestions(async (plan: CrowdPlan) => {
  if (plan.step === "finish") return finish();
  const request = rawRequest(requestBody(0, { stream: true }));
  await Promise.all(
    Array.from({ length: plan.readers }, async (_, index) => {
      const socket = connect({ host: plan.host, port: plan.port, noDelay: true });
      await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      if (index % 2 === 1) socket.pause();
      const member = new Member(socket);
      if (index % 2 === 1) socket.pause();
      members.push(member);
      socket.write(request);
    }),
  );
  const listeners = members.filter((member) => !member.socket.isPaused());
  while (listeners.some(({ heardAt, reader }) => reader.status === 0 || performance.now() - heardAt < quietMs)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
});
console.log("ready");

async function finish(): Promise<CrowdSample> {
  for (const { socket } of members) socket.resume();
  await Promise.all(members.map((member) => member.ended));
  const bodies = new Set(
    members.map(({ reader, digest }) => `${reader.status} ${reader.bodyBytes} ${digest.digest("hex")}`),
  );
  if (bodies.size !== 1) throw new Error(`the readers got ${bodies.size} different answers`);
  for (const { socket } of members) socket.destroy();
  return { bytes: (members[0] as Member).reader.bodyBytes };
}
