import type { MarkablePrompt } from "../../../core/cache-marks.ts";
import { contentDigest } from "../../../core/fingerprint.ts";
import type { Usage } from "../../../core/recording.ts";
import { KeyShards } from "./key-shards.ts";
import { type Form, type Lifetimes, PrefixHistory } from "./prefix-history.ts";
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
 *
 * Where the provider sells a longer lifetime, it is asked for up to the last place at which a call costs less so in the
 * long run: of calls that come again with a likelihood of p within the one lifetime and q within the other a token costs
 * p read + (1 - p) write with either. Longer lifetimes come before shorter ones, as providers demand.
 */

/** What the longer lifetime may cost of what is paid without: what is known of the past may not be so of what comes. */
const mostOfPlain = 0.8;

export interface Plan {
  /** Indexes of parts that carry a mark, ascending; none where only the key is sent, or nothing. */
  readonly ends: readonly number[];
  /** The first so many of them ask for the longer lifetime. */
  readonly long: number;
  /** The longer lifetime costs no more: it may be asked for the whole call. */
  readonly isRetained: boolean;
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
  /** The longer lifetime is the cheaper one for it. */
  readonly isLong: boolean;
  readonly isKept: boolean;
}

export class BreakpointPlanner {
  readonly #rules: CacheRules;
  readonly #lifetimes: Lifetimes;
  readonly #history: PrefixHistory;
  readonly #measure: TokenMeasure;
  readonly #shards: KeyShards | undefined;
  readonly #seed: string;

  /** For the calls of one tenant to one model. `seed`: tells these apart from all others. */
  constructor(rules: CacheRules, seed: string) {
    this.#rules = rules;
    this.#seed = contentDigest(seed);
    const { lifetimeMs = Number.POSITIVE_INFINITY, longer } = rules;
    this.#lifetimes = { lifetimeMs, longerMs: longer?.lifetimeMs };
    this.#history = new PrefixHistory(this.#lifetimes);
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
    const { lifetimeMs, longerMs = lifetimeMs } = this.#lifetimes;
    const long = 1 + chosen.findLastIndex(({ isLong }) => isLong);
    return {
      ends: chosen.map(({ prefix }) => prefix.end),
      long,
      isRetained: this.#rules.longer?.write === this.#rules.write,
      group,
      begun: (now) => {
        for (const [index, { prefix }] of chosen.entries())
          history.keep(prefix, now, index < long ? longerMs : lifetimeMs);
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
    if (mostMarks === 0) return [];
    const likelihoods = this.#history.likelihoods(prefixes, form);
    const later = this.#history.laterLikelihoods(prefixes);
    const places = prefixes
      .map((prefix, index): Place => {
        const likely = likelihoods[index] as number;
        const isLong = this.#isLongCheaper(likely, later[index] as number);
        return { prefix, likely, isLong, isKept: this.#history.isKept(prefix, now) };
      })
      .filter(({ prefix }) => this.#measure.suffices(prefix.length));
    const kept = places.findLast(({ isKept }) => isKept);
    const worth = places.findLast(({ likely, isLong }) => isLong || likely > (write - 1) / (1 - read));
    const deepest = kept !== undefined && (worth === undefined || worth.prefix.end < kept.prefix.end) ? kept : worth;
    if (deepest === undefined) return [];
    const chosen = new Set([deepest]);
    const long = places.findLast(({ isLong }) => isLong);
    if (long !== undefined && chosen.size < mostMarks) chosen.add(long);
    if (kept !== undefined && !this.#finds(deepest, kept) && chosen.size < mostMarks) chosen.add(kept);
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

  /** `likely` and `later`: to come again within the one lifetime and the other. */
  #isLongCheaper(likely: number, later: number): boolean {
    const { longer, write, read } = this.#rules;
    if (longer === undefined) return false;
    const cost = (likelihood: number, price: number) => likelihood * read + (1 - likelihood) * price;
    return cost(later, longer.write) < mostOfPlain * Math.min(1, cost(likely, write));
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
