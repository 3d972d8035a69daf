/** What a person is told, as a sentence: it begins with a capital and ends with one full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${ended(text.slice(1))}`;
}

/** The same for what may begin with a name, which is left as it is. */
export function ended(text: string): string {
  return text.replace(/\.?$/, ".");
}
