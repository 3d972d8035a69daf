/** The text without its percent-encoding, or as it is where that is malformed. */
export function decodedOrAsIs(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
