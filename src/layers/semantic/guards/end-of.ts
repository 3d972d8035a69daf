/** Where `pattern` (a sticky one) ends when it is matched at `at`; `undefined` where it matches nothing there. */
export function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) && pattern.lastIndex > at ? pattern.lastIndex : undefined;
}
