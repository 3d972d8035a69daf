import { OriginError, type OriginFailure } from "../core/errors.ts";
import type { Generation } from "../core/generations.ts";
import type { HeaderMap } from "../core/origin.ts";

/**
 * An origin's answer on its way to the processes that wait for it: a head, pieces of the body, and an end. The first byte
 * of a frame says which it is.
 */

export type Frame =
  | {
      readonly kind: "head";
      readonly status: number;
      readonly headers: HeaderMap;
      /** What the answer depends on. */
      readonly generations?: readonly Generation[];
    }
  | { readonly kind: "piece"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  /** Nobody computes it any more; another may. */
  | { readonly kind: "gone" }
  /** There is no whole answer; `undefined`: and each is to ask for itself. */
  | { readonly kind: "failure"; readonly error: OriginError | undefined };

const kinds = ["head", "piece", "end", "gone", "failure"] as const;
const failures: readonly OriginFailure[] = ["unreachable", "timeout", "truncated", "aborted"];

export function writeFrame(frame: Frame): Uint8Array {
  return Buffer.concat([Buffer.from([kinds.indexOf(frame.kind)]), contentOf(frame)]);
}

function contentOf(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case "head":
      return Buffer.from(JSON.stringify([frame.status, frame.headers, frame.generations?.map(written)]), "utf8");
    case "piece":
      return frame.bytes;
    case "end":
    case "gone":
      return Buffer.alloc(0);
    case "failure":
      return Buffer.from(JSON.stringify(frame.error && [frame.error.failure, frame.error.message]) ?? "", "utf8");
  }
}

/** `undefined` for what is no frame. */
export function readFrame(frame: Uint8Array): Frame | undefined {
  const content = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).subarray(1);
  try {
    switch (kinds[frame[0] ?? kinds.length]) {
      case "head": {
        const [status, headers, generations] = JSON.parse(content.toString("utf8"));
        if (!Number.isInteger(status) || !areFields(headers ?? {})) return undefined;
        const depends = Array.isArray(generations) ? { generations: generations.map(read) } : {};
        return { kind: "head", status, headers: headers ?? {}, ...depends };
      }
      case "piece":
        return { kind: "piece", bytes: content };
      case "end":
        return { kind: "end" };
      case "gone":
        return { kind: "gone" };
      case "failure": {
        if (content.length === 0) return { kind: "failure", error: undefined };
        const [failure, message] = JSON.parse(content.toString("utf8"));
        return failures.includes(failure)
          ? { kind: "failure", error: new OriginError(failure, { message: String(message) }) }
          : undefined;
      }
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** Somebody else may have written to the store: what is no field would only be noticed when it is sent on. */
function areFields(headers: unknown): boolean {
  if (typeof headers !== "object" || Array.isArray(headers)) return false;
  return Object.values(headers as object).every((value) => [value].flat().every((one) => typeof one === "string"));
}

type WrittenGeneration = readonly [scope: string, token: string, isCandidate: boolean];

function written({ scope, token, isCandidate = false }: Generation): WrittenGeneration {
  return [scope, Buffer.from(token).toString("base64url"), isCandidate];
}

function read([scope, token, isCandidate]: WrittenGeneration): Generation {
  return { scope: String(scope), token: Buffer.from(token, "base64url"), isCandidate };
}
