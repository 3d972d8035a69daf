/** Names of months and weekdays, long and short, in the languages that prompts are mostly written in; in lower case. */
const languages = ["en", "de", "fr", "es", "it", "pt", "nl"];
const shortest = 3;

export const calendarWords: ReadonlySet<string> = new Set(languages.flatMap(wordsOf));

function wordsOf(language: string): readonly string[] {
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 0, 5 + day)));
  const forms = (["long", "short"] as const).flatMap((style) => [
    ...months.map((at) => new Intl.DateTimeFormat(language, { month: style, timeZone: "UTC" }).format(at)),
    // As a date has it, which is another case in some languages.
    ...days.map((at) => new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" }).format(at)),
  ]);
  return forms
    .map((form) => form.toLowerCase().replace(/\.$/, ""))
    .filter((form) => form.length >= shortest && /^[\p{L}-]+$/u.test(form));
}
