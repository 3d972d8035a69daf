/**
 * Writes what the scorer is trained on: the features of pairs that no guard vetoes, with the label and where they come
 * from. Run by hand: `node scripts/run.mjs training/export-features.ts OUT.jsonl [--data DIR] [--vectors FILE]`.
 *
 * Positives are near repeats and slips of questions, pairs of data sets whose terms allow it, and the open half of our own. Negatives are what a
 * stream really brings: for each question of a set in which no two ask the same, the nearest others by vector; and
 * questions in which two words have changed places, or one was exchanged for another of its field.
 */
import { createWriteStream } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { DataSets } from "../bench/semantic/data-sets.ts";
import { chanceFrom, nearKinds, nearRepeat, withSlip } from "../bench/semantic/near-repeats.ts";
import { ownPairs } from "../bench/semantic/own-pairs.ts";
import { vectorsFrom } from "../bench/semantic/vectors.ts";
import { builtin } from "../src/embedders/builtin.ts";
import { builtinLexicon } from "../src/embedders/lexicon.ts";
import { likenessBy } from "../src/embedders/likeness.ts";
import { firstVeto } from "../src/layers/semantic/guards/all.ts";
import { isVolatile } from "../src/layers/semantic/guards/volatile.ts";
import { align } from "../src/layers/semantic/reading/align.ts";
import { readText } from "../src/layers/semantic/reading/read-text.ts";
import type { Reading } from "../src/layers/semantic/reading/reading.ts";
import { featuresOf } from "../src/layers/semantic/scoring/features.ts";
import { embedded } from "../src/vectors/embedded.ts";
import { inPlural, OtherWords, swapped } from "./other-questions.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string", default: "../shared/data" }, vectors: { type: "string" } },
});
const [target] = positionals;
if (target === undefined) {
  console.error("Usage: export-features.ts OUT.jsonl [--data DIR] [--vectors FILE]");
  process.exit(2);
}
const data = new DataSets(values.data);
const embed = values.vectors === undefined ? builtinVectors() : vectorsFrom(values.vectors);
const lexicon = builtinLexicon();
const words = likenessBy(builtin());
const chance = chanceFrom(20_261_127);
const out = createWriteStream(target);
const counts = new Map<string, number>();
const readings = new Map<string, Reading>();

function reading(text: string): Reading {
  let known = readings.get(text);
  if (known === undefined) {
    known = readText(text, lexicon);
    if (readings.size > 60_000) readings.clear();
    readings.set(text, known);
  }
  return known;
}

function builtinVectors() {
  const embedder = builtin();
  return (text: string) => (embedder.embed([text]) as readonly Float32Array[])[0] as Float32Array;
}

/** The words of content that stand in most of the texts. */
function commonestWords(texts: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const text of texts)
    for (const { kind, lower, isKnown } of reading(text).content)
      if (kind === "word" && isKnown && /^[a-z]{3,}$/.test(lower)) seen.set(lower, (seen.get(lower) ?? 0) + 1);
  return [...seen]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 4_000)
    .map(([word]) => word);
}

function write(a: string, b: string, same: boolean, source: string, group: string): void {
  const [asked, found] = [reading(a), reading(b)];
  if (asked.normal === found.normal || asked.language !== "en" || found.language !== "en" || isVolatile(asked)) return;
  const pair = { asked, found, alignment: align(asked, found, lexicon) };
  const veto = firstVeto(pair);
  const key = `${source} ${same ? "same" : "other"} ${veto === undefined ? "passed" : "vetoed"}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (veto !== undefined) return;
  const [one, other] = [embed(a), embed(b)];
  if (one === undefined || other === undefined) return;
  let similarity = 0;
  for (let at = 0; at < one.length; at++) similarity += (one[at] as number) * (other[at] as number);
  const like = Math.min(1, Math.max(0, similarity));
  const features = [...featuresOf(pair, like, { texts: like, words })].map((value) => Number(value.toFixed(5)));
  const tier = asked.signature === found.signature ? "signature" : "vector";
  out.write(`${JSON.stringify({ features, same, source, tier, group, a, b })}\n`);
}

/** The nearest others of questions that all ask different things. */
async function neighbours(
  texts: readonly string[],
  source: string,
  isOther: (a: string, b: string) => boolean = () => true,
) {
  const store = embedded({ maxVectors: 100_000, bytesScannedAtOnce: 1e9 });
  const first = embed(texts[0] as string) as Float32Array;
  const space = { tenant: "t", partition: source, model: "m", dimensions: first.length };
  for (const [index, text] of texts.entries()) {
    const vector = embed(text);
    if (vector !== undefined)
      await store.put(space, { id: String(index), vector, note: new Uint8Array(), deleteAt: Number.POSITIVE_INFINITY });
  }
  for (const [index, text] of texts.entries()) {
    const vector = embed(text);
    if (vector === undefined) continue;
    for (const { id } of await store.nearest(space, vector, 6)) {
      const other = texts[Number(id)] as string;
      if (Number(id) < index && isOther(text, other)) write(text, other, false, source, text);
    }
  }
  await store.close();
}

const distinct = [...new Set([...data.naturalQuestions(), ...data.wellFormed()])];
const otherWords = new OtherWords(commonestWords(distinct), builtinVectors());
const misspellings = data.misspellings();
const intents = new Map(data.intents().map(({ text, intent }) => [text, intent]));
for (const text of [...distinct, ...intents.keys()]) {
  const kind = nearKinds[Math.floor(chance() * nearKinds.length)] as string;
  if (chance() < 0.4) write(nearRepeat(text, kind, chance), text, true, `near ${kind}`, text);
  const other = chance() < 0.5 ? swapped(reading(text), chance) : undefined;
  if (other !== undefined) write(other, text, false, "swapped", text);
  const replaced = chance() < 0.25 ? otherWords.replaced(reading(text), chance) : undefined;
  if (replaced !== undefined) write(replaced, text, false, "replaced", text);
  const many = inPlural(text, lexicon);
  if (many !== undefined) write(many, text, true, "near number", text);
  if (chance() < 0.4) write(withSlip(text, chance, misspellings), text, true, "slip", text);
}
for (const pair of [...data.gptcache(), ...data.checklist()]) write(pair.a, pair.b, pair.same, pair.source, pair.a);
// The half that is held out is never trained on.
for (const { a, b, same, half, kind } of ownPairs())
  if (half === "open") write(a, b, same, `own ${kind.split(":")[0]}`, a);
for (const pair of [...data.qqp(), ...data.mqp(), ...data.paws(), ...data.marcoTypos()])
  write(pair.a, pair.b, pair.same, `measure ${pair.source}`, pair.a);
await neighbours(distinct, "distinct");
await neighbours([...intents.keys()], "intents", (a, b) => intents.get(a) !== intents.get(b));
await neighbours(
  data.gptcache().map(({ a }) => a),
  "gptcache others",
);
await new Promise<void>((resolve) => out.end(resolve));
for (const [key, count] of [...counts].sort()) console.log(`${key.padEnd(40)} ${count}`);
