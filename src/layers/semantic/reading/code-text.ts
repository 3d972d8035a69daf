/**
 * What in a text must agree to the letter, found by its shape. Every pattern is anchored where the reader stands (the
 * sticky flag) and takes each character once, so reading stays linear.
 */
const shapes: readonly RegExp[] = [
  // Fenced and inline code, LaTeX, HTML tags.
  /```[\s\S]*?(?:```|$)/y,
  /~~~\n[\s\S]*?(?:\n~~~|$)/y,
  /``[^`]{1,400}``/y,
  /`[^`]{1,400}`/y,
  /\$\$[^$]{1,2000}\$\$/y,
  /\\\([\s\S]{1,400}?\\\)|\\\[[\s\S]{1,400}?\\\]/y,
  /\$(?=[^$]{0,200}[\\^_={}])[^\s$][^$]{0,200}\$/y,
  /\\[a-zA-Z]+(?:\{[^{}]{0,200}\})*/y,
  /<\/?[a-zA-Z][^<>]{0,200}>/y,
  // Addresses, paths, flags, variables.
  /(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.)[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}]/iy,
  /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}/iy,
  /(?:~|\.{1,2})?(?:\/[\w.@+-]{1,100}){2,30}\/?|(?:~|\.{1,2})\/[\w.@+-]{1,100}/y,
  /[a-zA-Z]:\\[^\s"'<>|]{1,200}/y,
  /--[a-zA-Z][\w-]{0,60}(?:=[^\s"']{1,100})?/y,
  /-[a-zA-Z]{1,3}(?![\w'-])/y,
  /[$@#%][A-Za-z_][\w-]{0,60}|\$\{[^{}]{1,100}\}|\{\{[^{}]{1,100}\}\}/y,
  // Quoted text.
  /"[^"]{1,400}"/y,
  /'[^']{1,200}'(?![\p{L}\p{N}])/uy,
];

/** Names with a sign of their own; the same in any case. */
const namedWithSigns =
  /(?:c\+\+|[cfj]#|\.net|asp\.net|(?:node|next|vue|react|express|three|d3|nuxt|angular)\.js)(?![\w+#])/iy;

const identifiers: readonly RegExp[] = [
  // name(…), snake_case, dotted.names, with digits.
  /[\p{L}_][\p{L}\p{N}_.]{0,80}\(\)/uy,
  /[\p{L}\p{N}]*_[\p{L}\p{N}_]{1,80}(?:\.[\p{L}_][\p{L}\p{N}_]{0,80}){0,10}/uy,
  /[\p{L}_][\p{L}\p{N}_]{1,80}(?:\.[\p{L}_][\p{L}\p{N}_]{1,80}){1,10}(?![\p{L}\p{N}])/uy,
];

/** What most of a text is, told at once: a word with nothing but punctuation behind it. */
const plainWord = /[A-Za-z]+(?:['-][A-Za-z]+)*[.,;:!?)]*(?=\s|$)/y;

export interface CodeSpan {
  readonly end: number;
  /** What must agree: the text itself, or lower case where the case says nothing. */
  readonly form: string;
  readonly isName: boolean;
}

/** Whether a word in letters begins at `at` that can be neither code nor a number in digits. */
export function isPlainWordAt(text: string, at: number): boolean {
  return match(plainWord, text, at) !== undefined;
}

/** The code that begins at `at`, where neither a plain word nor one that is under way stands. */
export function codeAt(text: string, at: number, startsToken: boolean): CodeSpan | undefined {
  const named = match(namedWithSigns, text, at);
  if (named !== undefined) return { end: named, form: text.slice(at, named).toLowerCase(), isName: true };
  const first = text.charCodeAt(at);
  const isLetterOrDigit = (first >= 48 && first <= 57) || (first >= 65 && first <= 90) || first >= 97;
  for (const shape of shapes) {
    if (!startsToken && !isBracketing(first)) break;
    const end = match(shape, text, at);
    if (end !== undefined) return { end, form: text.slice(at, end), isName: false };
  }
  if (!isLetterOrDigit && first !== 95) return undefined;
  for (const shape of identifiers) {
    const end = match(shape, text, at);
    if (end !== undefined) return { end, form: text.slice(at, end), isName: false };
  }
  return undefined;
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Backtick, dollar, backslash, `<`: they begin code also right after a letter. */
function isBracketing(unit: number): boolean {
  return unit === 96 || unit === 36 || unit === 92 || unit === 60;
}
