/**
 * Grammar and politeness that carry no content of their own. They are left out of `content`, not of `tokens`: what
 * turns a question (a person, a tense, a question word) is looked for there by the guards. Negations, quantifiers and
 * the prepositions of time, place and condition are content.
 */
const stopWords = new Set(
  (
    "a an the this that these those " +
    "is are am be been being was were do does did have has had 's " +
    "can could would should will shall may might must " +
    "i me my mine we us our you your it its he him his she her they them their one ones " +
    "what which who whom whose where when why how " +
    "of to in on at for by with from about as and or so if then than " +
    "please kindly pls plz thanks thank thx hi hello hey dear um uh er hmm well ok okay just tell know " +
    "there here"
  ).split(" "),
);

export function isStopWord(word: string): boolean {
  return stopWords.has(word);
}
