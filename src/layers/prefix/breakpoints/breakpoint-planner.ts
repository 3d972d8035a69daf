import type { MarkablePrompt } from "../../../core/cache-marks.ts";
import { contentDigest } from "../../../core/fingerprint.ts";
import type { Usage } from "../../../core/recording.ts";
import { KeyShards } from "./key-shards.ts";
import { type Form, PrefixHistory } from "./prefix-history.ts";
import { type PromptPrefix, prefixesOf } from "./prompt-prefixes.ts";
import type { CacheRules } from "./provider-rules.ts";
import { TokenMeasure } from "./token-measure.ts";

/**
 * Up to where a provider is to keep a prompt. Writing a token costs `write - 1` more than reading it uncached, and saves
 * `1 - read` when the next call reads it: so it pays for what comes again with a likelihood above the quotient of the
 * two, which is 0.28 at most prices. The prefix is therefore written to the last place that is more likely than that to
 * come again in time (`PrefixHistory`), and not at all where there is none. Up to there marks cost nothing more, so the
 * others stand where reading may begin: at what the provider is known to have, at the end of the conversation's call
 * before this one, and at the shorter prefixes that come again when the longer ones do not, the system prompt first.
 */

export interface Plan {
  /** Indexes of parts that carry a mark, ascending; none where only the key is sent, or nothing. */
  readonly ends: readonly number[];
  /** What calls that share a key have in common; `undefined` where no key is to be sent. */
  readonly group: string | undefined;
  /** The provider has begun to answer: from now on others can read what it keeps. */
  begun(now: number): void;
  /** The provider has said what it read and wrote. */
  told(usage: Usage): void;
}

interface Place {
  readonly prefix: PromptPrefix;
  readonly likely: number;
  readonly isKept: boolean;
}

export class BreakpointPlanner {
  readonly #rules: CacheRules;
  readonly #history: PrefixHistory;
  readonly #measure: TokenMeasure;
  readonly #shards: KeyShards | undefined;
  readonly #seed: string;

  /** For the calls of one tenant to one model. `seed`: tells these apart from all others. */
  constructor(rules: CacheRules, seed: string) {
    this.#rules = rules;
    this.#seed = contentDigest(seed);
    this.#history = new PrefixHistory(rules.lifetimeMs);
    this.#measure = new TokenMeasure(rules.leastTokens);
    this.#shards = rules.callsOfKey === undefined ? undefined : new KeyShards(rules.callsOfKey);
  }

  /** Prefixes that it remembers. */
  get size(): number {
    return this.#history.size;
  }

  plan(prompt: MarkablePrompt, now: number): Plan | undefined {
    const prefixes = prefixesOf(prompt, this.#seed);
    if (prompt.hasOwnMarks || prefixes.length === 0) return undefined;
    const form = formOf(prompt);
    this.#history.observe(prefixes, form, now);
    const length = prompt.parts.reduce((sum, { text }) => sum + text.length, 0);
    const chosen = this.#rules.kind === "automatic" ? [] : this.#chosen(prefixes, form, previousEnd(prompt), now);
    const group = prompt.hasOwnKey || !this.#measure.suffices(length) ? undefined : this.#group(prefixes, now);
    return chosen.length === 0 && group === undefined ? undefined : this.#planOf(chosen, length, group);
  }

  #planOf(chosen: readonly Place[], length: number, group: string | undefined): Plan {
    const history = this.#history;
    return {
      ends: chosen.map(({ prefix }) => prefix.end),
      group,
      begun: (now) => {
        for (const { prefix } of chosen) history.keep(prefix, now);
      },
      told: (usage) => {
        this.#measure.told(usage, length, chosen.at(-1)?.prefix.length);
        if (usage.cachedInputTokens + usage.cacheWriteTokens === 0)
          for (const { prefix } of chosen) history.lose(prefix);
      },
    };
  }

  #chosen(prefixes: readonly PromptPrefix[], form: Form, before: number, now: number): readonly Place[] {
    const { write, read, mostMarks } = this.#rules;
    const likelihoods = this.#history.likelihoods(prefixes, form);
    const places = prefixes
      .map((prefix, index): Place => {
        return { prefix, likely: likelihoods[index] as number, isKept: this.#history.isKept(prefix, now) };
      })
      .filter(({ prefix }) => this.#measure.suffices(prefix.length));
    const kept = places.findLast(({ isKept }) => isKept);
    const worth = places.findLast(({ likely }) => likely > (write - 1) / (1 - read));
    const deepest = kept !== undefined && (worth === undefined || worth.prefix.end < kept.prefix.end) ? kept : worth;
    if (deepest === undefined) return [];
    const chosen = new Set([deepest]);
    if (kept !== undefined && !this.#finds(deepest, kept)) chosen.add(kept);
    // Where the memory of this process ends, that of the provider may not.
    const previous = places.findLast(({ prefix }) => prefix.end <= before && prefix.end < deepest.prefix.end);
    const isUnknown = previous !== undefined && (kept === undefined || kept.prefix.end < previous.prefix.end);
    if (isUnknown && !this.#finds(deepest, previous) && chosen.size < mostMarks) chosen.add(previous);
    const others = places.filter((place) => place.prefix.end < deepest.prefix.end && !chosen.has(place));
    while (chosen.size < mostMarks) {
      const best = mostUseful(others, chosen);
      if (best === undefined) break;
      chosen.add(best);
    }
    // It costs nothing, and other conversations may begin with it.
    const head = others.findLast(({ prefix }) => prefix.by === "head");
    if (head !== undefined && chosen.size < mostMarks) chosen.add(head);
    return [...chosen].sort((one, other) => one.prefix.end - other.prefix.end);
  }

  /** Whether a mark at `deeper` finds what was kept at `place`. */
  #finds(deeper: Place, place: Place): boolean {
    return deeper.prefix.end - place.prefix.end < this.#rules.lookBack;
  }

  /** What the calls begin with that are to meet the same cache: the head, or what stands in its place. */
  #group(prefixes: readonly PromptPrefix[], now: number): string | undefined {
    const head = prefixes.findLast(({ by }) => by === "head") ?? prefixes[0];
    const conversation = prefixes.find(({ by }) => by !== "head") ?? head;
    if (head === undefined || conversation === undefined || this.#shards === undefined) return undefined;
    return `${head.digest} ${this.#shards.shardOf(head.digest, conversation.digest, now)}`;
  }
}

/** The place that is read for the most tokens when what is chosen behind it does not come again; `undefined` when none is. */
function mostUseful(places: readonly Place[], chosen: ReadonlySet<Place>): Place | undefined {
  let [best, most]: [Place | undefined, number] = [undefined, 0];
  for (const place of places) {
    if (chosen.has(place)) continue;
    let [next, before]: [number, number] = [0, 0];
    for (const { prefix, likely } of chosen) {
      if (prefix.end > place.prefix.end) next = Math.max(next, likely);
      else before = Math.max(before, prefix.length);
    }
    const use = (place.likely - next) * (place.prefix.length - before);
    if (use > most) [best, most] = [place, use];
  }
  return best;
}

function formOf({ parts }: MarkablePrompt): Form {
  if (!parts.some(({ by }) => by === "model")) return "opening";
  return parts.at(-1)?.by === "tool" ? "tool" : "user";
}

/** The last part of the call before this one, if this one goes on with it: what the model said since follows it. */
function previousEnd({ parts }: MarkablePrompt): number {
  let end = parts.length - 1;
  while (end >= 0 && parts[end]?.by !== "model") end--;
  while (end >= 0 && parts[end]?.by === "model") end--;
  return end;
}
