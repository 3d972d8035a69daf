/** Names of languages; those behind the `|` are also common words and count only where a language is meant. */
const names =
  "english french german spanish italian portuguese dutch russian chinese mandarin cantonese japanese korean arabic hindi bengali urdu " +
  "punjabi gujarati marathi tamil telugu kannada malayalam sinhala nepali persian farsi pashto kurdish turkish azerbaijani kazakh uzbek " +
  "greek latin hebrew yiddish swedish norwegian danish icelandic finnish estonian latvian lithuanian czech slovak slovenian slovene " +
  "croatian serbian bosnian macedonian bulgarian romanian hungarian albanian ukrainian belarusian georgian armenian mongolian tibetan " +
  "vietnamese thai lao khmer burmese malay indonesian javanese tagalog filipino hawaiian maori samoan swahili zulu xhosa afrikaans yoruba " +
  "igbo hausa amharic somali welsh irish gaelic scottish breton basque catalan galician maltese luxembourgish esperanto sanskrit quechua " +
  "guarani haitian creole klingon romansh flemish brazilian castilian | polish";

const others: Readonly<Record<string, string>> = {
  farsi: "persian",
  filipino: "tagalog",
  slovene: "slovenian",
  castilian: "spanish",
  mandarin: "chinese",
};

export const languageNames: ReadonlyMap<string, { readonly of: string; readonly isAlsoWord: boolean }> = new Map(
  names.split("|").flatMap((part, index) =>
    part
      .trim()
      .split(" ")
      .map((name) => [name, { of: others[name] ?? name, isAlsoWord: index > 0 }] as const),
  ),
);
