import type { Reading } from "../reading/reading.ts";
import { languageNames } from "./language-names.ts";
import { once } from "./once.ts";

/**
 * What a text asks of the form of the answer: its language, format, length, tone, speaker, audience and extras. Found by
 * phrases in the words of the text, with slips set right, contractions opened and numbers in digits. Each finding is a
 * wish in one form; texts that ask for the same form have the same set of wishes.
 */
export const outputContract = once((reading: Reading): ReadonlySet<string> => {
  const words = ` ${reading.tokens.map((token) => (token.kind === "number" ? token.lemma : token.spelled)).join(" ")} `;
  const wishes = new Set<string>();
  for (const { wish, pattern } of phrases) {
    for (const found of words.matchAll(pattern)) wishes.add(`${wish} ${canonical(found.slice(1).find(Boolean) ?? "")}`);
  }
  for (const token of reading.tokens) {
    const name = languageNames.get(token.spelled);
    if (name !== undefined && (!name.isAlsoWord || token.isName || isAfterPreposition(words, token.spelled))) {
      wishes.add(`language ${name.of}`);
    }
  }
  return wishes;
});

function isAfterPreposition(words: string, word: string): boolean {
  return ["in", "into", "to", "from", "speak", "learn"].some((before) => words.includes(` ${before} ${word} `));
}

const article = "(?:a |an |the |my |some )?";
const adjectives = "(?:[a-z-]+ ){0,2}?";
const makes = "(?:write|draft|compose|create|generate|make|give|produce|return|provide|prepare)(?: me| us| out)? ";
/** What an answer can be, where it is asked for as one. */
const kinds =
  "(table|list|email|e-mail|letter|memo|report|summary|paragraph|headline|title|slogan|script|dialogue|dialog|conversation|speech|" +
  "diagram|flowchart|chart|graph|code|snippet|function|class|program|query|song|rap|story|joke|riddle|quiz|plan|schedule|" +
  "recipe|review|article|post|caption|description|definition|translation|timeline|lesson|template|prompt|resume|biography|bio)s?";
/** What is a form of an answer wherever it stands. */
const forms =
  "(haiku|sonnet|limerick|essay|poem|ballad|tweet|json|csv|yaml|xml|markdown|html|latex|outline|checklist|pseudocode|" +
  "cheat ?sheet|blog post|press release|cover letter|bullet points?|bullets|bulleted list|bullet list|bulleted|numbered list|" +
  "tl ?; ?dr|tldr|one-liner|one liner|plain text|ascii art|emojis?|mind map|infographic|slides?|powerpoint)";
const tones =
  "formal|informal|casual|polite|friendly|professional|funny|humorous|witty|sarcastic|serious|academic|scholarly|persuasive|poetic|" +
  "dramatic|romantic|angry|apologetic|enthusiastic|neutral|cheerful|conversational|technical|scientific|creative|assertive|" +
  "empathetic|sympathetic|warm|cold|rude|blunt|diplomatic|shakespearean|pirate|biblical|legal|inspirational|motivational|sad|happy|cynical|playful";
const answers =
  "(?:answer|reply|response|explanation|summary|description|overview|essay|story|poem|paragraph|version|definition|introduction|intro|" +
  "email|letter|message|speech|report|article|text|review|guide|list|note|outline|bio|post)";
const listeners =
  "(child|children|kid|kids|toddler|toddlers|beginners?|dummy|dummies|newbies?|novices?|experts?|professionals?|students?|laym[ae]n|laypersons?|laypeople|managers?|" +
  "executives?|ceo|engineers?|developers?|programmers?|doctors?|nurses?|lawyers?|patients?|teachers?|parents?|teenagers?|teens|adults?|seniors?|" +
  "grandmother|grandma|preschoolers?|kindergart[a-z]+|(?:first|second|third|fourth|fifth|sixth|high school|middle school|college)(?: grade)?(?:r|rs| students?)|" +
  "non-experts?|general audience|general public|\\d+(?:th)?(?: -)? ?(?:years? olds?|yo|graders?|grade))";

const phrases: readonly { readonly wish: string; readonly pattern: RegExp }[] = [
  [
    "program",
    "(?: in| using| into| with| to) (c\\+\\+|c#|c|r|go|golang|rust|swift|python|java|javascript|js|typescript|ruby|php|perl|kotlin|scala|matlab|sql|bash|powershell|lua|haskell|julia|dart|excel)(?= )",
  ],
  [
    "form",
    `(?:(?: in| as| into| with| using) ${article}${adjectives}|${` ${makes}`}${article}${adjectives})${kinds}(?= )`,
  ],
  ["form", ` ${forms}(?= )`],
  [
    "length",
    "(?: in| of| under| below| within| about| around| exactly| most| least| than| only| with| to| use| using| write| give)(?: me)?(?: just| only| about| exactly| under| up to| at most| at least| no more than| less than| more than| fewer than)* ((?:\\d+|a|a single|a few|a couple of)(?: short| long| simple| brief| or \\d+| to \\d+)* (?:words?|sentences?|lines?|paragraphs?|pages?|bullets?|bullet points?|characters?|tokens?|letters?))(?= )",
  ],
  [
    "brief",
    `( briefly| concisely| succinctly| in short| in brief| in a nutshell| in summary| keep it (?:short|brief)| be (?:brief|concise)| (?:short|brief|concise|quick|succinct|simple)(?: and [a-z]+)? ${answers})(?= )`,
  ],
  [
    "detailed",
    `( in (?:more |full |great |greater |much )?details?| in depth| in-depth| thoroughly| at length| comprehensively| extensively| (?:detailed|thorough|comprehensive|long|extensive|elaborate|complete|full|longer)(?: and [a-z]+)? ${answers})(?= )`,
  ],
  [
    "tone",
    ` (?:in|with|using|use) ${article}(?:more |very )?(${tones})(?: and [a-z]+)? (?:tone|style|way|manner|voice|language|terms|words|english|register)(?= )`,
  ],
  [
    "tone",
    `(?: more| less| sound| sounds| it| be| ${makes}${article}${adjectives}) (${tones}) (?:${answers} )?(?= *$|and |for |to |about |but )`,
  ],
  ["tone", ` ${makes}${article}(${tones}) (?=[a-z]+ )`],
  [
    "tone",
    " (formally|informally|casually|politely|professionally|humorously|sarcastically|poetically|persuasively|dramatically|objectively|technically|bluntly)(?= )",
  ],
  [
    "speaker",
    "(?: act| behave| respond| answer| reply| write| speak| talk) (?:as|like) (?:if you (?:are|were) )?(?:a |an |the )?([a-z'-]+(?: [a-z'-]+)?)(?= )",
  ],
  [
    "speaker",
    " (?:pretend(?: to be| you are| that you are)|imagine (?:that )?you (?:are|were)|you are|play the role of|take the role of|assume the role of|roleplay as) (?:a |an |the )?([a-z'-]+(?: [a-z'-]+)?)(?= )",
  ],
  ["speaker", " in the (?:style|voice|manner|words) of (?:a |an |the )?([a-z'-]+(?: [a-z'-]+)?)(?= )"],
  [
    "speaker",
    " from (?:the )?(?:perspective|viewpoint|point of view|standpoint) of (?:a |an |the )?([a-z'-]+(?: [a-z'-]+)?)(?= )",
  ],
  ["speaker", "^ as (?:a |an )([a-z'-]+(?: [a-z'-]+)?)(?= )"],
  [
    "audience",
    ` (?:for|to|like|suitable for|aimed at) (?:i am |i were |we are )?${article}(?:complete |absolute |total |young |small )?${listeners}(?= )`,
  ],
  ["audience", " (?:explain|describe|teach|tell)(?: it| this| that)? (?:to me )?like i (?:am|was|were) (\\d+)(?= )"],
  ["audience", " (eli ?5)(?= )"],
  [
    "plain",
    " in (?:very |really )?((?:simple|simpler|plain|lay|layman|layman 's|layperson 's|laymen 's|laymans|non-technical|easy|everyday|basic) (?:terms?|words?|english|language))(?= )",
  ],
  ["steps", " (step by step|step-by-step|steps?)(?= )"],
  [
    "extras",
    " (?:with|give|using|include|including|provide|show|add)(?: me)?(?: some| an?| a few| several| at least \\d+| \\d+| real| simple| concrete| good)* (examples?|sources?|citations?|references?|comments?|explanations?|pictures?|images?|illustrations?|statistics|links?|formulas?|proofs?|analog(?:y|ies)|pros and cons|quotes?|diagrams?|screenshots?|code samples?|unit tests?|type hints?)(?= )",
  ],
  [
    "without",
    " (?:without|no|do not (?:include|add|give|write|use|show))(?: any| an?| the)? (examples?|sources?|citations?|comments?|explanations?|code|jargon|preamble|introduction|libraries|recursion|loops?|markdown|formatting)(?= )",
  ],
  ["only", " (?:just|only)(?: give| show| return| output| tell| write)?(?: me)? the ([a-z]+)(?= )"],
  [
    "only",
    " (?:return|output|answer|reply|respond|give|show)(?: me)?(?: with)? (?:just|only)(?: the| a| with)? ([a-z]+)(?= )",
  ],
  ["choice", " (yes or no|true or false|multiple choice|one word|1 word)(?= )"],
  ["work", " (show (?:your|the) work(?:ing)?|chain of thought|think aloud)(?= )"],
].map(([wish = "", source = ""]) => ({ wish, pattern: new RegExp(source, "gu") }));

/** Several ways to write one wish. */
const sameWishes: readonly (readonly [RegExp, string])[] = [
  [/^(?:bullets?|bullet points?|bulleted list|bullet list|bulleted)$/, "bullet"],
  [/^(?:child|children|kids?|toddlers?|preschoolers?|eli ?5|5 years? olds?|5)$/, "child"],
  [/^(?:beginner|newbie|novice|dumm(?:y|ies)|laym[ae]n|layperson|laypeople|non-expert)s?$/, "beginner"],
  [/^(?:simple|simpler|plain|lay|layman|layperson|laymen|laymans|non-technical|easy|everyday|basic) .*$/, "plain"],
  [/^a (?:single )?(?=word|sentence|line|paragraph|page)/, "1 "],
  [/^(?:e-mail)$/, "email"],
  [/^(?:js)$/, "javascript"],
  [/^(?:golang)$/, "go"],
  [/^step.*$/, "step"],
  [/(?<=[a-z]{2})s$/, ""],
];

/** The adverbs of length are one wish each; the others are what was found, in one form. */
function canonical(found: string): string {
  const words = found.trim();
  if (
    /^(?:briefly|concisely|succinctly|in short|in brief|in a nutshell|in summary|keep it|be (?:brief|concise))|^(?:short|brief|concise|quick|succinct|simple)\b/.test(
      words,
    )
  )
    return "";
  return sameWishes.reduce((form, [pattern, wish]) => form.replace(pattern, wish), words);
}
