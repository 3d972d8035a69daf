import type { BusMessage } from "./bus.ts";

/**
 * Messages of a bus as one line of JSON, for servers that carry text: `{v, from, said}`, where a renewed generation is
 * `["g", tenant, scope, token, before]`, a removed key `["k", tenant, key]` and a hint `["s", topic, text]`. Tokens are in base64url. Whatever does
 * not read exactly so is foreign or of a later version, and nothing of it is believed.
 */

export interface BusText {
  /** Who said it: a random id of the sender. */
  readonly from: string;
  readonly messages: readonly BusMessage[];
}

const version = 1;

export function writeBusText({ from, messages }: BusText): string {
  return JSON.stringify({ v: version, from, said: messages.map(itemOf) });
}

/** `undefined` for what is not of this version. */
export function readBusText(text: string): BusText | undefined {
  let content: { readonly v?: unknown; readonly from?: unknown; readonly said?: unknown } | null;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (content?.v !== version || typeof content.from !== "string" || !Array.isArray(content.said)) return undefined;
  const messages = content.said.map(messageOf);
  return messages.every((message) => message !== undefined) ? { from: content.from, messages } : undefined;
}

function itemOf(message: BusMessage): readonly (string | null)[] {
  if (message.kind === "said") return ["s", message.topic, message.text];
  if (message.kind === "removed") return ["k", message.tenant, message.key];
  const { tenant, scope, token, before } = message;
  return ["g", tenant, scope, textOf(token), before === undefined ? null : textOf(before)];
}

function messageOf(item: unknown): BusMessage | undefined {
  if (!Array.isArray(item)) return undefined;
  const [kind, tenant, name, token, before] = item;
  if (typeof tenant !== "string" || typeof name !== "string") return undefined;
  if (kind === "s") return item.length === 3 ? { kind: "said", topic: tenant, text: name } : undefined;
  if (kind === "k") return item.length === 3 ? { kind: "removed", tenant, key: name } : undefined;
  if (kind !== "g" || item.length !== 5 || typeof token !== "string") return undefined;
  if (before !== null && typeof before !== "string") return undefined;
  const earlier = before === null ? undefined : bytesOf(before);
  return { kind: "renewed", tenant, scope: name, token: bytesOf(token), before: earlier };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
