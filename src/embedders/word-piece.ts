/**
 * Cuts a text into words and word pieces as BERT does (Devlin et al. 2019, https://arxiv.org/abs/1810.04805, section
 * 3; the reference is the `tokenizers` package, and a fixture made by it is the test).
 *
 * 1. Clean: control characters vanish, white space becomes a space, CJK ideographs stand alone.
 * 2. Fold: accents are taken off (NFD without nonspacing marks), letters become small, each by itself.
 * 3. Words: runs between white space; each punctuation character is a word of its own.
 * 4. Pieces: the longest known beginning of the word, then the longest known continuation of what is left, and so on.
 *    A word that cannot be cut so, or is longer than 100 characters, has no pieces.
 *
 * Plain ASCII, nearly all of what is asked, skips the first two steps' tables.
 */

const longestWord = 100;

export interface WordReader {
  /** A word that is one piece. */
  piece(row: number): void;
  /** A word that is several pieces, in order. */
  pieces(word: string, rows: readonly number[]): void;
}

export class WordPiece {
  private readonly whole = new Map<string, number>();
  private readonly continuations = new Map<string, number>();
  private longestPiece = 1;
  private readonly rows: number[] = [];

  /** The number of a piece is its place in the list; continuations begin with `##`. */
  constructor(pieces: readonly string[]) {
    for (const [row, piece] of pieces.entries()) this.add(piece, row);
  }

  add(piece: string, row: number): void {
    const continues = piece.length > 2 && piece.startsWith("##");
    const letters = continues ? piece.slice(2) : piece;
    (continues ? this.continuations : this.whole).set(letters, row);
    this.longestPiece = Math.max(this.longestPiece, letters.length);
  }

  /** Tells the reader of each word, in order; words without pieces are passed over. */
  read(text: string, reader: WordReader): void {
    const folded = isPlain(text) ? text.toLowerCase() : fold(text);
    let start = -1;
    for (let at = 0; at < folded.length; at++) {
      const code = folded.charCodeAt(at);
      const kind = code < 128 ? (asciiKinds[code] as number) : kindOf(folded, at);
      if (kind === letter) {
        if (start < 0) start = at;
        if (code >= 0xd8_00 && code < 0xdc_00) at++;
        continue;
      }
      if (start >= 0) this.word(folded.slice(start, at), reader);
      start = -1;
      if (kind === space) continue;
      const end = code >= 0xd8_00 && code < 0xdc_00 ? at + 2 : at + 1;
      this.word(folded.slice(at, end), reader);
      at = end - 1;
    }
    if (start >= 0) this.word(folded.slice(start), reader);
  }

  /** The row of a word that is one piece, given in the folded form. */
  rowOfWhole(word: string): number | undefined {
    return this.whole.get(word);
  }

  private word(word: string, reader: WordReader): void {
    const row = this.whole.get(word);
    if (row !== undefined) {
      reader.piece(row);
      return;
    }
    if (word.length > longestWord && [...word].length > longestWord) return;
    const { rows } = this;
    rows.length = 0;
    for (let start = 0; start < word.length; ) {
      const table = start === 0 ? this.whole : this.continuations;
      let end = Math.min(word.length, start + this.longestPiece);
      let found: number | undefined;
      for (; end > start; end--) {
        found = table.get(word.slice(start, end));
        if (found !== undefined) break;
      }
      if (found === undefined) return;
      rows.push(found);
      start = end;
    }
    reader.pieces(word, rows);
  }
}

const letter = 0;
const space = 1;
const punctuation = 2;

const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) return space;
  return /[!-/:-@[-`{-~]/.test(character) ? punctuation : letter;
});

/** Whether there is neither a character beyond ASCII nor a control character that must vanish. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || (code < 32 && code !== 10 && code !== 13 && code !== 9)) return false;
  }
  return true;
}

function kindOf(text: string, at: number): number {
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  if (/\p{White_Space}/u.test(character)) return space;
  return /\p{P}/u.test(character) ? punctuation : letter;
}

// Unassigned code points stay: which they are depends on the version of Unicode.
const vanishing = /[\0\uFFFD]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const ideograph =
  /[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

function fold(text: string): string {
  const clean = text
    .replace(vanishing, "")
    .replace(/\p{White_Space}/gu, " ")
    .replace(ideograph, " $& ");
  const bare = clean.normalize("NFD").replace(/\p{Mn}/gu, "");
  // Letter by letter, since a whole word would get the final sigma of Greek.
  return bare
    .replace(/\P{ASCII}/gu, (character) => character.toLowerCase())
    .replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
