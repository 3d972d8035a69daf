import type { AnswerIdentity, Reissue } from "../core/reissue.ts";
import { topLevelMembers } from "./json-text.ts";
import { joined, renderEvent, SseReader } from "./sse.ts";

/**
 * Gives an answer another id and the present time by changing these members in its text; every other byte of its JSON
 * stays. Ids have to go with the times: OpenRouter and others write the time into them. What names the build of the
 * provider's machines is made `null`: it changes from day to day, so that it, too, tells when an answer was computed.
 */

/** Where a protocol has them. */
export interface IdentityFields {
  /** Members of the document, and of each event. */
  readonly ids: readonly string[];
  /** Likewise: seconds since the epoch where it is a number, an instant of RFC 3339 where it is a text. */
  readonly times: readonly string[];
  /** Members that are objects with such members. */
  readonly within?: readonly string[];
}

/** OpenAI's name, which those who are compatible have taken over. No protocol has a member of that name for something else. */
const buildMember = "system_fingerprint";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** No event that is longer was recorded, and what is not is never shared. */
const maxEventBytes = 16 * 1024 * 1024;

export function reissueOf(fields: IdentityFields): Reissue {
  return {
    json: (body, identity) => {
      const text = decoder.decode(body);
      const changed = reissued(text, fields, identity);
      return changed === text ? body : encoder.encode(changed);
    },
    events(identity) {
      const reader = new SseReader({ maxEventBytes });
      return {
        push(chunk) {
          const parts: Uint8Array[] = [];
          for (const block of reader.push(chunk)) {
            if (block.kind !== "event") continue;
            const data = reissued(block.data, fields, identity);
            parts.push(data === block.data ? block.bytes : encoder.encode(renderEvent(data, block.name, block.id)));
          }
          return parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts);
        },
      };
    },
  };
}

function reissued(text: string, fields: IdentityFields, identity: AnswerIdentity): string {
  let changed = "";
  let copiedTo = 0;
  for (const { name, valueFrom, valueTo } of topLevelMembers(text)) {
    const value = text.slice(valueFrom, valueTo);
    const replaced = replacement(name, value, fields, identity);
    if (replaced === value) continue;
    changed += text.slice(copiedTo, valueFrom) + replaced;
    copiedTo = valueTo;
  }
  return copiedTo === 0 ? text : changed + text.slice(copiedTo);
}

function replacement(name: string, value: string, fields: IdentityFields, identity: AnswerIdentity): string {
  if (fields.ids.includes(name) && value.startsWith('"')) {
    const id: unknown = parsed(value);
    return typeof id === "string" ? JSON.stringify(identity.idFor(id)) : value;
  }
  if (fields.times.includes(name)) {
    if (/^\d+$/.test(value)) return String(Math.floor(identity.at / 1000));
    if (value.startsWith('"')) return JSON.stringify(new Date(identity.at).toISOString());
  }
  if (name === buildMember) return "null";
  if (fields.within?.includes(name) === true && value.startsWith("{")) return reissued(value, fields, identity);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
