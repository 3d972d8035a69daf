import type { Message, Tool } from "./lint-conversations.ts";
import { atTop, type Fault, hexOf, inMiddle, middle, withSystem } from "./lint-fault.ts";
import { volatileFaults } from "./lint-volatile-faults.ts";

/** Faults as programs make them, put into prompts that had none. */

function shuffled<Item>(items: readonly Item[], chance: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, rank: chance() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}

function shuffledKeys(value: unknown, chance: () => number): unknown {
  if (Array.isArray(value)) return value.map((one) => shuffledKeys(one, chance));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    shuffled(Object.entries(value), chance).map(([key, one]) => [key, shuffledKeys(one, chance)]),
  );
}

const settings = {
  ...{ currency: "USD", language: "English", tone: "friendly", maximumBags: 4, refundDays: 14, insurance: true },
  ...{ cabins: { basic: "no changes", economy: "changes for a fee", business: "changes are free" }, hub: "Denver" },
};
const facts = [
  "Bags are weighed.",
  "Pets fly in the cabin.",
  "Meals cost extra.",
  "Seats can be chosen.",
  "Gates close early.",
];

const orders: readonly Fault[] = [
  {
    ...{ name: "tools shuffled for each call", cause: "tool-order", place: "tools" },
    apply: ({ tools, messages }, { chance }) => ({ tools: shuffled(tools, chance), messages }),
  },
  {
    ...{ name: "tools turned around for each call", cause: "tool-order", place: "tools" },
    apply: ({ tools, messages }, { call }) => ({
      tools: [...tools.slice(call % 8), ...tools.slice(0, call % 8)],
      messages,
    }),
  },
  {
    ...{ name: "keys of schemas shuffled", cause: "key-order", place: "tools" },
    apply: ({ tools, messages }, { chance }) => ({
      tools: tools.map((tool) => shuffledKeys(tool, chance) as Tool),
      messages,
    }),
  },
  ...(
    [
      ["top", atTop],
      ["middle", middle],
    ] as const
  ).flatMap(([where, put]): readonly Fault[] => [
    {
      ...{ name: `keys of JSON shuffled, ${where} of the system prompt`, cause: "key-order", place: "messages[0]" },
      apply: (prompt, { chance }) => put(prompt, JSON.stringify(shuffledKeys(settings, chance))),
    },
    {
      ...{ name: `a list shuffled, ${where} of the system prompt`, cause: "order", place: "messages[0]" },
      apply: (prompt, { chance }) => put(prompt, `\n- ${shuffled(facts, chance).join("\n- ")}\n`),
    },
  ]),
  {
    ...{ name: "keys of the first tool's answer shuffled", cause: "key-order", place: "messages" },
    apply: ({ tools, messages }, { chance }) => {
      const first = messages.findIndex(({ role, content }) => role === "tool" && content?.startsWith("{") === true);
      const again = (content: string | null) => JSON.stringify(shuffledKeys(JSON.parse(content ?? ""), chance));
      return {
        tools,
        messages: messages.map((one, index) => (index === first ? { ...one, content: again(one.content) } : one)),
      };
    },
  },
];

const spaces: Readonly<Record<string, (text: string) => string>> = {
  "line ends of Windows": (text) => text.replaceAll("\n", "\r\n"),
  "two spaces after a full stop": (text) => text.replaceAll(". ", ".  "),
  indented: (text) => text.replaceAll("\n", "\n  "),
  "a space at the start": (text) => ` ${text}`,
  "a line more in the middle": (text) => inMiddle(text, "\n"),
};

const whitespace: readonly Fault[] = Object.entries(spaces).map(([name, change]) => ({
  ...{ name: `${name}, of every second call`, cause: "whitespace", place: "messages[0]" },
  apply: (prompt, { call }) => (call % 2 === 0 ? prompt : withSystem(prompt, change)),
}));

/** As templates leave them whose parts are empty now and then. */
const lines: Fault = {
  ...{ name: "empty lines at the end", cause: "whitespace", place: "messages[0]" },
  apply: (prompt, { call }) => withSystem(prompt, (text) => `${text}\n\n${"\n".repeat((call * 3) % 7)}`),
};

const templates: readonly Fault[] = (
  [
    ["top", atTop],
    ["middle", middle],
  ] as const
).flatMap(([where, put]): readonly Fault[] => [
  {
    ...{ name: `a new version, ${where} of the system prompt`, cause: "template", place: "messages[0]" },
    apply: (prompt, { share }) =>
      put(prompt, share < 0.5 ? "a calm and helpful tone" : "short sentences, and no jargon,"),
  },
  {
    ...{
      name: `two versions in turns by conversation, ${where} of the system prompt`,
      cause: "template",
      place: "messages[0]",
    },
    apply: (prompt, { conversation }) =>
      put(prompt, conversation % 2 === 0 ? "the old wording" : "our latest house style"),
  },
]);

const history: readonly Fault[] = [
  {
    ...{ name: "only the last eight messages are sent", cause: "history", place: "messages[1]" },
    apply: ({ tools, messages }) => ({
      tools,
      messages: messages.length <= 9 ? messages : [messages[0] as Message, ...messages.slice(-8)],
    }),
  },
];

const examples: readonly Message[] = ["gate", "lounge", "bags", "seat", "meal"].flatMap((topic) => [
  { role: "user", content: `An example about the ${topic}. ${"How do I get there from here? ".repeat(6)}` },
  { role: "assistant", content: `On the ${topic}: ${"go straight on, then to the left. ".repeat(6)}` },
]);

/** What programs do besides. */
const others: readonly Fault[] = [
  {
    ...{ name: "one tool is left out, each time another", cause: "tool-set", place: "tools" },
    apply: ({ tools, messages }, { call }) => ({ tools: tools.filter((_, index) => index !== call % 8), messages }),
  },
  {
    ...{ name: "examples in another order, as messages", cause: "order", place: "messages" },
    apply: ({ tools, messages: [system, ...rest] }, { chance }) => {
      const pairs = shuffled([0, 2, 4, 6, 8], chance).flatMap((index) => examples.slice(index, index + 2));
      return { tools, messages: [system as Message, ...pairs, ...rest] };
    },
  },
  {
    ...{ name: "a set as Python writes it", cause: "order", place: "messages[0]" },
    apply: (prompt, { chance }) =>
      atTop(prompt, `{${shuffled(["'book'", "'cancel'", "'refund'", "'upgrade'", "'transfer'"], chance).join(", ")}}`),
  },
  {
    ...{ name: "properties of schemas shuffled", cause: "key-order", place: "tools" },
    apply: ({ tools, messages }, { chance }) => {
      const turned = tools.map((tool) => {
        const { properties, ...rest } = tool.function.parameters as { readonly properties: object };
        const parameters = { ...rest, properties: Object.fromEntries(shuffled(Object.entries(properties), chance)) };
        return { ...tool, function: { ...tool.function, parameters } };
      });
      return { tools: turned, messages };
    },
  },
  {
    ...{ name: "tools' answers indented, every second call", cause: "whitespace", place: "messages" },
    apply: ({ tools, messages }, { call }) => ({
      tools,
      messages: messages.map((one) =>
        one.role === "tool" && one.content?.startsWith("{") && call % 2 === 1
          ? { ...one, content: JSON.stringify(JSON.parse(one.content), null, 2) }
          : one,
      ),
    }),
  },
  {
    ...{ name: "a session in a tool's schema", cause: "id", place: "tools[4]" },
    apply: ({ tools, messages }, { chance }) => ({
      tools: tools.map((tool, index) => {
        const parameters = { ...tool.function.parameters, title: hexOf(chance, 16) };
        return index === 4 ? { ...tool, function: { ...tool.function, parameters } } : tool;
      }),
      messages,
    }),
  },
  {
    ...{ name: "a day of the week", cause: "date", place: "messages[0]" },
    apply: (prompt, { at }) => atTop(prompt, at.toLocaleString("en-US", { weekday: "long", timeZone: "UTC" })),
  },
  {
    ...{ name: "a part of the prompt for every second conversation", cause: "template", place: "messages[0]" },
    apply: (prompt, { conversation }) => (conversation % 2 === 0 ? prompt : middle(prompt, "the new lounge pass")),
  },
  {
    ...{ name: "a short hash of the build", cause: "id", place: "messages[0]" },
    apply: (prompt, { call }) => atTop(prompt, `build ${hexOf(() => call >> 2, 7)}`),
  },
];

export const faults: readonly Fault[] = [
  ...volatileFaults,
  ...orders,
  ...whitespace,
  lines,
  ...templates,
  ...history,
  ...others,
];
