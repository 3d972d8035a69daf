import { describe, expect, it } from "vitest";
import { blocksOf } from "./prompt-blocks.ts";
import { SlotPolicy } from "./slot-policy.ts";

const all = [0, 1];
const manual = (thing: string): string => `This is the manual of the ${thing}. `.repeat(100);
const policyOf = (replicas: number, slots: number) => new SlotPolicy({ replicas, slots });

/** Where a prompt goes that is answered at once; the replica says that it had `cached`, or what was expected. */
function goes(policy: SlotPolicy, text: string, eligible = all, cached?: number) {
  const choice = policy.choose(blocksOf(text), eligible, 0);
  const call = policy.dispatch(blocksOf(text), choice, 0);
  call.begun(0);
  call.ended(0);
  call.told(cached ?? choice.expected);
  return choice;
}

/** It is not answered yet. */
function waits(policy: SlotPolicy, text: string, eligible = all) {
  const choice = policy.choose(blocksOf(text), eligible, 0);
  return { choice, call: policy.dispatch(blocksOf(text), choice, 0) };
}

const placeOf = ({ replica, slot }: { readonly replica: number; readonly slot: number }): string =>
  `${replica}/${slot}`;

describe("slots that hold one conversation each", () => {
  it("conversations with one beginning get slots of their own, and go on in them", () => {
    const policy = policyOf(2, 2);
    const talks = [1, 2, 3, 4].map((talk) => `${manual("oven")}${`Question ${talk}? `.repeat(30)}`);
    const first = talks.map((talk) => goes(policy, talk));
    expect(new Set(first.map(placeOf)).size).toBe(4);
    expect(first.map(({ expected }) => expected)).toEqual([0, 0, 0, 0]);
    for (const turn of [1, 2]) {
      for (const index of [2, 0, 3, 1]) {
        const before = talks[index] as string;
        talks[index] = `${before} Answer ${turn}. And ${index}?`;
        const choice = goes(policy, talks[index]);
        expect(placeOf(choice)).toBe(placeOf(first[index] as typeof choice));
        // All of it, to the unit, not only its blocks.
        expect(choice.expected).toBe(before.length);
      }
    }
  });

  it("a question that is asked anew continues the slot", () => {
    const policy = policyOf(2, 2);
    const first = goes(policy, `${manual("oven")}How?`);
    expect(placeOf(goes(policy, `${manual("oven")}Why not?`))).toBe(placeOf(first));
  });

  it("when no slot is empty the one that was not used for the longest time is overwritten", () => {
    const policy = policyOf(2, 2);
    const things = ["oven", "lamp", "pump", "boiler"];
    const places = things.map((thing) => placeOf(goes(policy, manual(thing))));
    goes(policy, `${manual("oven")}And?`);
    expect(placeOf(goes(policy, manual("kettle")))).toBe(places[1]);
    expect(placeOf(goes(policy, manual("fridge")))).toBe(places[2]);
    expect(placeOf(goes(policy, `${manual("oven")}And? So?`))).toBe(places[0]);
  });

  it("while a slot is empty nothing is overwritten, though another replica was faster", () => {
    const policy = policyOf(2, 2);
    for (const [replica, tookMs] of [1, 30].entries()) {
      const { call } = waits(policy, manual(`thing ${replica}`), [replica]);
      call.begun(tookMs);
      call.ended(tookMs);
      call.told(0);
    }
    waits(policy, manual("lamp"), [0]).call.ended(20);
    expect(policy.choose(blocksOf(manual("kettle")), all, 20).replica).toBe(1);
  });

  it("learns that nothing is continued, and then overwrites what begins alike", () => {
    const policy = policyOf(2, 2);
    const ask = (thing: string, call: number) => goes(policy, `${manual(thing)}${`Item ${call}. `.repeat(100)}`);
    const things = ["oven", "lamp", "pump"];
    const found = Array.from({ length: 300 }, (_, call) => ask(things[call % 3] as string, call).expected);
    const late = found.slice(200);
    expect(Math.min(...late)).toBeGreaterThan(0.9 * manual("lamp").length);
  });

  it("a slot that is busy is taken by nobody else while another is idle", () => {
    const policy = policyOf(2, 2);
    const busy = waits(policy, manual("oven"));
    const places = [placeOf(busy.choice)];
    for (let call = 0; call < 3; call++) places.push(placeOf(waits(policy, manual("oven")).choice));
    expect(new Set(places).size).toBe(4);
    busy.call.ended(1);
    busy.call.ended(2);
    expect(placeOf(waits(policy, manual("lamp")).choice)).toBe(placeOf(busy.choice));
  });

  it("when all are busy each gets its share", () => {
    const policy = policyOf(2, 2);
    const places = Array.from({ length: 8 }, (_, call) => placeOf(waits(policy, manual(`${call}`)).choice));
    for (const place of places) expect(places.filter((other) => other === place)).toHaveLength(2);
  });

  it("a conversation goes elsewhere when what waits there takes longer than computing it anew", () => {
    const policy = policyOf(2, 3);
    const warm = goes(policy, manual("oven"), [0]);
    const next = `${manual("oven")}And?`;
    expect(policy.choose(blocksOf(next), all, 0).replica).toBe(warm.replica);
    waits(policy, manual("lamp").repeat(2), [0]);
    expect(policy.choose(blocksOf(next), all, 0).replica).toBe(warm.replica);
    waits(policy, manual("pump").repeat(2), [0]);
    expect(policy.choose(blocksOf(next), all, 0).replica).toBe(1);
  });

  it("uses no slot that a replica has not", () => {
    const existing = (replica: number): number | undefined => [1, undefined, 9][replica];
    const policy = new SlotPolicy({ replicas: 3, slots: 2, existing });
    const places = Array.from({ length: 5 }, (_, call) => placeOf(waits(policy, manual(`${call}`), [0, 1, 2]).choice));
    expect(places.toSorted()).toEqual([...places.filter((place) => place === "0/0"), "1/0", "1/1", "2/0", "2/1"]);
  });

  it("only those that are eligible are chosen", () => {
    const policy = policyOf(2, 2);
    goes(policy, manual("oven"), [0]);
    expect(policy.choose(blocksOf(manual("oven")), [1], 0)).toEqual({ replica: 1, slot: 0, expected: 0 });
  });

  it("learns that a replica began anew, and gives it what is new", () => {
    const policy = policyOf(2, 2);
    const things = ["oven", "lamp", "pump", "boiler"];
    const places = things.map((thing) => goes(policy, manual(thing)));
    const lost = things.filter((_, index) => places[index]?.replica === 0);
    for (const thing of lost) goes(policy, `${manual(thing)}And?`, all, 0);
    // The other slot of that replica is the last that it computed since; what it had before is gone.
    expect(goes(policy, manual("kettle")).replica).toBe(0);
    for (const [index, thing] of things.entries())
      if (places[index]?.replica === 1) expect(goes(policy, `${manual(thing)}And?`).expected).toBeGreaterThan(0);
  });

  it("what is too long to be compared whole is continued nevertheless", () => {
    const policy = policyOf(2, 2);
    const long = manual("oven").repeat(100);
    const first = goes(policy, long);
    expect(placeOf(goes(policy, `${long}And?`))).toBe(placeOf(first));
  });

  it("calls without a prompt take no conversation its slot", () => {
    const policy = policyOf(2, 1);
    const places = ["oven", "lamp"].map((thing) => goes(policy, manual(thing)));
    for (let call = 0; call < 4; call++) goes(policy, "");
    for (const [index, thing] of ["oven", "lamp"].entries())
      expect(goes(policy, `${manual(thing)}And?`)).toMatchObject({ ...places[index], expected: manual(thing).length });
  });

  it("without a prompt, and with nonsense of a replica, calls go somewhere", () => {
    const policy = policyOf(2, 1);
    for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY]) goes(policy, manual("oven"), all, nonsense);
    expect(goes(policy, "").expected).toBe(0);
    policy.forget(0);
    policy.forget(1);
    expect(goes(policy, manual("oven")).expected).toBe(0);
  });
});
