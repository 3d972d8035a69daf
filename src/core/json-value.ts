/**
 * JSON values as Reprise holds them: objects are maps in the order given, so that `__proto__` and keys that look like
 * integers are ordinary keys, and a number is a JavaScript number only where nothing is lost.
 *
 * A decimal text is `digits * 10^(point - digits.length)`. It becomes a double when the shortest text of the nearest
 * double (ECMA-262, Number::toString) denotes the same decimal value; otherwise a `JsonNumber`, whose text is the one
 * normal form of that value, so that equal values have equal text.
 */

export type JsonValue = null | boolean | number | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A number that an IEEE double cannot hold exactly; kept as text. Made by `exactNumber`, so that equal values have equal text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

interface Decimal {
  readonly negative: boolean;
  /** Without leading and trailing zeros; empty for zero. */
  readonly digits: string;
  /** Where the decimal point stands, counted from the start of `digits`. */
  readonly point: bigint;
}

/** How many zeros a whole number may end in before it is written with an exponent; bounds how far a short text can grow. */
const plainZeros = 21n;
/** RFC 8259 section 9 lets an implementation bound the range of numbers. */
const maxExponentDigits = 20;

/**
 * The value of a number in JSON's grammar, which the caller has checked; `undefined` when its exponent has more than
 * 20 significant digits.
 */
export function exactNumber(text: string): number | JsonNumber | undefined {
  const double = Number(text);
  const shortest = String(double);
  if (shortest === text) return double;
  const decimal = readDecimal(text);
  if (decimal === undefined) return undefined;
  if (decimal.digits === "") return 0;
  if (Number.isFinite(double) && double !== 0) {
    const held = readDecimal(shortest);
    if (held !== undefined && held.digits === decimal.digits && held.point === decimal.point) return double;
  }
  return new JsonNumber(writeDecimal(decimal));
}

function readDecimal(text: string): Decimal | undefined {
  const negative = text.startsWith("-");
  const unsigned = negative ? text.slice(1) : text;
  const exponentAt = unsigned.search(/[eE]/);
  const mantissa = exponentAt < 0 ? unsigned : unsigned.slice(0, exponentAt);
  const pointAt = mantissa.indexOf(".");
  const whole = pointAt < 0 ? mantissa : mantissa.slice(0, pointAt);
  const all = pointAt < 0 ? mantissa : whole + mantissa.slice(pointAt + 1);
  let start = 0;
  while (all.charCodeAt(start) === 0x30) start++;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === 0x30) end--;
  const digits = all.slice(start, end);
  if (digits === "") return { negative, digits, point: 0n };
  let exponent = 0n;
  if (exponentAt >= 0) {
    const exponentText = unsigned.slice(exponentAt + 1);
    const exponentDigits = exponentText.replace(/^[+-]?0*/, "");
    if (exponentDigits.length > maxExponentDigits) return undefined;
    exponent = BigInt(exponentDigits) * (exponentText.startsWith("-") ? -1n : 1n);
  }
  return { negative, digits, point: exponent + BigInt(whole.length - start) };
}

/** The layout of ECMA-262's Number::toString, except that whole numbers stay plain however many digits they have. */
function writeDecimal({ negative, digits, point }: Decimal): string {
  const sign = negative ? "-" : "";
  const length = BigInt(digits.length);
  if (point >= length && point - length <= plainZeros) return sign + digits + "0".repeat(Number(point - length));
  if (point > 0n && point < length) {
    return `${sign}${digits.slice(0, Number(point))}.${digits.slice(Number(point))}`;
  }
  if (point > -6n && point <= 0n) return `${sign}0.${"0".repeat(Number(-point))}${digits}`;
  const exponent = point - 1n;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}e${exponent < 0n ? "-" : "+"}${exponent < 0n ? -exponent : exponent}`;
}
