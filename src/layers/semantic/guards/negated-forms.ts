const prefixes: ReadonlySet<string> = new Set([
  "un",
  "in",
  "im",
  "il",
  "ir",
  "dis",
  "non",
  "mis",
  "de",
  "anti",
  "dys",
  "mal",
  "a",
  "ab",
]);
const shortestStem = 4;

/** Whether one of two words is made of the other by a prefix or an ending that says no. */
export function isNegatedForm(one: string, other: string): boolean {
  return negates(one, other) || negates(other, one);
}

/** `unsafe` of `safe`, `useless` of `use` or `useful`, `meatless` of `meat`. */
function negates(word: string, stem: string): boolean {
  if (stem.length >= shortestStem && word.length > stem.length && word.endsWith(stem)) {
    if (prefixes.has(word.slice(0, -stem.length).replace(/-$/, ""))) return true;
  }
  if (!word.endsWith("less")) return false;
  const rest = word.slice(0, -"less".length).replace(/-$/, "");
  return rest.length >= 3 && (stem === rest || stem === `${rest}ful` || stem === `${rest}y` || stem === `${rest}ed`);
}
