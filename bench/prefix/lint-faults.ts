import { createHash } from "node:crypto";
import type { FoundCause } from "../../src/layers/prefix/lint/lint-result.ts";
import type { Message, SentPrompt, Tool } from "./lint-conversations.ts";

/** Faults as programs make them, put into prompts that had none. */

export interface Fault {
  readonly name: string;
  readonly cause: FoundCause;
  /** The section that it breaks. */
  readonly place: string;
  apply(prompt: SentPrompt, moment: Moment): SentPrompt;
}

/** Of a call: what a fault depends on. */
export interface Moment {
  readonly call: number;
  readonly conversation: number;
  /** Of all calls, those before this one. */
  readonly share: number;
  readonly chance: () => number;
  readonly at: Date;
}

type Write = (moment: Moment) => string;
type Put = (prompt: SentPrompt, text: string) => SentPrompt;

const dates: Readonly<Record<string, Write>> = {
  "ISO, seconds": ({ at }) => at.toISOString(),
  "ISO, Python": ({ at }) => at.toISOString().replace("T", " ").replace("Z", "412"),
  HTTP: ({ at }) => at.toUTCString(),
  "US, numbers": ({ at }) => at.toLocaleString("en-US", { timeZone: "UTC" }),
  "US, words": ({ at }) => at.toLocaleString("en-US", { dateStyle: "full", timeStyle: "long", timeZone: "UTC" }),
  British: ({ at }) => at.toLocaleString("en-GB", { timeZone: "UTC" }),
  "German, words": ({ at }) => at.toLocaleString("de-DE", { dateStyle: "full", timeStyle: "short", timeZone: "UTC" }),
  "French, words": ({ at }) => at.toLocaleString("fr-FR", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }),
  Japanese: ({ at }) => at.toLocaleString("ja-JP", { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" }),
  "time of day": ({ at }) => at.toLocaleTimeString("en-US", { timeZone: "UTC" }),
  "seconds since 1970": ({ at }) => String(Math.floor(at.getTime() / 1_000)),
  "milliseconds since 1970": ({ at }) => String(at.getTime()),
  compact: ({ at }) => at.toISOString().replace(/[-:]|\.\d+/g, ""),
};

const hexOf = (chance: () => number, length: number): string =>
  createHash("sha256").update(String(chance())).digest("hex").slice(0, length);

const ids: Readonly<Record<string, Write>> = {
  UUID: ({ chance }) => hexOf(chance, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  "SHA-256": ({ chance }) => hexOf(chance, 64),
  "short hash": ({ chance }) => hexOf(chance, 12),
  base64: ({ chance }) => Buffer.from(hexOf(chance, 32), "hex").toString("base64url"),
  prefixed: ({ chance }) => `req_${Buffer.from(hexOf(chance, 24), "hex").toString("base64url").replace(/[-_]/g, "x")}`,
};

const counters: Readonly<Record<string, Write>> = {
  counter: ({ call }) => String(call + 1),
  "padded counter": ({ call }) => `run-${String(call + 1).padStart(6, "0")}`,
  price: ({ call }) => (112.5 + call * 0.35).toFixed(2),
};

const people = [
  "Ada Winter",
  "Boris Quant",
  "Chioma Field",
  "Dario Lutz",
  "Esra Stone",
  "Femke Hall",
  "Goran Pine",
  "Hana Brook",
];
const users: Readonly<Record<string, Write>> = {
  name: ({ conversation }) =>
    `${people[conversation % people.length]}, ${people[(conversation * 3 + 1) % people.length]}'s colleague`,
  address: ({ conversation }) =>
    `${(people[conversation % people.length] as string).toLowerCase().replace(" ", ".")}@example.org`,
};

function withSystem({ tools, messages }: SentPrompt, change: (text: string) => string): SentPrompt {
  const [system, ...rest] = messages as readonly [Message, ...Message[]];
  return { tools, messages: [{ ...system, content: change(system.content ?? "") }, ...rest] };
}

function inMiddle(text: string, put: string): string {
  const middle = text.indexOf("\n", text.length / 2) + 1;
  return `${text.slice(0, middle)}${put}${text.slice(middle)}`;
}

const atTop: Put = (prompt, text) => withSystem(prompt, (system) => `Note: ${text} is of this call.\n\n${system}`);
const middle: Put = (prompt, text) =>
  withSystem(prompt, (system) => inMiddle(system, `Note: ${text} is of this call.\n`));
const atEnd: Put = (prompt, text) => withSystem(prompt, (system) => `${system}\n\nNote: ${text}`);
const inTool: Put = ({ tools, messages }, text) => {
  const [first, ...rest] = tools as readonly [Tool, ...Tool[]];
  const description = `${first.function.description} Valid for ${text} only.`;
  return { tools: [{ ...first, function: { ...first.function, description } }, ...rest], messages };
};
const inMessage: Put = ({ tools, messages }, text) => ({
  tools,
  messages: messages.map((message, index) =>
    index === 1 ? { ...message, content: `[${text}] ${message.content}` } : message,
  ),
});

const places: readonly (readonly [string, string, Put])[] = [
  ["top of the system prompt", "messages[0]", atTop],
  ["middle of it", "messages[0]", middle],
  ["end of it", "messages[0]", atEnd],
  ["a tool", "tools[0]", inTool],
  ["the first message", "messages[1]", inMessage],
];

function puts(cause: FoundCause, writes: Readonly<Record<string, Write>>): readonly Fault[] {
  return Object.entries(writes).flatMap(([format, write]) =>
    places.map(([where, place, put]): Fault => {
      const apply: Fault["apply"] = (prompt, moment) => put(prompt, write(moment));
      return { name: `${format}, ${where}`, cause, place, apply };
    }),
  );
}

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

const perUser: readonly Fault[] = Object.entries(users).flatMap(([name, write]) =>
  places.slice(0, 2).map(
    ([where, place, put]): Fault => ({
      ...{ name: `a user's ${name}, ${where}`, cause: "user-data", place },
      apply: (prompt, moment) => put(prompt, write(moment)),
    }),
  ),
);

/** Where one value holds for a conversation, what comes before the system prompt's end still breaks the next one's. */
function perConversation(faults: readonly Fault[]): readonly Fault[] {
  return faults
    .filter(({ name }) => /top of|middle of|a tool/.test(name))
    .map((fault) => {
      const known = new Map<number, Moment>();
      return {
        ...fault,
        name: `${fault.name}, once a conversation`,
        apply: (prompt, moment) => {
          if (moment.call === 0) known.clear();
          const first = known.get(moment.conversation) ?? { ...moment, chance: fixed(moment.chance()) };
          known.set(moment.conversation, first);
          return fault.apply(prompt, first);
        },
      };
    });
}

function fixed(value: number): () => number {
  return () => value;
}

const history: readonly Fault[] = [
  {
    ...{ name: "only the last eight messages are sent", cause: "history", place: "messages[1]" },
    apply: ({ tools, messages }) => ({
      tools,
      messages: messages.length <= 9 ? messages : [messages[0] as Message, ...messages.slice(-8)],
    }),
  },
];

const changing = [...puts("date", dates), ...puts("id", ids), ...puts("number", counters)];

export const faults: readonly Fault[] = [
  ...changing,
  ...perConversation(changing),
  ...orders,
  ...whitespace,
  lines,
  ...templates,
  ...perUser,
  ...history,
];
