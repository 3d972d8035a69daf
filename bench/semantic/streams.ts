import { builtinLexicon } from "../../src/embedders/lexicon.ts";
import { isVolatile } from "../../src/layers/semantic/guards/volatile.ts";
import { readText } from "../../src/layers/semantic/reading/read-text.ts";
import { readTrace } from "../workloads/agent-trace.ts";
import { contextOf } from "./asking.ts";
import type { DataSets, LabelledPair } from "./data-sets.ts";
import type { Step, Stream } from "./judging.ts";
import { type Chance, chanceFrom, nearKinds, nearRepeat, withSlip } from "./near-repeats.ts";
import { type OwnConversation, type OwnPair, ownConversations, ownPairs } from "./own-pairs.ts";

/**
 * The streams that are asked. Seeded samples of the data sets, so that a run is short and every run asks the same; a
 * sample that is drawn for one system is drawn for all.
 */

export interface StreamSizes {
  /** Questions drawn of a set. */
  readonly questions: number;
  /** Pairs drawn of a set. */
  readonly pairs: number;
}

export function ownStreams(): readonly Stream[] {
  return [ownPairStream(ownPairs()), conversationStream(ownConversations())];
}

/** Each pair in a context of its own: the first is recorded, the second asked. */
export function pairStream(name: string, pairs: readonly LabelledPair[]): Stream {
  const steps = pairs.flatMap(({ a, b, same, source }, index) =>
    pairSteps(`${name} ${index}`, { a, b, same, counted: `${source}: ${same ? "same" : "other"}` }),
  );
  return { name, steps };
}

function ownPairStream(pairs: readonly OwnPair[]): Stream {
  const steps = pairs.flatMap(({ a, b, same, kind, half }, index) =>
    pairSteps(`own ${index}`, { a, b, same, counted: ownName(same ? `repeat, ${kind}` : `trap, ${kind}`, half) }),
  );
  return { name: "own pairs", steps };
}

export const ownName = (what: string, half: OwnPair["half"]): string => `own ${half}: ${what}`;

function pairSteps(
  name: string,
  { a, b, same, counted }: { a: string; b: string; same: boolean; counted: string },
): readonly Step[] {
  const before = contextOf(name);
  const group = `${name} a`;
  return [
    { text: a, before, group, counted: undefined, isRecorded: true },
    { text: b, before, group: same ? group : `${name} b`, counted, isRecorded: false },
  ];
}

/** The same last words after other ones: nothing of it may ever be served. */
function conversationStream(conversations: readonly OwnConversation[]): Stream {
  const [first] = contextOf("conversations");
  const steps = conversations.flatMap(({ one, other, last }, index) =>
    [one, other].map((said, side) => ({
      text: last,
      before: [first as { role: string; content: string }, ...said],
      group: `conversation ${index} ${side}`,
      counted: side === 0 ? undefined : "own conversations",
      isRecorded: side === 0,
    })),
  );
  return { name: "own conversations", steps };
}

export function dataStreams(data: DataSets, { questions, pairs }: StreamSizes): readonly Stream[] {
  const chance = chanceFrom(20_261_127);
  const drawn = <T>(list: readonly T[], most: number) => sample(list, most, chance);
  const [marco, natural, wellFormed] = [data.marco(), data.naturalQuestions(), data.wellFormed()];
  const misspellings = data.misspellings();
  const mixed = [marco, natural, wellFormed].flatMap((list) => drawn(unique(list), Math.round(questions / 3)));
  const slip = (text: string) => withSlip(text, chance, misspellings);
  const checklist = data.checklist().filter(({ a, b }) => a !== b);
  const isCoref = ({ source }: LabelledPair) => source === "checklist Coref";
  const others = (list: readonly LabelledPair[]) => list.filter(({ same }) => !same);
  const repeats = (list: readonly LabelledPair[]) => list.filter(({ same }) => same);
  return [
    repeatStream(
      "near-repeats",
      mixed.map((text) => {
        const kind = nearKinds[Math.floor(chance() * nearKinds.length)] as string;
        return { text, repeat: nearRepeat(text, kind, chance), counted: `near-repeat: ${kind}` };
      }),
    ),
    repeatStream(
      "one typo",
      drawn(data.marcoTypos(), questions).map(({ a, b }) => ({ text: a, repeat: b, counted: "one typo: MARCO" })),
    ),
    repeatStream(
      "typos, generated",
      mixed.slice(0, Math.round(questions / 2)).map((text, index) => {
        const isTwo = index % 4 === 3;
        const repeat = isTwo ? slip(slip(text)) : slip(text);
        return { text, repeat, counted: isTwo ? "two typos" : "one typo: generated" };
      }),
    ),
    repeatStream(
      "paraphrases",
      drawn(data.gptcache(), questions).map(({ a, b }) => ({ text: a, repeat: b, counted: "paraphrase: gptcache" })),
      1,
    ),
    clusterStream(drawn(data.qqp(), pairs)),
    pairStream("repeats", [...drawn(repeats(checklist), pairs), ...drawn(repeats(data.mqp()), pairs)]),
    pairStream("traps", [
      ...drawn(
        others(checklist).filter((pair) => !isCoref(pair)),
        2 * pairs,
      ),
      ...drawn(others(checklist).filter(isCoref), pairs / 2),
      ...drawn(others(data.paws()), pairs),
      ...drawn(others(data.mqp()), pairs),
    ]),
    distinctStream(drawn(unique([...natural, ...wellFormed]), 3 * questions)),
    intentStream(drawn(data.intents(), 2 * questions)),
  ];
}

/** Of a recorded agent: every turn of the user with all that was said before. */
export function agentStream(path: string): Stream {
  const steps = readTrace(path).trajectories.flatMap((calls) => {
    const turns = calls.filter(({ messages }) => messages.at(-1)?.role === "user");
    return turns.map(({ messages }): Step => {
      const said = messages.filter(({ content }) => typeof content === "string" && content !== "");
      const before = said.slice(0, -1).map(({ role, content }) => ({
        role: role === "tool" ? "user" : role,
        content: content as string,
      }));
      const text = said.at(-1)?.content as string;
      const group = JSON.stringify([before, text]);
      return { text, before, group, counted: "agent's turns", isRecorded: true };
    });
  });
  // Of two openings of one conversation nobody has said whether they ask the same.
  const saidBefore = ({ before }: Step) => JSON.stringify(before);
  return { name: "agent", steps, isKnownOther: (asked, found) => saidBefore(asked) !== saidBefore(found) };
}

/**
 * Of the originals `1 in cachedOf` is recorded; then every repeat is asked, also those of which nothing is there. Answers
 * of the moment (the weather of today) are not kept, by design: their repeats are counted apart.
 */
export function repeatStream(
  name: string,
  repeats: readonly { readonly text: string; readonly repeat: string; readonly counted: string }[],
  cachedOf = 2,
): Stream {
  const before = contextOf(name);
  // Texts that are equal but for case and signs are one question.
  const groupOf = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  // The same text again is for the exact layer.
  const asked = repeats.filter(({ text, repeat }) => text !== repeat);
  const recorded = asked.filter((_, index) => index % cachedOf === 0);
  return {
    name,
    steps: [
      ...recorded.map(({ text }) => ({ text, before, group: groupOf(text), counted: undefined, isRecorded: true })),
      ...asked.map(({ text, repeat, counted }) => ({
        text: repeat,
        before,
        group: groupOf(text),
        counted: isVolatile(readText(text, builtinLexicon())) ? `of the moment: ${counted}` : counted,
        isRecorded: false,
      })),
    ],
  };
}

/** Questions of labelled pairs, of which most pairs are unlabelled. */
function clusterStream(pairs: readonly LabelledPair[]): Stream {
  const before = contextOf("clusters");
  const leaders = new Map<string, string>();
  const leaderOf = (text: string): string => {
    const next = leaders.get(text);
    return next === undefined || next === text ? text : leaderOf(next);
  };
  const known = new Set<string>();
  for (const { a, b, same } of pairs) {
    if (same) leaders.set(leaderOf(a), leaderOf(b));
    else known.add(pairKey(a, b));
  }
  const texts = unique([...pairs.map(({ a }) => a), ...pairs.map(({ b }) => b)]);
  return {
    name: "clusters",
    steps: texts.map((text) => ({
      text,
      before,
      group: leaderOf(text),
      counted: "paraphrase: qqp",
      isRecorded: true,
    })),
    isKnownOther: (asked, found) => known.has(pairKey(asked.text, found.text)),
  };
}

function distinctStream(texts: readonly string[]): Stream {
  const before = contextOf("distinct");
  return {
    name: "distinct",
    steps: texts.map((text) => ({ text, before, group: text, counted: "distinct questions", isRecorded: true })),
  };
}

/** Utterances of other intents want other answers; of those of one intent nobody has said. */
function intentStream(utterances: readonly { readonly text: string; readonly intent: string }[]): Stream {
  const before = contextOf("intents");
  const intents = new Map(utterances.map(({ text, intent }) => [text, intent]));
  return {
    name: "intents",
    steps: [...intents.keys()].map((text) => ({
      text,
      before,
      group: text,
      counted: "distinct intents",
      isRecorded: true,
    })),
    isKnownOther: (asked, found) => intents.get(asked.text) !== intents.get(found.text),
  };
}

function pairKey(a: string, b: string): string {
  return [a, b].sort().join("\n");
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Map(texts.map((text) => [text.toLowerCase().trim(), text])).values()];
}

function sample<T>(list: readonly T[], most: number, chance: Chance): readonly T[] {
  const all = [...list];
  const count = Math.min(all.length, Math.round(most));
  for (let at = 0; at < count; at++) {
    const from = at + Math.floor(chance() * (all.length - at));
    [all[at], all[from]] = [all[from] as T, all[at] as T];
  }
  return all.slice(0, count);
}
