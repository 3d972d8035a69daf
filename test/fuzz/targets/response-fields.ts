import { validateHeaderValue } from "node:http";
import type { HeaderMap } from "../../../src/core/origin.ts";
import type { Outcome } from "../../../src/core/outcome.ts";
import { responseFields } from "../../../src/policy/response-fields.ts";
import { type FuzzTarget, promise, textOf } from "../fuzz-target.ts";

/**
 * What an upstream calls its own `Cache-Status`, and whatever stands in outcomes: ours is the last member of the list (RFC
 * 9211), of tokens and integers alone (RFC 9651), and every field is one that HTTP can carry.
 */

const member = /^reprise(?:; (?:hit|stored|collapsed|(?:fwd|detail)=[a-z][a-z_-]*|(?:ttl|fwd-status)=-?\d{1,15}))*$/;

/** The first byte chooses, so that all kinds are met. */
function outcomeOf(kind: number, ms: number): Outcome {
  const stored = { state: "stored", entry: "a%3Ab:slot" } as const;
  const times = { entry: stored.entry, ageMs: Math.abs(ms), ttlMs: ms };
  const outcomes: readonly Outcome[] = [
    { kind: "hit", layer: "exact", ...times },
    { kind: "hit", layer: "semantic", ...times, similarity: Math.abs(ms) % 1 },
    { kind: "stale", layer: "exact", why: "swr", ...times },
    { kind: "miss", reason: "absent", stored },
    { kind: "miss", reason: "expired", stored: { state: "refused", reason: "finish_length" } },
    { kind: "miss", reason: "max_age", stored: { state: "pending" } },
    { kind: "refresh", stored },
    { kind: "coalesced", stored: { state: "pending" } },
    { kind: "bypass", reason: "no_store" },
    { kind: "error", code: "origin_unreachable" },
  ];
  return outcomes[kind % outcomes.length] as Outcome;
}

export const responseFieldsTarget: FuzzTarget = {
  name: "response-fields",
  seeds: Array.from({ length: 10 }, (_, kind) => Buffer.from(`${String.fromCharCode(kind, 40)}\x01\x02other; hit`)),
  words: ["; hit", ", ", '"', "\\", "reprise", "; ttl=1e9", "; detail=", "\t", "?1"],
  run(input) {
    const [kind = 0, scale = 0, high = 0, low = 0] = input;
    const ms = (high * 256 + low - 32_768) * 10 ** (scale % 9);
    // What node has taken as a field of the upstream.
    const said = textOf(input.subarray(4)).replace(/[^\t\x20-\x7e\x80-\xff]/g, "");
    const status = scale % 3 === 0 ? {} : { originStatus: 200 + scale };
    const outcome = outcomeOf(kind, ms);
    const headers: HeaderMap = said === "" ? {} : { "cache-status": said };
    for (const isConcealed of [false, true]) {
      const answer = { headers, outcome, ...status, ...(isConcealed && { isConcealed }) };
      const fields = responseFields(answer);
      for (const [name, value] of Object.entries(fields)) validateHeaderValue(name, value);
      const told = fields["cache-status"] as string;
      const own = said === "" || isConcealed ? told : told.slice(said.length + 2);
      promise(isConcealed || said === "" || told === `${said}, ${own}`, "what others said was changed");
      promise(member.test(own), `a member of Cache-Status that is none: ${own}`);
      promise(fields["cache-control"]?.includes("no-store") === true, "an answer that anybody may keep");
    }
  },
};
