import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LRUCache } from "lru-cache";
import type { Lexicon } from "../core/lexicon.ts";
import { allAtOnce, type Steps, turnByTurn } from "../core/steps.ts";
import { correctionOf } from "./lexicon/corrector.ts";
import { SlipEvidence } from "./lexicon/slip-evidence.ts";
import { WordTable } from "./lexicon/word-table.ts";

/**
 * The lexicon of English that comes with the package. Its files are read when it is first asked for, once a process.
 * Throws an error that names the file when one is missing or damaged.
 */
export function builtinLexicon(): Lexicon {
  builtin ??= lexiconFrom(readModel(fileOf("lexicon-en")), readModel(fileOf("slips-en")));
  return builtin;
}

let builtin: Lexicon | undefined;

function fileOf(model: string): string {
  return fileURLToPath(new URL(`../../models/${model}.bin`, import.meta.url));
}

/** Reads it beforehand, in steps. Never rejects: what fails, `builtinLexicon` tells. */
export async function prepareLexicon(nextTurn: () => Promise<void>): Promise<void> {
  if (builtin !== undefined) return;
  try {
    const [words, slips] = await Promise.all([readFile(fileOf("lexicon-en")), readFile(fileOf("slips-en"))]);
    const prepared = await turnByTurn(readLexicon(words, slips), nextTurn);
    builtin ??= prepared;
  } catch {
    // Whoever reads a text learns what is wrong.
  }
}

/** The files are what `training/lexicon.py` and `training/slips.py` wrote; throws where one is not, or not whole. */
export function lexiconFrom(words: Uint8Array, slips: Uint8Array): Lexicon {
  return allAtOnce(readLexicon(words, slips));
}

function* readLexicon(words: Uint8Array, slips: Uint8Array): Steps<Lexicon> {
  const table = readBy((file) => new WordTable(file), words);
  yield;
  const evidence = readBy((file) => new SlipEvidence(file), slips);
  const corrections = new LRUCache<string, { readonly word: string | undefined }>({ max: keptCorrections });
  return {
    knows: (word) => table.frequency(word) >= 0,
    rarity(word) {
      const frequency = table.frequency(word);
      return frequency < 0 ? 1 : 0.9 * (1 - frequency / 255);
    },
    correction(word) {
      let found = corrections.get(word);
      if (found === undefined) {
        found = { word: correctionOf(word, table) };
        corrections.set(word, found);
      }
      return found.word;
    },
    oddness: (word) => evidence.oddness(word),
    timesSeen: (first, second) => evidence.timesSeen(first, second),
  };
}

function readBy<Table>(read: (file: Uint8Array) => Table, file: Uint8Array): Table {
  try {
    return read(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The lexicon cannot be used: ${reason}. Install the package anew.`, { cause });
  }
}

const keptCorrections = 4096;

function readModel(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`The lexicon ${path} cannot be read; install the package anew.`, { cause });
  }
}
