/**
 * Phrases with a word of the moment that point at no moment: `what now`, `now and then`, `at the latest`, `the current
 * directory`. What is left of a sentence without them is read for moments.
 */
const idioms: readonly RegExp[] = [
  // What to do in the situation that was told of.
  / (?:so )?(?:and )?what now(?= $)| (?:what|how) (?:do|should|can|could|must|would) (?:i|we) (?:do |proceed |continue )?now(?= $)/g,
  / now what(?= (?:(?:do|should|can|must) (?:i|we) do )?$)/g,
  // Said before a question to begin it.
  /^ (?:so |well |ok |okay )?now(?= (?:what|which|who|where|when|why|how|is|are|do|does|did|can|could|should|would|will|if|let|tell|explain) )/g,
  / (?:every )?now and (?:then|again) | (?:it is )?now or never | from now on | buy now pay later /g,
  / at the (?:very )?latest | the latest (?=(?:i|you|we|one) (?:can|could|may|must|should) )/g,
  / one of these days | how long ago | last minute (?=\w+ing | (?:travel|offer|offers|deal|deals|booking|bookings|trip|trips|gift|gifts) )/g,
  / next day (?=delivery |shipping |service )| live streams? (?=$|work |works |differ |service |to )/g,
  // From one period to the one that follows it, whenever that is.
  /(?<= (?:carry|carried|carrying|roll|rolled|rolling|rolls|defer|deferred|forward) [\w' ]{0,60})(?:in)?to (?:the )?(?:next|following) (?:year|month|week|quarter|period|season) /g,
  // Of whoever works with it.
  / current (?=(?:accounts?|directory|folder|working|branch|row|cell|column|line|element|object|buffer|employer|password|workspace|tab|cursor|selection|user) )/g,
];

/** `sentence` begins and ends with a space, and so does what is left. */
export function withoutLastingIdioms(sentence: string): string {
  let left = sentence;
  for (const idiom of idioms) left = left.replace(idiom, " ");
  return left.replace(/ {2,}/g, " ");
}
