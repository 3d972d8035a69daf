import type { FoundCause } from "../../src/layers/prefix/lint/lint-result.ts";
import { atEnd, atTop, type Fault, hexOf, inMessage, inTool, type Moment, middle, type Put } from "./lint-fault.ts";

/** Texts that change from call to call, or from one conversation to the next. */

type Write = (moment: Moment) => string;
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

const changing = [...puts("date", dates), ...puts("id", ids), ...puts("number", counters)];

export const volatileFaults: readonly Fault[] = [...changing, ...perConversation(changing), ...perUser];
