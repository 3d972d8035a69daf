import { describe, expect, it } from "vitest";
import type { Usage } from "../../../core/recording.ts";
import { type LintedPrompt, PrefixLint } from "./prefix-lint.ts";
import { conversation, lint, policy, prompt, type Said, turns } from "./prefix-lint-samples.ts";

describe("nothing is found in prompts that should not share more", () => {
  const other = turns.map((text) => text.replace("rooms", "towels and soap"));
  it.each<readonly [string, readonly Said[]]>([
    ["a conversation", conversation()],
    ["two, in turns", conversation().flatMap((one, index) => [one, { messages: other.slice(0, 2 * index + 1) }])],
    ["another last message", [{ messages: ["When is breakfast?"] }, { messages: ["Where is the pool?"] }]],
    ["the same prompt again", [{}, {}, {}]],
    [
      "a turn that was asked for again",
      [...conversation(), { messages: [...turns.slice(0, 6), "Or rather a suite."] }],
    ],
    ["another program", [{}, { system: "Translate into French, word by word, and keep names. ".repeat(60) }]],
    ["a date in a short prompt", [{ system: "It is 9:00." }, { system: "It is 9:01." }]],
    ["a date behind everything", [{ messages: ["At 9:00?"] }, { messages: ["At 9:01?"] }]],
    [
      "other conversations that say one thing alike",
      [
        { messages: ["I have 41 bags.", ...turns.slice(1, 6)] },
        {
          messages: [
            "I have 42 bags.",
            ...other.slice(1, 3),
            turns[3] as string,
            turns[2] as string,
            ...other.slice(4, 8),
          ],
        },
      ].map(({ messages }) => ({ messages: messages.map((text) => text.repeat(3)) })),
    ],
    [
      "a first message in other words",
      [{ messages: turns }, { messages: ["I would like a room, please.", ...turns.slice(1)] }],
    ],
    [
      "another program with a paragraph of the first",
      [
        {},
        {
          system: `Translate into French, and keep the names. ${"Be exact with dates. ".repeat(450)}${policy.slice(0, 4_500)}`,
        },
      ],
    ],
    [
      "a message that quotes another one",
      [
        { messages: [`${"First of all. ".repeat(40)}${policy.slice(0, 1_500)}`] },
        { messages: [`${"Old and new. ".repeat(150)}${policy.slice(0, 1_500)}`] },
      ],
    ],
    [
      "a date above less than is kept",
      ["9:00", "9:01"].map((time) => ({ system: `It is ${time}. ${policy.slice(0, 2_500)}` })),
    ],
  ])("%s", (_, prompts) => {
    const { breaks, lapses, prompts: count } = lint(prompts);
    expect(breaks).toEqual([]);
    expect(lapses).toEqual([]);
    expect(count).toBe(prompts.length);
  });

  it("where the provider tells that it had it all the same", () => {
    const usage: Usage = {
      inputTokens: 1_300,
      cachedInputTokens: 1_280,
      cacheWriteTokens: 0,
      outputTokens: 1,
      reasoningTokens: 0,
    };
    const at = (time: string): Said => ({ system: `It is ${time}.\n${policy}`, call: { usage } });
    expect(lint([at("9:00"), at("9:01")]).breaks).toEqual([]);
  });

  it("between models, providers and tenants, which share no cache", () => {
    const times = ["9:00", "9:01"].map((time) => `It is ${time}.\n${policy}`);
    for (const call of [{ model: "gpt-4o-mini" }, { originId: "https://proxy" }, { tenant: "b" }])
      expect(lint([{ system: times[0] as string }, { system: times[1] as string, call }]).breaks).toEqual([]);
  });
});

describe("what breaks a prefix", () => {
  it("is told with section, byte, cause, example, tokens and remedy", () => {
    const said = (time: string): Said => ({ system: `Grüße! It is ${time}.\n${policy}`, call: { at: 1_000 } });
    const { breaks, groups } = lint([said("9:00"), said("9:01"), said("9:02")]);
    expect(breaks).toHaveLength(1);
    const [found] = breaks;
    expect(found).toMatchObject({ cause: "date", place: "system", calls: 2, group: { calls: 3 } });
    const byte = Buffer.byteLength('"Grüße! It is 9:0');
    expect(found).toMatchObject({ byte, promptByte: byte });
    expect(found?.example).toMatchObject({
      calls: ["1", "2"],
      context: '"Grüße! It is 9:',
      before: "00",
      after: "01",
    });
    expect(found?.remedy).toMatch(/date or time/);
    expect(found?.lostTokens).toBeGreaterThan((2 * policy.length) / 4 - 20);
    expect(groups).toHaveLength(1);
  });

  it("is looked for in every message of one conversation", () => {
    const signed = [1, 3, 5, 7].map((length, call) => ({
      messages: turns.slice(0, length).map((text, index) => (index === 1 ? `[${call}${"0".repeat(5)}] ${text}` : text)),
    }));
    expect(lint(signed).breaks).toMatchObject([{ cause: "number", place: "messages[1]", calls: 2 }]);
  });

  it("is found at two places at once, each for itself", () => {
    const said = (call: number, id: string): Said => ({
      tools: [{ name: "rooms", description: `Since 2026-11-0${call}. ${policy}` }],
      system: `Request ${id}\n${policy}`,
    });
    const found = lint([said(1, "a1b2c3d4"), said(1, "0f9e8d7c"), said(2, "0f9e8d7c")]).breaks;
    expect(found.map(({ cause, place }) => [cause, place]).sort()).toEqual([
      ["date", "tools[0]"],
      ["id", "system"],
    ]);
  });

  const names = ["find", "book", "cancel", "refund"];
  const tools = names.map((name) => ({ name, description: `Use it to ${name}. ${policy.slice(0, 900)}` }));

  it("is tools in another order, or tools that come and go", () => {
    expect(lint([{ tools }, { tools: [...tools].reverse() }]).breaks).toMatchObject([
      { cause: "tool-order", place: "tools[0]", example: { before: "find", after: "refund" } },
    ]);
    expect(lint([{ tools }, { tools: tools.slice(1) }]).breaks).toMatchObject([
      { cause: "tool-set", place: "tools[0]" },
    ]);
    const swapped = [...tools.slice(0, 3), { name: "insure", description: policy.slice(0, 900) }];
    expect(lint([{ tools }, { tools: swapped }]).breaks).toMatchObject([{ cause: "tool-set", place: "tools[3]" }]);
    const last = lint([{ tools }, { tools: tools.slice(0, 3) }]).breaks;
    expect(last).toMatchObject([{ cause: "tool-set", place: "system" }]);
  });

  it("is not what another program's tools are", () => {
    const others = [{ name: "weather", description: policy }, ...tools.slice(0, 1)];
    expect(lint([{ tools }, { tools: others, system: "Tell the weather." }]).breaks).toEqual([]);
  });

  it("is a new version of the prompt, or what each user brings", () => {
    const said = (text: string): Said => ({ system: `${text}\n${policy}` });
    const versions = [...Array(20).fill("Be kind."), ...Array(20).fill("Be quick.")].map(said);
    expect(lint(versions).breaks).toMatchObject([{ cause: "template", calls: 1 }]);
    const guests = ["Ada", "Bo", "Cleo", "Dai", "Eve", "Finn"].map((name) => said(`The guest is called ${name}.`));
    expect(lint(guests).breaks).toMatchObject([{ cause: "user-data", calls: 5 }]);
  });

  it("is a question that stands before the instructions", () => {
    const asked = (question: string): Said => ({ system: "Be brief.", messages: [`${question}\n\n${policy}`] });
    const questions = ["Is there a pool?", "When is dinner?", "May dogs come?", "How far is the beach?", "Is it warm?"];
    expect(lint(questions.map(asked)).breaks).toMatchObject([{ cause: "user-data", place: "messages[0]", calls: 4 }]);
  });

  it("is a history that is cut at its beginning", () => {
    const cut = [turns.slice(0, 5), turns.slice(2, 7), turns.slice(4, 8)].map((messages) => ({ messages }));
    expect(lint(cut).breaks).toMatchObject([{ cause: "history", place: "messages[0]", calls: 2 }]);
  });

  it("is messages in another order, such as examples", () => {
    const examples = turns.slice(0, 6);
    const asked = (order: readonly number[]) => ({
      messages: [...order.map((index) => examples[index] as string), "And now?"],
    });
    const found = lint([asked([0, 1, 2, 3, 4, 5]), asked([2, 3, 4, 5, 0, 1])]).breaks;
    expect(found).toMatchObject([{ cause: "order", place: "messages[0]", calls: 1 }]);
  });

  it("is a note that only the last message has", () => {
    const noted = (length: number) => {
      const messages = turns.slice(0, length);
      return {
        messages: messages.map((text, index) => (index === length - 1 ? `(Friday, 9:0${length}) ${text}` : text)),
      };
    };
    const long = [1, 3, 5].map(noted).map(({ messages }) => ({ messages: messages.map((text) => text.repeat(3)) }));
    expect(lint(long).breaks.map(({ cause }) => cause)).toEqual(["date"]);
  });

  it("is one thing where ids look like numbers or words now and then", () => {
    const ids = [
      "a1b2c3d4",
      "e5f6a7b8",
      "0a9b8c7d",
      "f00dcafe",
      "12",
      "99",
      "1b2c3d4e",
      "7f8e9d0c",
      "c4d5e6f7",
      "9a8b7c6d",
    ];
    const found = lint(ids.map((id) => ({ system: `Session ${id}\n${policy}` }))).breaks;
    expect(found).toMatchObject([
      { cause: "id", calls: 9, group: { label: expect.stringMatching(/^Session a1b2c3d4 Guests/) } },
    ]);
  });

  it("is not a mark for the cache", () => {
    const mark = '"cache_control":{"type":"ephemeral"}';
    const marked = [0, 1].map((place) => {
      const said = prompt({ messages: turns.slice(0, 3) });
      const sections = said.sections.map((section, index) =>
        index === place + 1 ? { ...section, text: section.text.replace("{", `{${mark},`) } : section,
      );
      return { ...said, sections };
    });
    const linting = new PrefixLint();
    for (const one of marked) linting.hear(one);
    expect(linting.result().breaks).toEqual([]);
  });

  it("is known in part of a redacted log", () => {
    const call = { isRedacted: true };
    const token = (letter: string, length: number) => `~${letter.repeat(16)}:${length}`;
    const said = (system: string): Said => ({
      system,
      messages: ["m", "n", "o"].map((one) => token(one, 4_000)),
      call,
    });
    const { breaks, redacted } = lint([said(token("a", 6_000)), said(token("b", 6_000))]);
    expect(redacted).toBe(2);
    expect(breaks).toMatchObject([{ cause: "redacted", place: "system", lostTokens: expect.closeTo(3_000, -2) }]);
  });
});

it("is found in two programs that take turns, each for itself", () => {
  const rules = "Recipes are for four. Name the oven's heat. Say what may be left out. ".repeat(60);
  const said = (call: number): Said => ({ system: `It is 9:${10 + call}.\n${call % 2 === 0 ? policy : rules}` });
  const { breaks, groups } = lint(Array.from({ length: 10 }, (_, call) => said(call)));
  expect(breaks).toMatchObject([
    { cause: "date", calls: 4 },
    { cause: "date", calls: 4 },
  ]);
  expect(groups.map(({ calls }) => calls)).toEqual([5, 5]);
});

it("is found in short prompts, too, where an engine keeps these", () => {
  const prompts = ["9:00", "9:01"].map((time) => ({ system: `It is ${time}. ${policy.slice(0, 2_500)}` }));
  const rulesFor = () => ({ leastTokens: 16, lifetimeMs: undefined, lookBack: undefined });
  expect(lint(prompts, { rulesFor }).breaks).toMatchObject([{ cause: "date", calls: 1 }]);
  expect(
    lint(prompts.map((said) => ({ ...said, call: { originId: "http://127.0.0.1:8000/v1" } }))).breaks,
  ).toHaveLength(1);
});

it("is counted as not told where a redacted log has nothing that follows", () => {
  const usage: Usage = {
    inputTokens: 1_600,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
  };
  const said = (letter: string): Said => ({
    ...{ tools: [{ name: "find", description: `~${"t".repeat(16)}:2400` }], system: `~${letter.repeat(16)}:4000` },
    call: { isRedacted: true, usage },
  });
  const found = lint(["a", "b", "c", "c"].map(said));
  expect(found).toMatchObject({ redacted: 4, untold: 2, breaks: [], lapses: [] });
});

describe("memory", () => {
  it("is bounded in prompts and in characters, and the latest are kept", () => {
    const said = (call: number): LintedPrompt =>
      prompt({ system: `It is 9:${10 + (call % 50)}, call ${call}.\n${policy}` });
    for (const options of [{ mostPrompts: 10 }, { mostLength: 12 * policy.length }]) {
      const linting = new PrefixLint(options);
      for (let call = 0; call < 100; call++) linting.hear(said(call));
      expect(linting.remembered).toBeLessThan(13);
      expect(linting.remembered).toBeGreaterThan(8);
      expect(linting.result().breaks).toMatchObject([{ cause: "date", calls: 99 }]);
    }
  });

  it("holds a conversation once", () => {
    const linting = new PrefixLint();
    for (const said of conversation()) linting.hear(prompt(said));
    expect(linting.remembered).toBe(1);
  });
});
