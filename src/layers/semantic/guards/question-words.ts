/** The words that show what kind of answer is asked for: closed classes, so that every member can stand here. */

export const auxiliaries: ReadonlySet<string> = new Set(
  (
    "is are am was were do does did can could will would shall should may might must has have had ought " +
    "isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't hasn't haven't cannot"
  ).split(" "),
);

export const formsOfBe: ReadonlySet<string> = new Set("is are am was were be been being 's".split(" "));

export const interrogatives: ReadonlySet<string> = new Set("who whom whose where when why how what which".split(" "));

/** Subjects that anybody can stand for: "how do I", "how do you", "how does one". */
export const genericSubjects: ReadonlySet<string> = new Set("i you we one".split(" "));

/** Before a question word these show that it asks: "tell me where", "I wonder when". */
export const embeddingVerbs: ReadonlySet<string> = new Set(
  (
    "know knows tell explain understand wonder wondering show describe learn find figure ask asking sure idea clue " +
    "curious clarify say see confused confirm determine decide help discuss list advise remember question"
  ).split(" "),
);

/** May stand between an embedding verb and the question word: "tell me exactly where", "have no idea about how". */
export const embeddingFillers: ReadonlySet<string> = new Set(
  "me us out about exactly please of on to just more again briefly in at for from with by since until".split(" "),
);

/** With one of these a request is an order, also as "can you ...": "can you write", "write". */
export const orders: ReadonlySet<string> = new Set(
  (
    "write give list explain describe summarize summarise translate show make create generate tell provide suggest " +
    "recommend find compare define draft calculate compute convert solve fix rewrite name outline teach help compose " +
    "classify extract paraphrase proofread correct improve design build plan discuss identify prove simplify implement " +
    "analyze analyse evaluate answer repeat add remove delete set send share print return sort count check debug " +
    "brainstorm elaborate clarify imagine pretend act turn change edit expand shorten continue complete produce " +
    "choose pick rank rate review assess estimate predict enumerate contrast illustrate demonstrate prepare use"
  ).split(" "),
);

/** Orders that ask what something is, or for things: the answer is that of a question with `what`. */
export const tellingOrders: ReadonlySet<string> = new Set(
  "explain describe define list name give show tell suggest recommend provide find enumerate outline identify share".split(
    " ",
  ),
);

/** Degrees that are asked for: "how old", "how often". What stands behind the colon is the name of the degree. */
export const degrees: ReadonlyMap<string, string> = new Map(
  (
    "many:many much:much long:long often:often frequently:often regularly:often old:old far:far tall:tall high:high " +
    "big:big large:big small:small fast:fast quick:fast quickly:fast soon:soon deep:deep hot:hot warm:hot cold:cold " +
    "heavy:heavy wide:wide thick:thick good:good well:well bad:bad badly:bad safe:safe dangerous:dangerous hard:hard " +
    "difficult:hard easy:easy easily:easy likely:likely strong:strong important:important common:common rare:rare " +
    "popular:popular accurate:accurate reliable:reliable effective:effective expensive:expensive cheap:cheap " +
    "rich:rich smart:smart late:late early:early close:close near:close true:true serious:serious painful:painful " +
    "loud:loud bright:bright big:big young:young short:short slow:slow slowly:slow contagious:contagious " +
    "useful:useful different:different similar:similar successful:successful powerful:powerful real:real"
  )
    .split(" ")
    .map((each) => each.split(":") as [string, string]),
);

/** "What is the best way to ..." asks how. */
export const ways: ReadonlySet<string> = new Set(
  "way ways method methods steps step procedure technique techniques trick tricks".split(" "),
);

/** "What is the reason ..." asks why. */
export const reasons: ReadonlySet<string> = new Set("reason reasons cause causes caused causing".split(" "));

/** "What time does ..." asks when. */
export const times: ReadonlySet<string> = new Set("time date day year month century".split(" "));

/** Words that may stand between `what is` and the noun that tells the kind of question. */
export const nounLeaders: ReadonlySet<string> = new Set(
  (
    "the a an some any your best easiest right correct proper fastest simplest quickest good better great effective " +
    "main major most primary possible common different exact total real cheapest safest easy simple quick safe " +
    "recommended standard official approximate average key other efficient ideal top"
  ).split(" "),
);

/** "What is the height of ..." asks how tall: from the noun to the name of the degree. */
export const measures: ReadonlyMap<string, string> = new Map(
  "height:tall age:old distance:far weight:heavy depth:deep size:big width:wide duration:long price:much cost:much number:many"
    .split(" ")
    .map((each) => each.split(":") as [string, string]),
);

/** "How many minutes does it take" asks how long. */
export const units: ReadonlySet<string> = new Set("seconds minutes hours days weeks months years".split(" "));
