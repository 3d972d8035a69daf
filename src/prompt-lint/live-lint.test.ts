import { describe, expect, it } from "vitest";
import type { Answer } from "../core/answer.ts";
import type { Asked } from "../core/call.ts";
import { type CancelTimer, ManualClock } from "../core/clock.ts";
import { LiveLint } from "./live-lint.ts";

const answer = { status: 200, outcome: { kind: "miss" } } as unknown as Answer;
const settings = { mode: "places", rules: [] } as const;

function asked(tenant: string, text: string, parse?: () => never): Asked {
  const prompt = () => [
    { place: "messages[0]", text: JSON.stringify(text) },
    { place: "messages[1]", text: `"How, ${text.slice(0, 20)}?"` },
  ];
  return {
    call: {
      ...{ protocol: { name: "openai-chat" }, originId: "https://api.openai.com/v1", facts: { model: "gpt-4o" } },
      ...{ principal: { tenant, user: undefined }, directives: { noStore: false, layers: undefined } },
    },
    parsed: parse ?? (() => ({ prompt })),
  } as unknown as Asked;
}

/** It knows how many timers wait. */
class CountingClock extends ManualClock {
  readonly #waiting = new Set<object>();

  get pending(): number {
    return this.#waiting.size;
  }

  override after(delayMs: number, action: () => void): CancelTimer {
    const timer = {};
    this.#waiting.add(timer);
    const cancel = super.after(delayMs, () => {
      this.#waiting.delete(timer);
      action();
    });
    return () => {
      this.#waiting.delete(timer);
      cancel();
    };
  }
}

function setUp() {
  const clock = new ManualClock();
  const lint = new LiveLint(settings, clock);
  const hear = (one: Asked, bytes = 100) => void lint.hearing(one, bytes, answer);
  return { clock, lint, hear };
}

describe("what the live lint remembers", () => {
  it("is of so many tenants, those of late", () => {
    const { clock, lint, hear } = setUp();
    for (let tenant = 0; tenant < 40; tenant++) {
      hear(asked(`t${tenant}`, "Rules."));
      clock.advance(1_000);
    }
    const tenants = lint.found().map(({ tenant }) => tenant);
    expect(tenants).toHaveLength(16);
    expect(tenants).toContain("t39");
    expect(tenants).not.toContain("t0");
  });

  it("leaves out prompts that are very long, and reckons them in", () => {
    const { lint, hear } = setUp();
    hear(asked("a", "Rules."));
    hear(asked("a", "Rules."), 600_000);
    expect(lint.found()).toMatchObject([{ calls: 2, heard: 1 }]);
  });

  it("is heard behind the answers, one after another", () => {
    const { clock, lint, hear } = setUp();
    let parsed = 0;
    const count = (): never => {
      parsed++;
      throw new Error("not now");
    };
    for (let call = 0; call < 3; call++) hear(asked("a", "Rules.", count));
    expect(parsed).toBe(0);
    clock.advance(10);
    expect(parsed).toBe(1);
    clock.advance(1_000);
    // What it met is no fault of any call.
    expect(parsed).toBe(3);
    expect(lint.found()).toMatchObject([{ calls: 3, heard: 0 }]);
  });

  it("is forgotten a day after it began, also when nobody asks", () => {
    const { clock, lint, hear } = setUp();
    hear(asked("a", "Rules."));
    clock.advance(24 * 3_600_000 - 1);
    expect(lint.found()).toHaveLength(1);
    clock.advance(1);
    expect(lint.found()).toEqual([]);
  });

  it("takes one timer, however many tenants take turns", () => {
    const clock = new CountingClock();
    const lint = new LiveLint(settings, clock);
    for (let call = 0; call < 200; call++) {
      void lint.hearing(asked(`t${call % 17}`, "Rules."), 100, answer);
      clock.advance(1_000);
    }
    expect(clock.pending).toBe(1);
    clock.advance(24 * 3_600_000);
    expect([clock.pending, lint.found()]).toEqual([0, []]);
    void lint.hearing(asked("a", "Rules."), 100, answer);
    lint.close();
    expect(clock.pending).toBe(0);
  });

  it("is nothing of calls that came before their tenant was forgotten, however late their answers are complete", async () => {
    const { lint } = setUp();
    const [answered, completed] = [Promise.withResolvers<Answer>(), Promise.withResolvers<{ recording: undefined }>()];
    const streaming = { ...answer, complete: completed.promise } as unknown as Answer;
    void lint.hearing(asked("erased", "A secret."), 100, streaming);
    void lint.hearing(asked("other", "Rules."), 100, streaming);
    const late = lint.hearing(asked("erased", "A secret."), 100, answered.promise);
    lint.forget("erased");
    answered.resolve(streaming);
    completed.resolve({ recording: undefined });
    await Promise.all([late, completed.promise]);
    expect(lint.found()).toMatchObject([{ tenant: "other", calls: 1, heard: 1 }]);
    void lint.hearing(asked("erased", "Rules."), 100, answer);
    expect(lint.found("erased")).toMatchObject([{ calls: 1, heard: 1 }]);
  });

  it("is forgotten when the setting becomes another, and not when it stays", () => {
    const { lint, hear } = setUp();
    hear(asked("a", "Rules."));
    lint.reconfigure({ mode: "places", rules: [["*", { leastTokens: 9 }]] });
    expect(lint.found()).toHaveLength(1);
    lint.reconfigure({ mode: "full", rules: [] });
    expect(lint.found()).toEqual([]);
  });

  it("is not of calls that were answered without an origin, or with an error", () => {
    const { lint } = setUp();
    for (const kind of ["hit", "stale", "coalesced", "error"])
      void lint.hearing(asked("a", "Rules."), 9, { ...answer, outcome: { kind } } as unknown as Answer);
    void lint.hearing(asked("a", "Rules."), 9, { ...answer, status: 500 });
    expect(lint.found()).toEqual([]);
  });
});
