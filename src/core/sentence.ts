/** What a person is told, as a sentence: it begins with a capital and ends with one full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;
}
