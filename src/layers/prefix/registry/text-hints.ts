/**
 * What should not stand in a text that is to stay the same: the date or time of the moment it was written, an id, or a
 * place that somebody meant to fill. A date alone is no fault, since many rules have one: it is where the text says that
 * it is that of today.
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
/** Words that make a date that of the moment, and at most so much between them and it. */
const nowWords =
  "today|now|current(?:ly)?|date|time|timestamp|as of|generated|started|updated|heute|datum|aujourd'hui|hoy";
const momentary = new RegExp(`(?<![\\p{L}])(?:${nowWords})(?![\\p{L}])[^\\n.;]{0,30}?(?<found>${date})(?!\\d)`, "giu");
const uuid = /(?<![\da-f])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-f])/gi;
/** As templates are written: `{{name}}`, `${name}`, `<%= name %>`, `[[name]]`. */
const placeholder = /\{\{[^{}\n]{1,60}\}\}|\$\{[^{}\n]{1,60}\}|<%[^%\n]{1,60}%>|\[\[[A-Za-z_][^\][\n]{0,60}\]\]/g;
const most = 10;

/** In the order in which they stand. */
export function hintsIn(text: string): readonly Hint[] {
  const found = [
    ...[...text.matchAll(momentary)].map(({ 0: whole, index, groups }): Hint => {
      const moment = groups?.["found"] ?? "";
      return { cause: "date", offset: index + whole.length - moment.length, text: moment };
    }),
    ...[...text.matchAll(uuid)].map(({ 0: id, index }): Hint => ({ cause: "id", offset: index, text: id })),
    ...[...text.matchAll(placeholder)].map(
      ({ 0: place, index }): Hint => ({ cause: "placeholder", offset: index, text: place }),
    ),
  ];
  return found.sort((one, other) => one.offset - other.offset).slice(0, most);
}
