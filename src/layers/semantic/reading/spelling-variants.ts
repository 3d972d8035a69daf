/**
 * British spellings in the American form, by their endings where a rule holds for all words that have them, else by the
 * list. Words that are two words in one of the two (`cheque`, `storey`, `kerb`) are left alone.
 */
export function spellingVariant(word: string): string {
  const listed = variants.get(word) ?? (word.endsWith("s") ? plural(variants.get(word.slice(0, -1))) : undefined);
  if (listed !== undefined) return listed;
  if (!mayBeBritish.test(word)) return word;
  for (const [pattern, replacement] of rules) {
    if (pattern.test(word)) return word.replace(pattern, replacement);
  }
  return word;
}

function plural(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `${word}s`;
}

/** What every rule needs: most words have none of it. */
const mayBeBritish = /our|[iy]s[aei]|ll[ei]|ae/;

const rules: readonly (readonly [RegExp, string])[] = [
  [/^(dis|mis|un)?(col|hon|fav|lab|neighb|behavi|harb|rum|hum|arm|vap|flav|od|tum|sav|endeav|val|vig)our/, "$1$2or"],
  [
    /^(?!.*(?:promis|treatis|advertis|annalis))(de|re|dis|over|un)?([a-z]{2,}(?:al|an|ar|at|er|et|gn|id|il|im|in|ic|it|on|om|or|ot|ys|ab|eg|og|um))is(e|es|ed|ing|er|ers|ation|ations)$/,
    "$1$2iz$3",
  ],
  [/^(anal|paral|catal)ys(e|es|ed|ing)$/, "$1yz$2"],
  [/^(travel|cancel|model|label|signal|fuel|level|counsel|marvel|quarrel|dial|tunnel)l(ed|ing|er|ers)$/, "$1$2"],
  [/^(an|leuk|isch|hypoglyc|hyperglyc|septic)aem(ia|ic)$/, "$1em$2"],
  [/^(p|orthop)aed(iatric|iatrics|iatrician|ic|ics)$/, "$1ed$2"],
  [/^(h)aem(o[a-z]+)$/, "$1em$2"],
];

const variants = new Map(
  (
    "centre=center theatre=theater metre=meter litre=liter kilometre=kilometer centimetre=centimeter " +
    "millimetre=millimeter millilitre=milliliter fibre=fiber calibre=caliber grey=gray programme=program " +
    "catalogue=catalog dialogue=dialog aluminium=aluminum defence=defense offence=offense licence=license " +
    "jewellery=jewelry moustache=mustache doughnut=donut yoghurt=yogurt pyjamas=pajamas mum=mom plough=plow " +
    "mould=mold sceptical=skeptical tyre=tire diarrhoea=diarrhea oestrogen=estrogen foetus=fetus " +
    "manoeuvre=maneuver ageing=aging judgement=judgment enrol=enroll fulfil=fulfill skilful=skillful ok=okay"
  )
    .split(" ")
    .map((pair) => pair.split("=") as [string, string]),
);
