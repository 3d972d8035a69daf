import { numberForm } from "../reading/number-form.ts";

/**
 * Dates and times of day as they are written in English, in one form each: `5 January 2024`, `Jan 5th, 2024` and
 * `2024-01-05` agree, and so do `3 pm` and `15:00`. `03/04/2024` can be read in two ways and stays what it is.
 */
const monthNames = "january february march april may june july august september october november december".split(" ");
const month =
  "(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?(?![\\p{L}])";
const day = "(?<day>\\d{1,2})(?:st|nd|rd|th)?(?![\\p{L}\\p{N}:])";
const year = "(?:,? (?:of )?(?<year>\\d{4})(?![\\p{L}\\p{N}]))";

/** Each is tried where a word or a number begins; all are sticky. */
const dates: readonly RegExp[] = [
  new RegExp(`${day} (?:of )?${month}${year}?`, "yiu"),
  new RegExp(`${month} (?:the )?${day}${year}?`, "yiu"),
  new RegExp(`${month}${year}`, "yiu"),
  /(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?![\p{L}\p{N}])/uy,
];
const halfDayTime = /(?<hour>\d{1,2})(?::(?<minutes>\d\d))? ?(?<half>[ap])\.?m\.?(?![\p{L}\p{N}])/iuy;
const wholeDayTime = /(?<hour>\d{1,2}):(?<minutes>\d\d)(?![\p{L}\p{N}:])/uy;
const spoken =
  /(half|quarter) (past|to) (\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?![\p{L}\p{N}:])/iuy;
const slashed = /\d{1,4}[/.]\d{1,2}[/.]\d{2,4}(?![\p{L}\p{N}])/uy;

export interface Written {
  readonly value: string;
  readonly end: number;
}

/** The date that begins at `at`. */
export function dateAt(text: string, at: number): Written | undefined {
  for (const pattern of dates) {
    const found = match(pattern, text, at);
    if (found === undefined) continue;
    const { groups = {} } = found;
    return {
      value: `${groups["year"] ?? ""}-${monthNumber(groups["month"] ?? "")}-${Number(groups["day"] ?? 0)}`,
      end: pattern.lastIndex,
    };
  }
  const found = match(slashed, text, at);
  return found === undefined ? undefined : { value: found[0], end: slashed.lastIndex };
}

/** The time of day that begins at `at`, on a clock of 24 hours. */
export function timeAt(text: string, at: number): Written | undefined {
  const half = match(halfDayTime, text, at)?.groups;
  const hour = Number(half?.["hour"]);
  if (half !== undefined && hour >= 1 && hour <= 12) {
    const isAfternoon = half["half"]?.toLowerCase() === "p";
    return { value: `${(hour % 12) + (isAfternoon ? 12 : 0)}:${half["minutes"] ?? "00"}`, end: halfDayTime.lastIndex };
  }
  const whole = match(wholeDayTime, text, at)?.groups;
  if (whole === undefined || Number(whole["hour"]) > 24 || Number(whole["minutes"]) > 59) return undefined;
  return { value: `${Number(whole["hour"])}:${whole["minutes"]}`, end: wholeDayTime.lastIndex };
}

/** `half past three`, `quarter to 4`. */
export function spokenTime(text: string, at: number): Written | undefined {
  const [, part, side, hour = ""] = match(spoken, text, at) ?? [];
  if (part === undefined) return undefined;
  const isPast = side?.toLowerCase() === "past";
  const whole = Number(numberForm(hour)) - (isPast ? 0 : 1);
  const minutes = part.toLowerCase() === "half" ? "30" : isPast ? "15" : "45";
  return { value: `${whole === 0 ? 12 : whole}:${minutes}`, end: spoken.lastIndex };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function monthNumber(written: string): number {
  const name = written.toLowerCase();
  return /^\d/.test(name) ? Number(name) : monthNames.findIndex((full) => full.startsWith(name.slice(0, 3))) + 1;
}
