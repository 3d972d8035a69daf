/**
 * Words that say for whom, for how many, when and how firmly something is asked: small classes whose members are never
 * interchangeable with those of another. Words of one class say the same for our purpose.
 */

function classes(kind: string, table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const [name, words] of Object.entries(table))
    for (const word of words.split(" ")) all.set(word, `${kind} ${name}`.trim());
  return all;
}

export const persons = classes("person", {
  first: "my mine me myself",
  plural: "our ours us ourselves",
  second: "your yours yourself yourselves",
  masculine: "he him his himself",
  feminine: "she her hers herself",
  others: "they them their theirs themselves",
});

/** Somebody else's, where one says it and the other does not: not this class, but the people named. */
export const people = classes("people", {
  colleague: "colleague colleagues coworker coworkers co-worker teammate",
  friend: "friend friends buddy roommate roommates flatmate",
  boss: "boss manager supervisor employer",
  employee: "employee employees worker workers staff contractor contractors freelancer freelancers",
  customer: "customer customers client clients buyer buyers",
  seller: "seller sellers vendor vendors supplier suppliers",
  tenant: "tenant tenants renter renters",
  landlord: "landlord landlords landlady",
  wife: "wife ex-wife",
  husband: "husband ex-husband",
  girlfriend: "girlfriend",
  boyfriend: "boyfriend",
  partner: "partner spouse fiance fiancee",
  mother: "mother mom mum mommy",
  father: "father dad daddy",
  parent: "parent parents guardian guardians",
  grandparent: "grandmother grandfather grandma grandpa grandparent grandparents",
  brother: "brother brothers",
  sister: "sister sisters",
  son: "son sons",
  daughter: "daughter daughters",
  neighbor: "neighbor neighbors neighbour neighbours",
  student: "student students pupil pupils undergraduate undergraduates",
  teacher: "teacher teachers professor professors tutor",
  patient: "patients",
  visitor: "visitor visitors guest guests tourist tourists",
  foreigner: "foreigner foreigners non-citizen immigrant immigrants expat expats nonresident",
  citizen: "citizens residents",
  adult: "adult adults grown-up grown-ups grownup grownups",
  child: "child children kid kids minors",
  toddler: "toddler toddlers preschooler preschoolers",
  baby: "baby babies infant infants newborn newborns",
  teen: "teen teens teenager teenagers adolescent adolescents",
  senior: "seniors elderly pensioner pensioners",
  man: "man men male males guy gentleman gentlemen",
  woman: "woman women female females lady ladies",
  boy: "boy boys",
  girl: "girl girls",
  pregnant: "pregnant pregnancy",
  beginner: "beginner beginners novice novices newbie newbies",
  expert: "expert experts professionals",
});

export const quantifiers = classes("quantity", {
  all: "all every each everyone everybody everything entire whole both",
  only: "only solely exclusively",
  some: "some someone somebody something several",
  any: "any anyone anybody anything",
  most: "most",
  few: "few",
  half: "half",
});

/** A difference of quantity that is said in two words. */
export const bounds: ReadonlyMap<string, string> = new Map([
  ["at least", "bound least"],
  ["no less", "bound least"],
  ["no fewer", "bound least"],
  ["minimum of", "bound least"],
  ["at most", "bound most"],
  ["no more", "bound most"],
  ["up to", "bound most"],
  ["maximum of", "bound most"],
  ["more than", "bound more"],
  ["less than", "bound less"],
  ["fewer than", "bound less"],
  ["other than", "bound other"],
  ["part time", "bound part"],
  ["full time", "bound full"],
  ["long term", "bound long"],
  ["short term", "bound short"],
]);

export const joinedBounds = classes("bound", {
  part: "part-time parttime",
  full: "full-time fulltime",
  long: "long-term longterm",
  short: "short-term shortterm",
});

/** How often, how long, and whether it goes on. */
export const aspects = classes("aspect", {
  always: "always",
  sometimes: "sometimes occasionally",
  rarely: "rarely seldom",
  still: "still",
  already: "already",
  again: "again",
  anymore: "anymore",
  soon: "soon",
  temporarily: "temporarily",
});

/** The modality of the main verb. `can` may also be a plain question of how or where: see the guard. */
export const modals = classes("", {
  can: "can could may might able",
  should: "should ought",
  must: "must",
  shall: "shall",
});

export const tenses = classes("", {
  past: "was were did had",
  present: "is are am do does",
  perfect: "has have",
  future: "will shall",
  conditional: "would",
});

/** What is meant stands elsewhere: in the text, in an earlier one, in a picture. */
export const pointing = classes("pointing", {
  here: "this these following below above attached",
});

/** Behind a verb of saying these are what is asked about: "how do you say hello". */
export const greetings = classes("said", {
  hello: "hello",
  hi: "hi",
  thanks: "thanks",
  thank: "thank",
  goodbye: "goodbye bye",
  sorry: "sorry",
});
