import { hash } from "node:crypto";
import type { Message } from "./asking.ts";
import { conversations } from "./own-pairs/conversations.ts";
import { nearRepeats } from "./own-pairs/near-repeats.ts";
import { paraphrases } from "./own-pairs/paraphrases.ts";
import { traps } from "./own-pairs/traps.ts";

/**
 * Pairs of questions written for this project, of many trades: traps that look alike and ask for different things,
 * repeats in other words, and conversations that end alike and mean different things. The hash of a pair puts it in
 * one of two halves. Rules may be improved with what the open half shows; the other is only counted.
 */

export interface OwnPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** What makes it hard. */
  readonly kind: string;
  readonly half: "open" | "held out";
}

export interface OwnConversation {
  readonly one: readonly Message[];
  readonly other: readonly Message[];
  /** What ends both. */
  readonly last: string;
}

export function ownPairs(): readonly OwnPair[] {
  return [
    ...Object.entries(traps).flatMap(([kind, text]) => pairsIn(text, kind, false)),
    ...Object.entries(nearRepeats).flatMap(([kind, text]) => pairsIn(text, `nearly the same words: ${kind}`, true)),
    ...Object.entries(paraphrases).flatMap(([kind, text]) => pairsIn(text, `other words: ${formOf(kind)}`, true)),
  ];
}

/** Paraphrases are told apart by their form, not by what they are about. */
function formOf(kind: string): string {
  return ["requests", "keywords", "long questions"].includes(kind) ? kind : "questions";
}

/** A line is what was said before in the one, in the other, and what ends both. */
export function ownConversations(): readonly OwnConversation[] {
  return linesOf(conversations, 3).map(([one = "", other = "", last = ""]) => ({
    one: before(one),
    other: before(other),
    last,
  }));
}

function pairsIn(text: string, kind: string, same: boolean): readonly OwnPair[] {
  return linesOf(text, 2).map(([a = "", b = ""]) => ({ a, b, same, kind, half: halfOf(a, b) }));
}

function linesOf(text: string, parts: number): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const read = line.split(" <> ").map((part) => part.trim());
      if (read.length !== parts || read.includes("")) throw new Error(`not ${parts} parts: ${line}`);
      return read;
    });
}

function halfOf(a: string, b: string): OwnPair["half"] {
  return Number.parseInt(hash("sha256", `${a}\n${b}`, "hex").slice(0, 2), 16) < 128 ? "open" : "held out";
}

function before(text: string): readonly Message[] {
  return text.split(" / ").map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
}
