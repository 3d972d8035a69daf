/** Whole-text match of a pattern whose only special character is `*`; linear in the text, whatever the pattern. */
export function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.split("*");
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (parts.length === 1) return (text) => text === pattern;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
