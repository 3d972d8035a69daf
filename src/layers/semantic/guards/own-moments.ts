/**
 * Questions that name no moment and yet have an answer of their own for each asker, each hour or each time they are asked:
 * what is left, how long it still takes, what one's name is, sums in another currency, another joke, a coin that is flipped.
 */
const phrases: readonly RegExp[] = [
  // What only the asker's own records tell.
  / how much (?:do|did) (?:i|we) owe | how old am i | (?:who|where) am i $| what is my (?:name|username|user name|pin|age|ip|ip address|location) $/,
  / what did (?:i|we) (?:just )?(?:order|buy|ask|say|tell|pay)(?: |$)| what was my (?:last|previous) | (?:did|have) you (?:receive|received|get|got) my /,
  / (?:do|have) (?:i|we) (?:still )?(?:have |got )?left $| eta of my /,
  // What is so now.
  / are there (?:still )?any [\w' ]{1,40} left | (?:do|have) you (?:still )?(?:have |got )?any [\w' ]{1,40} left /,
  / is there (?:a|an|any) (?:delay|outage|strike|disruption|traffic jam) | are there (?:any )?(?:delays|outages|strikes|disruptions) /,
  / (?:what|which) day of the week is it $| is it (?:a|an) (?:public |bank )?holiday $| is it (?:dark|light|cold|warm|hot) outside /,
  / how (?:many (?:days|weeks|months|hours|minutes)|long)(?: is it| are there| are left| is left)? (?:until|till) /,
  / who is (?:leading|in the lead|ahead) | who won the (?:election|elections|game|match|race|final) $| what is on (?:at|in) the /,
  / near here | at present $/,
  // What is wanted anew each time.
  /^ (?:can you |could you |please )?(?:give|tell|show|pick|choose|draw|generate|suggest)(?: me)? (?:a|an|one|some|any|another) (?:new |another )?random /,
  /^ (?:give|tell|show|write|make|generate)(?: me)? (?:another|one more|a new|a different) /,
  / (?:flip|toss) a coin $| roll (?:a|the|two|some) (?:die|dice) $| generate (?:a|an) (?:new )?(?:uuid|guid) $/,
  /^ (?:please )?(?:continue|go on|try again|again|regenerate|one more|another \w+) $/,
];

export function isAskedAnew(sentence: string): boolean {
  return phrases.some((phrase) => phrase.test(sentence)) || isExchange(sentence);
}

const currencies = new Map(
  (
    "dollar:usd dollars:usd usd:usd euro:eur euros:eur eur:eur pound:gbp pounds:gbp gbp:gbp sterling:gbp yen:jpy jpy:jpy " +
    "rupee:inr rupees:inr inr:inr franc:chf francs:chf chf:chf yuan:cny rmb:cny cny:cny peso:mxn pesos:mxn mxn:mxn krona:sek " +
    "sek:sek krone:nok kroner:nok nok:nok zloty:pln pln:pln real:brl brl:brl won:krw krw:krw aud:aud cad:cad bitcoin:btc btc:btc"
  )
    .split(" ")
    .map((each) => each.split(":") as [string, string]),
);
const exchanged = /(?<= (\w+)) (?:to|in|into|for) (?:\w+ )?(\w+)(?= )/g;

/** `100 dollars in euros`, `convert 5 usd to eur`; not `pounds to kilograms`. */
function isExchange(sentence: string): boolean {
  for (const [, from = "", to = ""] of sentence.matchAll(exchanged)) {
    const [one, other] = [currencies.get(from), currencies.get(to)];
    if (one !== undefined && other !== undefined && one !== other)
      return /\d|\bone\b|\bworth\b|\bhow much\b/.test(sentence);
  }
  return false;
}
