import {
  type PersonalAction,
  type PersonalKind,
  type PersonalRules,
  personalActions,
  personalKinds,
} from "./core/personal-data.ts";
import { duration, type Fault, field, type OptionMeta } from "./option-fields.ts";

/** The options of personal data: in section `layers.exact`, and what a rule may say otherwise. */

type Actions = PersonalAction | readonly PersonalAction[] | "off";

/** What the options may say: the same for all kinds, or by kind, where `others` is for those that are not named. */
export type PersonalDataInput = Actions | { readonly [Kind in PersonalKind | "others"]?: Actions };

const kept: PersonalDataInput = {
  others: ["short-ttl", "first-to-evict"],
  card: "no-store",
  secret: "no-store",
};

/** A vector does not tell what it was made of, and has to be there when the text is embedded again. */
const keptVectors: PersonalDataInput = { others: "first-to-evict", card: "no-store", secret: "no-store" };

const meta: Omit<OptionMeta, "default" | "description"> = {
  rule: `off, one of ${personalActions.join(", ")}, a list of them, or any of these by kind (${personalKinds.join(", ")}, others)`,
  remedy: 'Write, for example, "personalData: user-scope", or "personalData: { others: short-ttl, secret: no-store }".',
};

function personalDataField(byDefault: PersonalDataInput, description: string) {
  return field(readPersonalRules, { ...meta, default: byDefault, description }, personalFaults);
}

export const personalDataFields = {
  personalData: personalDataField(
    kept,
    "What is done where a request or its answer holds personal data; see [personal data](../personal-data.md).",
  ),
  personalDataTtl: duration("10m", { description: "How long `short-ttl` keeps an answer at the most." }),
  personalDataExcept: field(readPatterns, {
    description:
      "What is nobody's secret, such as the address of your own support; `*` stands for any run of characters. Numbers are compared without what separates their digits.",
    default: [],
    rule: "a list of at most 1000 texts",
    remedy: "Write, for example, \"personalDataExcept: [support@example.com, '*@example.org']\".",
  }),
};

export const vectorPersonalData = personalDataField(
  keptVectors,
  "The same for vectors of texts that hold personal data.",
);

const actionsRule = `off, one of ${personalActions.join(", ")}, or a list of them`;
const kindsRule = `under the name of a kind: ${personalKinds.join(", ")}, or others`;

/** Which kinds, and which actions, of a value that breaks the rule. */
function personalFaults(value: unknown): readonly Fault[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return actionFaults(value, [], meta.rule);
  const known: readonly string[] = [...personalKinds, "others"];
  return Object.entries(value).flatMap(([kind, actions]) =>
    known.includes(kind) ? actionFaults(actions, [kind], actionsRule) : [{ at: [kind], rule: kindsRule }],
  );
}

function actionFaults(value: unknown, at: Fault["at"], rule: string): readonly Fault[] {
  if (readActions(value) !== undefined) return [];
  if (!Array.isArray(value) || value.length === 0) return [{ at, rule }];
  const wrong = value.flatMap((one, index) => (personalActions.includes(one) ? [] : [index]));
  return wrong.map((index) => ({ at: [...at, index], rule: `one of ${personalActions.join(", ")}` }));
}

/** `undefined` for what breaks the rule. */
export function readPersonalRules(value: unknown): PersonalRules | undefined {
  const same = readActions(value);
  if (same !== undefined) return rulesOf(() => same);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const given = Object.entries(value);
  const known: readonly string[] = [...personalKinds, "others"];
  const read = new Map(given.map(([kind, actions]) => [kind, readActions(actions)] as const));
  if (given.some(([kind]) => !known.includes(kind) || read.get(kind) === undefined)) return undefined;
  return rulesOf((kind) => read.get(kind) ?? read.get("others") ?? []);
}

function rulesOf(actionsOf: (kind: PersonalKind) => readonly PersonalAction[]): PersonalRules {
  const looked = personalKinds.filter((kind) => actionsOf(kind).length > 0);
  return Object.freeze(Object.fromEntries(looked.map((kind) => [kind, actionsOf(kind)])));
}

function readActions(value: unknown): readonly PersonalAction[] | undefined {
  // YAML takes `off` for false.
  if (value === "off" || value === false) return [];
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const read = personalActions.filter((action) => given.includes(action));
  return given.length > 0 && read.length === new Set(given).size ? read : undefined;
}

function readPatterns(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > 1000) return undefined;
  return value.every((one) => typeof one === "string" && one !== "") ? (value as string[]) : undefined;
}
