/** The words that give what follows them its part in the sentence: closed classes. */

/** The phrase behind one of these keeps its part wherever the phrase stands. */
export const relations: ReadonlySet<string> = new Set(
  (
    "from to into onto in on at of for by with without within against about between among around across through " +
    "throughout during before after until till since over under above below near behind beside besides beyond inside " +
    "outside toward towards via using per than as like except despite along amid upon regarding " +
    "concerning instead"
  ).split(" "),
);

/** A clause begins that keeps its part wherever it stands. */
export const subordinators: ReadonlySet<string> = new Set(
  "if unless because while whereas although though whether that once when who which".split(" "),
);

/** What stands on both sides may change places. */
export const coordinators: ReadonlySet<string> = new Set("and or & / vs versus plus nor + ,".split(" "));

/** "X of Y" is "Y's X" and "Y X". */
export const genitives: ReadonlySet<string> = new Set("of for in on at about to from with".split(" "));

/** `to` behind one of these opens an infinitive and relates nothing. */
export const infinitiveLeaders: ReadonlySet<string> = new Set(
  (
    "how what where when whether want wants wanted need needs needed like love try trying tried able way ways order " +
    "going have has had used use best better possible easy hard difficult necessary required allowed safe supposed " +
    "ought plan planning decide decided hope wish start started begin learn steps method tips time here chance ready " +
    "required important good bad okay ok legal illegal normal healthy wise impossible"
  ).split(" "),
);

/** The same thing behind the one and behind the other asks for something else. */
const contrasts = [
  "from to",
  "from into",
  "from onto",
  "from for",
  "from about",
  "about in",
  "before after",
  "before during",
  "after during",
  "until since",
  "before since",
  "after until",
  "until from",
  "before by",
  "by about",
  "by for",
  "by to",
  "with without",
  "with against",
  "for against",
  "into off",
  "on off",
  "in outside",
  "inside outside",
  "over under",
  "above below",
  "up down",
  "like than",
  "as than",
  "within outside",
  "within after",
  "before behind",
  "in under",
  "between within",
  "through around",
  "instead with",
].map((each) => each.split(" ") as [string, string]);

const contrasting = new Set(contrasts.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));

export function areContrasting(one: string, other: string): boolean {
  return contrasting.has(`${one} ${other}`);
}

/** Adverbs that may stand in several places. */
export const movableAdverbs: ReadonlySet<string> = new Set(
  "fast online quickly also too together well soon abroad overseas first later once twice alone today now then".split(
    " ",
  ),
);

/** Words in -ly that are no adverbs. */
export const noAdverbs: ReadonlySet<string> = new Set(
  (
    "family supply apply reply only likely unlikely lovely italy july friendly daily weekly monthly yearly quarterly " +
    "early elderly scholarly assembly butterfly belly jelly bully rally ally lonely ugly silly holy costly deadly " +
    "orderly timely anomaly monopoly poly comply imply rely multiply emily kelly sally molly billy kimberly beverly carly nelly polly lily"
  ).split(" "),
);

/** Between two words of a list these say that one is meant and not the other, or one before the other. */
export const lopsided: ReadonlySet<string> = new Set(
  "not but then never instead rather without before after".split(" "),
);

/** "X can be used to do Y" is "do Y using X". */
export const instruments: ReadonlySet<string> = new Set("using with by through via".split(" "));
