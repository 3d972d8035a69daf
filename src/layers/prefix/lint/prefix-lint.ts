import { ownText } from "../../../core/own-text.ts";
import type { PromptSection } from "../../../core/prompt.ts";
import type { Usage } from "../../../core/recording.ts";
import { type LapseCause, lapseOf } from "./cache-lapse.ts";
import { FoundBreaks } from "./found-breaks.ts";
import type { CacheLapse, LintResult, PromptGroup } from "./lint-result.ts";
import { type LintRules, lintRulesFor } from "./lint-rules.ts";
import { type ComparedPrompt, isHeadAt, type PromptBreak, promptBreak } from "./prompt-break.ts";
import { remedies } from "./remedies.ts";
import { type Nearest, type PromptOfLate, SeenPrompt, SeenPrompts } from "./seen-prompts.ts";
import type { SeenSection } from "./seen-section.ts";

/**
 * Prompts one after another, each compared with those of late that it shares most with. Nothing is found in one that goes
 * on an earlier prompt; of any other it is asked what keeps it from sharing more (`prompt-break.ts`), and where nothing
 * does, whether what it shares was still in the provider's cache (`cache-lapse.ts`). Memory is bounded, whatever comes.
 */

export interface LintedPrompt {
  /** What tells the call apart in its log. */
  readonly id: string;
  readonly sections: readonly PromptSection[];
  readonly protocol: string;
  readonly originId: string;
  readonly model: string;
  /** Whoever shares a cache has the same. */
  readonly tenant: string | undefined;
  readonly at: number | undefined;
  readonly durationMs: number | undefined;
  /** As far as the answer tells all of it, what came from the provider's cache included. */
  readonly usage: Usage | undefined;
  /** Where only that is known. */
  readonly inputTokens?: number | undefined;
  /** Tokens stand in the place of texts. */
  readonly isRedacted: boolean;
}

export interface LintOptions {
  /** Prompts that are remembered; a conversation is one. Default 256. */
  readonly mostPrompts?: number;
  /** Characters of all of them. Default 32 Mi. */
  readonly mostLength?: number;
  readonly rulesFor?: (protocol: string, model: string, originId: string) => LintRules;
}

interface Family {
  readonly protocol: string;
  readonly originId: string;
  readonly model: string;
  readonly label: string;
  calls: number;
  conversations: number;
}

interface LapseTally {
  calls: number;
  lostTokens: number;
}

const usualLengthOfToken = 4;
/** Prompts that have no more in common are of different groups. */
const leastLikeness = 1_024;
const mostFamilies = 1_000;
/** Of all tokens: that some calls come late is normal. */
const leastLapse = 0.01;
const labelLength = 60;
/** Space that is left out included. */
const longestBeginning = 200;

export class PrefixLint {
  readonly #rulesFor: NonNullable<LintOptions["rulesFor"]>;
  readonly #seen: SeenPrompts;
  readonly #breaks = new FoundBreaks();
  readonly #families: Family[] = [];
  readonly #lapses = new Map<string, LapseTally>();
  /** Origins that have told of cached tokens. */
  readonly #telling = new Set<string>();
  #prompts = 0;
  #redacted = 0;
  #untold = 0;
  #inputTokens = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor({ mostPrompts = 256, mostLength = 32 * 1024 * 1024, rulesFor = lintRulesFor }: LintOptions = {}) {
    this.#rulesFor = rulesFor;
    this.#seen = new SeenPrompts({ mostPrompts, mostLength });
  }

  /** Prompts that are remembered now. */
  get remembered(): number {
    return this.#seen.size;
  }

  hear(prompt: LintedPrompt): void {
    const { sections: given, protocol, originId, model, tenant, at, durationMs, usage, isRedacted, id } = prompt;
    const sections = given.map((section) => this.#seen.sections.use(section, isRedacted));
    const scope = [protocol, originId, model, tenant ?? ""].join("\0");
    const near = this.#seen.nearest(scope, sections);
    // Of several the one that was used last.
    const continued = near.find(({ prompt: { sections: theirs }, shared }) => shared === theirs.length);
    const length = lengthOf(sections);
    const told = usage?.inputTokens ?? prompt.inputTokens ?? 0;
    const tokens = told > 0 ? told : length / usualLengthOfToken;
    const places = given.map(({ place }) => place);
    const perToken = tokens / Math.max(1, length);
    const rules = this.#rulesFor(protocol, model, originId);
    const nearest = near[0];
    const broken =
      continued === undefined && nearest !== undefined
        ? promptBreak(nearest.prompt.call, { places, sections }, nearest.shared)
        : undefined;
    const isContinued = continued !== undefined;
    const family = this.#familyOf(prompt, nearest, sections, {
      isContinued,
      isLike: isContinued || broken !== undefined,
    });
    const call: PromptOfLate = { id, places, sections, family, at, endedAt: ended(at, durationMs) };
    const lost = broken === undefined ? 0 : this.#lostTo(broken, call, perToken, rules, usage);
    if (broken !== undefined && nearest !== undefined && lost > 0)
      this.#breaks.add(nearest.prompt.call, call, broken, lost);
    else if (isRedacted && !isContinued && nearest !== undefined && isHeadAt(call, nearest.shared)) this.#untold++;
    else this.#lapse(prompt, call, near, perToken, rules);
    this.#count(prompt, tokens);
    this.#seen.put(scope, new SeenPrompt(call), continued?.prompt);
  }

  result(): LintResult {
    const groups = this.#families.map(groupOf);
    const lapses = [...this.#lapses].map(([key, { calls, lostTokens }]): CacheLapse => {
      const [family, cause] = key.split(" ") as [string, LapseCause];
      const group = groups[Number(family)] as PromptGroup;
      return { group, cause, calls, lostTokens: Math.round(lostTokens), remedy: remedies[cause] };
    });
    return {
      ...{ prompts: this.#prompts, from: this.#from, to: this.#to, redacted: this.#redacted, untold: this.#untold },
      inputTokens: Math.round(this.#inputTokens),
      breaks: this.#breaks.all(
        (family) => groups[family] as PromptGroup,
        (family) => this.#families[family]?.conversations ?? 0,
      ),
      lapses: lapses
        .filter(({ lostTokens }) => lostTokens >= leastLapse * this.#inputTokens)
        .sort((one, other) => other.lostTokens - one.lostTokens),
      groups: [...groups].sort((one, other) => other.calls - one.calls),
    };
  }

  /** Tokens that could have been read from a cache and were not. */
  #lostTo(broken: PromptBreak, { sections }: PromptOfLate, perToken: number, rules: LintRules, usage?: Usage): number {
    const ahead = (lengthOf(sections.slice(0, broken.index)) + broken.offset) * perToken;
    const lost = broken.lost * perToken;
    if (ahead + lost < rules.leastTokens) return 0;
    // The provider had it all the same: from a call that this log does not hold.
    const told = usage?.cachedInputTokens ?? 0;
    return told > ahead + lost / 2 ? 0 : lost;
  }

  #lapse(
    { at, usage, protocol, originId }: LintedPrompt,
    { sections, family }: PromptOfLate,
    near: readonly Nearest[],
    perToken: number,
    rules: LintRules,
  ): void {
    const shared = near[0]?.shared ?? 0;
    if (shared === 0) return;
    const [ahead, rest] = [sections.slice(0, shared), sections.slice(shared)];
    const lasts = near.flatMap(({ prompt: { call } }) => call.endedAt ?? call.at ?? []);
    const last = lasts.length === 0 ? undefined : Math.max(...lasts);
    const cause = lapseOf(
      {
        ...{ tokens: lengthOf(ahead) * perToken, rest, usage },
        idleMs: last === undefined || at === undefined ? undefined : at - last,
        isConcurrent: last !== undefined && at !== undefined && at < last,
        tellsCached: this.#telling.has(`${protocol} ${originId}`),
      },
      rules,
    );
    if (cause === undefined) return;
    const key = `${family} ${cause}`;
    const tally = this.#lapses.get(key) ?? { calls: 0, lostTokens: 0 };
    this.#lapses.set(key, tally);
    tally.calls++;
    tally.lostTokens += Math.max(0, lengthOf(ahead) * perToken - (usage?.cachedInputTokens ?? 0));
  }

  #familyOf(
    { sections: given, protocol, originId, model }: LintedPrompt,
    near: Nearest | undefined,
    sections: readonly SeenSection[],
    { isContinued, isLike }: { readonly isContinued: boolean; readonly isLike: boolean },
  ): number {
    const common = near === undefined ? 0 : lengthOf(sections.slice(0, near.shared)) + near.likeness;
    const isOfGroup = near !== undefined && (isLike || common >= leastLikeness);
    let index = isOfGroup ? near.prompt.call.family : this.#families.length;
    // What comes when there are very many groups already counts with the last.
    if (index >= mostFamilies) index = mostFamilies - 1;
    const label = labelOf({ places: given.map(({ place }) => place), sections });
    this.#families[index] ??= { protocol, originId, model, label, calls: 0, conversations: 0 };
    const family = this.#families[index] as Family;
    family.calls++;
    if (!isContinued) family.conversations++;
    return index;
  }

  #count({ at, isRedacted, usage, protocol, originId }: LintedPrompt, tokens: number): void {
    this.#prompts++;
    this.#inputTokens += tokens;
    if (isRedacted) this.#redacted++;
    if (at !== undefined) {
      this.#from = Math.min(this.#from ?? at, at);
      this.#to = Math.max(this.#to ?? at, at);
    }
    if ((usage?.cachedInputTokens ?? 0) > 0) this.#telling.add(`${protocol} ${originId}`);
  }
}

function groupOf({ protocol, originId, model, label, calls }: Family, index: number): PromptGroup {
  return { group: index + 1, protocol, originId, model, label, calls };
}

/** How the system prompt begins, or the first message, or the first section of some length. */
function labelOf(prompt: ComparedPrompt): string {
  const { places, sections } = prompt;
  const isWords = (index: number) => places[index]?.startsWith("tools") !== true;
  const found =
    sections.find((_, index) => isWords(index) && isHeadAt(prompt, index)) ??
    sections.find((_, index) => isWords(index)) ??
    sections[0];
  const text = found?.text ?? "";
  const words = /"(?:content|text)":"((?:[^"\\]|\\.){1,200})/.exec(text)?.[1] ?? text.replace(/^"|"$/g, "");
  const label = words.slice(0, longestBeginning).replace(/\\n|\s+/g, " ");
  return ownText(label.trim().slice(0, labelLength));
}

function ended(at: number | undefined, durationMs: number | undefined): number | undefined {
  return at === undefined || durationMs === undefined ? undefined : at + durationMs;
}

function lengthOf(sections: readonly SeenSection[]): number {
  return sections.reduce((sum, { length }) => sum + length, 0);
}
