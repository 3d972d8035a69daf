import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { CallEnding } from "./received-call.ts";
import type { PlannedDelivery } from "./scripted-plan.ts";
import type { PreparedReply } from "./scripted-reply.ts";

/**
 * Sends a prepared reply as planned: late, slowly, held at a gate, in odd pieces, broken off. The delays are real
 * because this stands for a service on a network; none is planned unless a test or a demonstration asks for it.
 */
export async function deliver(
  response: ServerResponse,
  reply: PreparedReply,
  plan: PlannedDelivery,
): Promise<CallEnding> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  const socket = response.socket;
  if (socket === null || socket.destroyed) return "aborted";

  await pause(plan.latencyMs, left.signal);
  await held(plan, "headers", left.signal);
  if (left.signal.aborted) return "aborted";
  if (plan.wire !== undefined) return sendWire(socket, plan.wire);

  for (const [name, value] of reply.headers) response.setHeader(name, value);
  response.writeHead(reply.status);
  response.flushHeaders();
  const sent = await sendChunks(response, reply.chunks, plan, left.signal);
  if (sent !== "complete") return sent;
  if (plan.cut !== undefined) return breakOff(socket, plan.cut);
  response.end();
  await closed(response);
  return response.writableFinished ? "complete" : "aborted";
}

async function sendChunks(
  response: ServerResponse,
  chunks: readonly Uint8Array[],
  plan: PlannedDelivery,
  left: AbortSignal,
): Promise<CallEnding> {
  const { cut } = plan;
  let budget = cut?.afterBytes ?? Number.POSITIVE_INFINITY;
  const sizes = endlessSizes(plan.writeSizes);
  for (const [index, chunk] of chunks.entries()) {
    await held(plan, index, left);
    if (index > 0) await pause(plan.paceMs, left);
    if (left.aborted) return "aborted";
    if (cut !== undefined && (index === cut.afterChunks || budget === 0)) return breakOff(response.socket, cut);
    for (const piece of piecesOf(chunk.subarray(0, budget), sizes)) await write(response, piece);
    if (left.aborted) return "aborted";
    if (cut !== undefined && chunk.length > budget) return breakOff(response.socket, cut);
    budget -= chunk.length;
  }
  // A gate behind the last chunk holds back the end.
  await held(plan, chunks.length, left);
  return left.aborted ? "aborted" : "complete";
}

async function sendWire(socket: Socket, wire: string | Uint8Array): Promise<CallEnding> {
  await new Promise<void>((resolve) => socket.end(wire, resolve));
  return "cut";
}

async function breakOff(socket: Socket | null, cut: NonNullable<PlannedDelivery["cut"]>): Promise<CallEnding> {
  await pause(cut.delayMs, undefined);
  if (cut.how === "rst") socket?.resetAndDestroy();
  else socket?.destroySoon();
  return "cut";
}

/** Resolves when the bytes are with the system, or the connection is gone. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || bytes.length === 0) return resolve();
    const done = () => {
      response.off("close", done);
      resolve();
    };
    response.once("close", done);
    response.write(bytes, done);
  });
}

async function held(plan: PlannedDelivery, at: number | "headers", left: AbortSignal): Promise<void> {
  for (const hold of plan.holds ?? []) {
    if (hold.at === at && !left.aborted) await Promise.race([hold.gate.pass(), aborted(left)]);
  }
}

function pause(delayMs: number | undefined, left: AbortSignal | undefined): Promise<void> {
  if (delayMs === undefined || delayMs <= 0 || left?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    left?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed || response.writableFinished) resolve();
    else response.once("finish", resolve).once("close", resolve);
  });
}

function* piecesOf(bytes: Uint8Array, sizes: Iterator<number>): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, sizes.next().value ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function* endlessSizes(sizes: readonly number[] | undefined): Generator<number> {
  const positive = sizes?.filter((size) => size > 0) ?? [];
  for (;;) {
    if (positive.length === 0) yield Number.POSITIVE_INFINITY;
    else yield* positive;
  }
}
