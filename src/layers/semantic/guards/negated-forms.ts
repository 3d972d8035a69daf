const prefixes = ["un", "in", "im", "il", "ir", "dis", "non", "mis", "de", "anti", "dys", "mal"];
/** Behind a longer prefix three letters are enough: `misuse`, `nonfat`. */
const shortestStem = 4;

/** Whether one of two words is made of the other by a prefix or an ending that says no. */
export function isNegatedForm(one: string, other: string): boolean {
  return negates(one, other) || negates(other, one);
}

function negates(word: string, stem: string): boolean {
  if (word.length === stem.length || !(word.endsWith(stem) || word.endsWith("less"))) return false;
  return stemsOfNegated(word).includes(stem);
}

/** What `word` may say no to: `safe` for `unsafe`, `use` and `useful` for `useless`. */
export function stemsOfNegated(word: string): readonly string[] {
  const stems: string[] = [];
  for (const prefix of prefixes) {
    if (!word.startsWith(prefix)) continue;
    const stem = word.slice(prefix.length).replace(/^-/, "");
    if (stem.length >= (prefix.length > 2 ? shortestStem - 1 : shortestStem)) stems.push(stem);
  }
  const rest = /^(.{3,}?)-?less$/.exec(word)?.[1];
  if (rest !== undefined) stems.push(rest, `${rest}ful`, `${rest}y`, `${rest}ed`);
  return stems;
}

/** Prefixes that hardly ever stand before a word without saying no; `increase` says no to no `crease`. */
const plainPrefixes = ["un", "dis", "non", "mis"];

/** The words that say no to `word`, and those it says no to, as far as it can be seen without a dictionary. */
export function negatedFormsOf(word: string): readonly string[] {
  const stems = plainPrefixes.flatMap((prefix) => (word.startsWith(prefix) ? [word.slice(prefix.length)] : []));
  return [...plainPrefixes.map((prefix) => prefix + word), ...stems.filter((stem) => stem.length >= shortestStem)];
}
