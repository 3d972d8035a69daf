/**
 * The phrases in which English asks for a form of the answer, compiled for this project. They run on the words of a
 * request, one space between them and at both ends, politeness taken off. What tells one wish from another is the first
 * group of a pattern; without a group the phrase is the wish. A word that is a form only where an answer is asked for
 * (`letter`, `code`) counts behind the verb that begins the request, or behind `as`.
 */
const article = "(?:a |an |the |my |some )?";
const adjectives = "(?:[a-z-]+ ){0,3}?";
const makes =
  "^ (?:write|draft|compose|create|generate|make|give|produce|return|provide|prepare|print|show)(?: me| us| out| up)? ";
const explains =
  "^ (?:explain|describe|teach|tell|define|write|summarize|summarise|introduce|present|outline|rewrite|rephrase) ";
/** What an answer can be, where it is asked for as one. */
const kinds =
  "(table|list|email|e-mail|letter|memo|report|summary|paragraph|headline|title|slogan|script|dialogue|dialog|conversation|" +
  "speech|diagram|flowchart|chart|graph|code|snippet|function|class|program|query|song|rap|story|joke|riddle|quiz|plan|" +
  "schedule|recipe|review|article|post|caption|description|definition|timeline|lesson|template|prompt|resume|biography|bio)s?";
/** What is a form of an answer wherever it stands. */
const forms =
  "(haiku|sonnet|limerick|essay|poem|ballad|tweet|json|csv|yaml|xml|markdown|html|latex|outline|checklist|pseudocode|" +
  "cheat ?sheet|blog post|press release|cover letter|bullet points?|bullets|bulleted list|bullet list|bulleted|" +
  "numbered list|tl ?;? ?dr|one-liner|one liner|plain text|ascii art|emojis?|mind map|infographic|slides?|powerpoint)";
const languages =
  "(c\\+\\+|c#|c|r|go|golang|rust|swift|python|java|javascript|js|typescript|ruby|php|perl|kotlin|scala|matlab|sql|bash|" +
  "powershell|lua|haskell|julia|dart|excel)";
const tones =
  "(formal|informal|casual|polite|friendly|professional|funny|humorous|witty|sarcastic|serious|academic|scholarly|" +
  "persuasive|poetic|dramatic|romantic|angry|apologetic|enthusiastic|neutral|cheerful|conversational|technical|scientific|" +
  "creative|assertive|empathetic|sympathetic|warm|cold|rude|blunt|diplomatic|shakespearean|pirate|biblical|legal|" +
  "inspirational|motivational|sad|happy|cynical|playful)";
const answers = "(?:answer|reply|response|explanation|summary|description|overview|definition|introduction|version)";
const short = "(?:short|brief|concise|quick|succinct)";
const long = "(?:detailed|thorough|comprehensive|long|extensive|elaborate|complete|full|longer|in-depth)";
const listeners =
  "(child|children|kids?|toddlers?|preschoolers?|beginners?|dummy|dummies|newbies?|novices?|layman|laymen|laypersons?|" +
  "laypeople|non-experts?|teenagers?|teens|seniors?|grandmother|grandma|general audience|general public|experts?|" +
  "high schoolers?|middle schoolers?|undergraduates?|phds?|\\d+(?: -)? ?(?:years? olds?|yo|graders?))";
const professions =
  "(professionals?|students?|managers?|executives?|ceo|engineers?|developers?|programmers?|doctors?|nurses?|lawyers?|" +
  "patients?|teachers?|parents?|adults?|scientists?|investors?|customers?|clients?)";
const measures = "(?:words?|sentences?|lines?|paragraphs?|pages?|bullets?|bullet points?|characters?|tokens?|letters?)";
const limits =
  "(?: just| only| about| around| exactly| under| up to| at most| at least| no more than| less than| more than| fewer than| maximum)*";
const noun = "(?:a |an |the )?([a-z'-]+(?: [a-z'-]+)?)";

const rules: readonly (readonly [wish: string, source: string])[] = [
  ["program", ` (?:in|using|into|with) ${languages}`],
  [
    "program",
    ` (?:in|into|to|as|with|using) (?:a |an )?${languages} (?:scripts?|code|program|function|class|query|snippet)`,
  ],
  [
    "dialect",
    " (british|american|australian|indian|us|uk|old|middle|brazilian|european|mexican|swiss|canadian|simplified|traditional) (?:english|portuguese|spanish|french|german|chinese)",
  ],
  ["form", " (comma separated|comma-separated|tab separated|newline separated|one per line|alphabetical order)"],
  ["form", `${makes}${article}${adjectives}${kinds}`],
  ["form", ` as ${article}${adjectives}${kinds}`],
  [
    "form",
    ` (?:in|into) ${article}(table|list|paragraph|timeline|chart|diagram|script|dialogue|code)(?: form| format)?`,
  ],
  ["form", ` ${forms}`],
  [
    "length",
    ` (?:in|under|below|within|with|to|use|using)${limits} ((?:\\d+|a|a single|a few|a couple of)(?: short| long| simple| brief| or \\d+| to \\d+)* ${measures})`,
  ],
  [
    "length",
    ` (?:of|exactly|at most|at least|no more than|less than|fewer than|more than|up to|only|maximum)${limits} (\\d+ ${measures})`,
  ],
  ["length", `${makes}${article}(\\d+ ${measures})`],
  [
    "brief",
    " (?:briefly|concisely|succinctly|in short|in brief|in a nutshell|in summary|keep it (?:short|brief)|be (?:brief|concise))",
  ],
  ["brief", ` ${short}(?: and [a-z]+)? ${answers}`],
  ["brief", `${makes}${article}${short} `],
  [
    "detailed",
    " (?:in (?:more |full |great |greater |much )?details?|in depth|in-depth|thoroughly|at length|comprehensively)",
  ],
  ["detailed", ` ${long}(?: and [a-z]+)? ${answers}`],
  ["detailed", `${makes}${article}${long} `],
  [
    "tone",
    ` (?:in|with|using|use) ${article}(?:more |very )?${tones}(?: and [a-z]+)? (?:tone|style|way|manner|voice|language|register)`,
  ],
  ["tone", ` ${tones} (?:tone|style|voice|register)`],
  ["tone", ` (?:make|sound|keep|rewrite)(?: it| this| them)?(?: sound)?(?: more| less| very)? ${tones}`],
  ["tone", `${makes}${article}${tones} `],
  [
    "tone",
    " (formally|informally|casually|politely|professionally|humorously|sarcastically|poetically|persuasively|bluntly)",
  ],
  [
    "speaker",
    ` (?:act|behave|respond|answer|reply|write|speak|talk|explain(?: it| this)?) (?:as|like) (?:if you (?:are|were) )?${noun}`,
  ],
  [
    "speaker",
    ` (?:pretend(?: to be| you are| that you are)|imagine (?:that )?you (?:are|were)|(?:play|take|assume) the role of|roleplay as) ${noun}`,
  ],
  ["speaker", `^ you are ${noun}`],
  [
    "speaker",
    "^ as (?:a |an )([a-z'-]+(?: [a-z'-]+)?) (?:explain|describe|write|review|give|tell|answer|evaluate|summarize)",
  ],
  ["speaker", ` in the (?:style|voice|manner|words) of ${noun}`],
  ["speaker", ` from (?:the )?(?:perspective|viewpoint|point of view|standpoint) of ${noun}`],
  [
    "audience",
    ` (?:for|to|like|suitable for|aimed at) (?:i am |i were |we are )?${article}(?:complete |absolute |total |young |small )?${listeners}`,
  ],
  ["audience", `${explains}.*(?: for| to) ${article}(?:[a-z]+ )?${professions}`],
  ["audience", " like i (?:am|was|were) (\\d+)(?: years? old)?"],
  ["audience", " (eli ?5)"],
  [
    "plain",
    " in (?:very |really )?(?:simple|simpler|plain|lay|layman|layman 's|layperson 's|laymen 's|laymans|non-technical|easy|everyday|basic) (?:terms?|words?|english|language)",
  ],
  ["steps", " (?:step by step|step-by-step|in steps)"],
  [
    "extras",
    " (?:with|give|using|include|including|provide|add)(?: me)?(?: some| an?| a few| several| \\d+| real| simple| concrete| good| code)* (examples?|sources?|citations?|references?|comments?|explanations?|illustrations?|statistics|formulas?|proofs?|analogy|analogies|metaphors?|pros and cons|diagrams?|screenshots?|code samples?|unit tests?|type hints?)",
  ],
  [
    "without",
    " (?:without|no|do not (?:include|add|give|write|use|show))(?: any| an?| the)? (examples?|sources?|citations?|comments?|explanations?|code|jargon|preamble|introduction|libraries|recursion|loops?|markdown|formatting)",
  ],
  [
    "only",
    " (?:just|only) (?:give |show |return |output |tell |write |print )?(?:me )?(?:the |a )?(code|answer|result|number|name|json|word|sql|query|output|final answer|translation|letter)",
  ],
  [
    "only",
    " (?:return|output|answer|reply|respond|give|show|print)(?: me)?(?: with)? (?:just|only)(?: the| a| with)? ([a-z]+)",
  ],
  ["choice", " (yes or no|true or false|multiple choice)"],
  ["work", " (?:show (?:your|the) work(?:ing)?|chain of thought|think aloud)"],
];

export interface OutputPhrase {
  readonly wish: string;
  readonly pattern: RegExp;
}

/** Words of phrases that stand in every second text: a phrase is looked for where one of its other words is. */
const common = new Set(
  (
    "in into as a an the my some to for with of and or me us it this that up out if be is are you i am was were we how do " +
    "what like about than no not at from by on any more less very most least only just"
  ).split(" "),
);

const phrasesByWord = new Map<string, OutputPhrase[]>();
/** Phrases of common words alone. */
const phrasesOfCommonWords: OutputPhrase[] = [];
for (const [wish, source] of rules) {
  const phrase = { wish, pattern: new RegExp(source.endsWith(" ") ? source : `${source}(?= )`, "gu") };
  if (wish === "speaker" || wish === "audience") phrasesOfCommonWords.push(phrase);
  else for (const word of wordsOf(source)) phrasesByWord.set(word, [...(phrasesByWord.get(word) ?? []), phrase]);
}

/** The words that a pattern names, in the singular too where it ends in an `s`. */
function wordsOf(source: string): ReadonlySet<string> {
  const written = source.replaceAll("\\+", "+").match(/[a-z][a-z'+#-]*/g) ?? [];
  const words = written.flatMap((word) => (word.endsWith("s") ? [word, word.slice(0, -1)] : [word]));
  return new Set(words.filter((word) => !common.has(word)));
}

/** The phrases that may stand in a text of these words. */
export function phrasesFor(words: readonly string[]): ReadonlySet<OutputPhrase> {
  const phrases = new Set(phrasesOfCommonWords);
  for (const word of words) {
    for (const phrase of phrasesByWord.get(word) ?? []) phrases.add(phrase);
    if (word.endsWith("s")) for (const phrase of phrasesByWord.get(word.slice(0, -1)) ?? []) phrases.add(phrase);
  }
  return phrases;
}
