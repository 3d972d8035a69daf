/**
 * What should not stand in a text that is to stay the same: the date or time of the moment it was written, an id, or a
 * place that somebody meant to fill. A date within a rule is no fault: it is where the text says that it is that of today,
 * where it is the day on which the text was registered, and where it stands by itself, as a line or a sentence of its own.
 */

export type HintCause = "date" | "id" | "placeholder";

export interface Hint {
  readonly cause: HintCause;
  /** UTF-16 units before it. */
  readonly offset: number;
  readonly text: string;
}

const months =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const date = [
  "\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}(?:[T ]\\d{1,2}:\\d{2}(?::\\d{2})?(?:\\.\\d+)?(?:Z|[+-]\\d{2}:?\\d{2})?)?",
  "\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{4}",
  `(?:${months})\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}`,
  `\\d{1,2}(?:st|nd|rd|th|\\.)? (?:${months})\\.?,? \\d{4}`,
  "\\d{1,2}:\\d{2}(?::\\d{2})?(?: ?[ap]m)?",
].join("|");
const day = date.slice(0, date.lastIndexOf("|"));
const weekday = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?";
const bare = new RegExp(
  `(?<=(?:^|[\\n.!?]|\\b(?:it is|it's|es ist))[ \\t>#*_-]*(?:${weekday},? )?)(?<found>${day})(?=[ \\t*_]*(?:[\\n.!?]|$))`,
  "giu",
);
const dated = new RegExp(`(?<![\\p{L}\\d./-])(?<found>${day})(?![\\d/-])`, "giu");
/** Words that make a date that of the moment, and at most so much between them and it. */
const nowWords =
  "today|now|current(?:ly)?|date|time|timestamp|as of|generated|started|updated|heute|datum|aujourd'hui|hoy";
const momentary = new RegExp(`(?<![\\p{L}])(?:${nowWords})(?![\\p{L}])[^\\n.;]{0,30}?(?<found>${date})(?!\\d)`, "giu");
const uuid = /(?<![\da-f])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-f])/gi;
/** As templates are written: `{{name}}`, `${name}`, `<%= name %>`, `[[name]]`. */
const placeholder = /\{\{[^{}\n]{1,60}\}\}|\$\{[^{}\n]{1,60}\}|<%[^%\n]{1,60}%>|\[\[[A-Za-z_][^\][\n]{0,60}\]\]/g;
const most = 10;

/** In the order in which they stand. `registeredAt`: milliseconds since the epoch. */
export function hintsIn(text: string, registeredAt?: number): readonly Hint[] {
  const found = [
    ...datesIn(text, registeredAt),
    ...[...text.matchAll(uuid)].map(({ 0: id, index }): Hint => ({ cause: "id", offset: index, text: id })),
    ...[...text.matchAll(placeholder)].map(
      ({ 0: place, index }): Hint => ({ cause: "placeholder", offset: index, text: place }),
    ),
  ];
  return found.sort((one, other) => one.offset - other.offset).slice(0, most);
}

/** Each once, by whatever it is found. */
function datesIn(text: string, registeredAt: number | undefined): readonly Hint[] {
  const found = new Map<number, Hint>();
  for (const form of [momentary, bare, dated])
    for (const { 0: whole, index, groups } of text.matchAll(form)) {
      const moment = groups?.["found"] ?? "";
      if (form === dated && (registeredAt === undefined || !isDayOf(moment, registeredAt))) continue;
      const offset = index + whole.length - moment.length;
      if (!found.has(offset)) found.set(offset, { cause: "date", offset, text: moment });
    }
  return [...found.values()];
}

const dayMs = 86_400_000;
const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** Whether it is that day somewhere on earth. */
function isDayOf(moment: string, at: number): boolean {
  const numbers = (moment.match(/\d+/g) ?? []).map(Number);
  const word = /[a-z]{3}(?=[a-z]*\.?,? \d)/i.exec(moment)?.[0].toLowerCase();
  const month = word === undefined ? 0 : monthNames.indexOf(word) + 1;
  const [first = 0, second = 0, third = 0] = numbers;
  const readings: readonly (readonly [number, number, number])[] =
    month > 0
      ? [[second, month, first]]
      : first > 31
        ? [[first, second, third]]
        : [
            [third, second, first],
            [third, first, second],
          ];
  return readings.some(
    ([year, inYear, inMonth]) => Math.abs(Date.UTC(year, inYear - 1, inMonth) + dayMs / 2 - at) <= dayMs,
  );
}
