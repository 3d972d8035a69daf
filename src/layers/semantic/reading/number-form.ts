/**
 * One form for each number however it was written: `1,000`, `1k` and `one thousand` are `1000`, `3 pm` is `15:00`,
 * `30min` is `30 min`. What could be read in two ways (a date with slashes, a decimal comma) stays as it is.
 */
export function numberForm(text: string): string {
  const lower = text.toLowerCase().replace(/\s+/g, " ").trim();
  const clock = /^(\d{1,2})(?::(\d\d))? ?([ap])\.?m\.?$/.exec(lower);
  if (clock !== null) return timeOfDay(Number(clock[1]), clock[2] ?? "00", clock[3] === "p");
  const parts = /^([+-]?)([$€£¥]?)(\d[\d,]*(?:\.\d+)*|\.\d+)(.*)$/.exec(lower);
  if (parts === null) return wordsForm(lower);
  const [, sign = "", currency = "", digits = "", tail = ""] = parts;
  const value = whole(digits, currency);
  const rest = tail.trim();
  const scaled = scales[rest];
  const number = scaled === undefined ? value : shifted(value, scaled);
  const unit = scaled === undefined && rest !== "" ? (/^[a-z]/.test(rest) && !isOrdinal(rest) ? ` ${rest}` : rest) : "";
  return `${sign === "-" ? "-" : ""}${currency}${number}${unit}`;
}

const scales: Readonly<Record<string, number>> = { k: 3 };

function isOrdinal(tail: string): boolean {
  return tail === "st" || tail === "nd" || tail === "rd" || tail === "th";
}

/** Without separators of thousands. Zeros at the end stay, since version 3.10 is not 3.1; but $5.00 is $5. */
function whole(digits: string, currency: string): string {
  const joined = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits) ? digits.replaceAll(",", "") : digits;
  if (joined.startsWith(".")) return `0${joined}`;
  return currency !== "" ? joined.replace(/^(\d+)\.00$/, "$1") : joined;
}

/** `value` times ten to the `places`, digit by digit, so that nothing is rounded. */
function shifted(value: string, places: number): string {
  const [whole = "", fraction = ""] = value.split(".");
  if (value.split(".").length > 2 || value.includes(",") || fraction.length > places) return `${value}e${places}`;
  return (whole + fraction.padEnd(places, "0")).replace(/^0+(?=\d)/, "");
}

function timeOfDay(hour: number, minutes: string, isAfternoon: boolean): string {
  if (hour < 1 || hour > 12) return `${hour}:${minutes} ${isAfternoon ? "pm" : "am"}`;
  return `${(hour % 12) + (isAfternoon ? 12 : 0)}:${minutes}`;
}

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const small = new Map<string, number>([
  ...ones.map((word, value): [string, number] => [word, value]),
  ...tens.map((word, index): [string, number] => [word, (index + 2) * 10]),
]);
const large = new Map([
  ["hundred", 100],
  ["thousand", 1000],
  ["million", 1_000_000],
  ["billion", 1_000_000_000],
  ["trillion", 1_000_000_000_000],
]);

export function isNumberWord(word: string): boolean {
  return small.has(word) || large.has(word);
}

export function isSmallNumberWord(word: string): boolean {
  return small.has(word);
}

/** `twenty five`, `two hundred and five`; words that make no one number stay words. */
function wordsForm(text: string): string {
  let total = 0;
  let group = 0;
  let last = Infinity;
  for (const word of text.split(/[ -]+/)) {
    if (word === "and" || word === "a") continue;
    const value = small.get(word);
    const factor = large.get(word);
    if (value !== undefined) {
      // "nineteen eighty" and "five five" are lists of digits or years, no sums.
      if (value >= last) return text;
      group += value;
      last = value >= 20 ? 10 : 1;
    } else if (factor === 100) {
      group = Math.max(group, 1) * 100;
      last = 100;
    } else if (factor !== undefined) {
      total += Math.max(group, 1) * factor;
      group = 0;
      last = Infinity;
    } else return text;
  }
  return String(total + group);
}
