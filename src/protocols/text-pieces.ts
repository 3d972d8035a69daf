/**
 * Cuts a text into the pieces in which a replayed stream brings it: after spaces, and never within a surrogate pair.
 * A piece has 33 to 64 UTF-16 units, and more where there would otherwise be more than a thousand of them, since each
 * piece is an event with an envelope of its own. Joined they are the text again.
 */

const usualPiece = 64;
const mostPieces = 1_000;

export function* textPieces(text: string): Iterable<string> {
  const longest = Math.max(usualPiece, Math.ceil((2 * text.length) / mostPieces));
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + longest, text.length);
    if (to < text.length) {
      const spaceAt = text.lastIndexOf(" ", to - 1);
      if (spaceAt >= from + longest / 2) to = spaceAt + 1;
      else if (isHighSurrogate(text.charCodeAt(to - 1))) to--;
    }
    yield text.slice(from, to);
    from = to;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
