import { expect, it } from "vitest";
import type { Allowance, Refusal } from "../core/allowance.ts";
import type { Answer } from "../core/answer.ts";
import type { Call, Caller } from "../core/call.ts";
import { ManualClock } from "../core/clock.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { expectedOf } from "./charging.ts";
import { withinLimits } from "./prepaid.ts";

/** X7: a limit of one's own tells nothing of others. */

const parts = { clock: new ManualClock(), costs: { of: () => ({ price: undefined }) } as never };
const shared = { protocol: openAiChat, facts: { mostOutputTokens: 9 }, sharing: { scope: "house" } } as unknown as Call;
const own = { ...shared, sharing: undefined } as Call;
const hit = { status: 200, headers: {}, body: new Uint8Array(), outcome: { kind: "hit" } } as unknown as Answer;
const miss = { ...hit, outcome: { kind: "miss" } } as unknown as Answer;

/** Somebody who may compute so many calls, and what was done with what each took. */
function callerWith(most: number) {
  const told: string[] = [];
  let taken = 0;
  const refusal = { limit: "tokensPerMinute", code: "rate_limit_exceeded", message: "no more" } as unknown as Refusal;
  const allowance: Allowance = {
    take: () => {
      if (taken === most) return { ok: false, refusal };
      taken += 1;
      return { ok: true, charge: { settle: (how) => void told.push(String(how)) } };
    },
  };
  const caller: Caller = { onAbandon: () => {}, allowance };
  return { caller, told };
}

it("whose limit forbids to compute is refused, before anything is looked up", async () => {
  const { caller } = callerWith(0);
  const lookUp = () => {
    throw new Error("looked up");
  };
  const answer = await withinLimits(shared, caller, parts, lookUp);
  expect(answer).toMatchObject({ status: 429, limited: { limit: "tokensPerMinute" } });
});

it("a stored answer gives back what was taken, but not before it may be seen", async () => {
  const { caller, told } = callerWith(1);
  const { unasked } = await withinLimits(shared, caller, parts, () => hit);
  expect(told).toEqual([]);
  unasked?.();
  unasked?.();
  expect(told).toEqual(["unasked"]);
});

it("what was taken pays for computing, and whatever is computed besides takes more", async () => {
  const { caller, told } = callerWith(2);
  const answer = await withinLimits(shared, caller, parts, async ({ allowance }) => {
    for (let time = 0; time < 2; time += 1) {
      const taking = await allowance?.take(expectedOf(shared, parts));
      expect(taking?.ok).toBe(true);
      if (taking?.ok === true) taking.charge.settle("expected");
    }
    expect(await allowance?.take(expectedOf(shared, parts))).toMatchObject({ ok: false });
    return miss;
  });
  expect(answer).toBe(miss);
  expect(told).toEqual(["expected", "expected"]);
});

it("one who is answered by a call of his own under way has it back at once", async () => {
  const { caller, told } = callerWith(1);
  await withinLimits(shared, caller, parts, () => miss);
  expect(told).toEqual(["unasked"]);
});

it("a call that is not shared is charged only where the origin is asked", async () => {
  const { caller } = callerWith(0);
  expect(await withinLimits(own, caller, parts, () => hit)).toBe(hit);
});
