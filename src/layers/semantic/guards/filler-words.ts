/**
 * Words of content that often change nothing when they are added, left out or exchanged for one another: praise,
 * degree, and nouns and verbs that stand for anything. What remains unmatched of these is weighed little.
 */

/** Weighed nothing. */
export const fillers: ReadonlySet<string> = new Set(
  (
    "really very quite truly actually basically simply just indeed somehow literally honestly exactly precisely " +
    "definitely certainly absolutely totally completely particularly especially specifically generally typically " +
    "usually normally commonly mostly mainly essentially possibly perhaps maybe kindly currently properly correctly " +
    "personally obviously clearly various several certain particular specific given possible " +
    "also too ever yet please thanks quick question wonder curious want need would like know understand " +
    "exact overall whole proper appropriate etc stuff thing own such so much lot"
  ).split(" "),
);

/** Weighed a little: whoever uses one of them means what the rest of the sentence says. */
export const vague: ReadonlySet<string> = new Set(
  (
    "good best great nice better top ideal recommended effective easy simple easiest simplest main major important common key useful popular " +
    "way method step tip idea thing kind type sort form example reason cause purpose meaning definition mean define " +
    "people person someone somebody anyone everybody one guy " +
    "make get do have use take give go work help try happen occur exist consist involve require need become seem call " +
    "name tell explain describe say ask show find see look think believe consider " +
    "part item option case number amount piece detail information info fact list overview summary " +
    "differ difference different stand height age distance weight depth size width tall old far heavy deep big wide long " +
    "general regular typical normal basic actual real true simply " +
    "using utilize utilise employ allow enable possible able provide available include contain perform execute specify " +
    "mention discuss accomplish achieve regard relate concern additional other further approach technique procedure " +
    "process set certain issue problem question answer manner wise fact matter point aspect feel feeling"
  ).split(" "),
);
