import { describe, expect, it } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { setUp } from "./cache-harness.ts";

/** Custom tools of OpenAI's chat completions: their input is free text, which no rule of JSON may judge. */

const stream = { stream: true };
const forms = [
  ["JSON", {}],
  ["a stream", stream],
] as const;
const custom = (name: string) => ({ type: "custom", custom: { name } });
const tools = [custom("sql"), { type: "function", function: { name: "weather", parameters: { type: "object" } } }];
const calling = (input: string, more: PlannedReply = {}): PlannedReply => ({
  toolCalls: [{ name: "sql", arguments: input, custom: true }],
  ...more,
});

describe.each(forms)("filled as %s", (_, filledBy) => {
  it.each([
    ["SQL", "select * from bays where name like '%\"🌊%'"],
    ["what looks like broken JSON", '{"city": "Be'],
    ["JSON", '{"city":1,"city":2}'],
    ["a number", "1e999"],
    ["nothing", ""],
  ])("an input of %s is kept, and comes back as it was in either form", async (_name, input) => {
    const { origin, read } = await setUp();
    origin.plan(calling(input));
    expect(await read({ tools, ...filledBy })).toMatchObject({ outcome: "MISS", error: undefined });
    const json = await read({ tools });
    expect(json.outcome).toBe("HIT");
    expect(JSON.parse(json.raw).choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { tool_calls: [{ id: expect.any(String), type: "custom", custom: { name: "sql", input } }] },
    });
    const streamed = await read({ tools, ...stream });
    expect(streamed.outcome).toBe("HIT");
    const pieces = [...streamed.raw.matchAll(/^data: (\{.*\})$/gm)].flatMap(
      ([, data]) => JSON.parse(data as string).choices[0]?.delta.tool_calls ?? [],
    );
    expect(pieces[0]).toMatchObject({ index: 0, type: "custom", custom: { name: "sql" } });
    expect(pieces.map((piece) => piece.custom.input).join("")).toBe(input);
    expect(origin.callCount).toBe(1);
  });

  it("is kept beside a function, whose arguments still have to be JSON", async () => {
    const { origin, read, eventsOf: traced } = await setUp();
    const both = (text: string): PlannedReply => ({
      toolCalls: [
        { name: "sql", arguments: "select 1", custom: true },
        { name: "weather", arguments: text },
      ],
    });
    origin.plan([both('{"city": "Be'), both("{}")]);
    await read({ tools, ...filledBy });
    expect(traced("entry-refuse").map(({ reason }) => reason)).toEqual(["invalid_json"]);
    await read({ tools, ...filledBy });
    expect((await read({ tools })).outcome).toBe("HIT");
  });

  it.each<[string, object, PlannedReply, string]>([
    ["a tool that nobody offered", { tools: [custom("python")] }, calling("x"), "schema_mismatch"],
    ["an input that the token limit cut", { tools }, calling("select", { finishReason: "length" }), "finish_length"],
    ["an input without an end", { tools }, calling("select", { finishReason: null }), "truncated"],
  ])("%s is not kept", async (_name, body, plan, reason) => {
    const { origin, read, eventsOf: traced } = await setUp();
    origin.plan(plan);
    for (const form of [filledBy, {}]) expect((await read({ ...body, ...form })).outcome).toBe("MISS");
    expect(traced("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
    expect(origin.callCount).toBe(2);
  });
});
