/**
 * Whether a text holds what a model reads and people do not see: letters as tags (the block at U+E0000 repeats ASCII, unseen;
 * "ASCII smuggling"), bytes as variation selectors, rows of characters without a width, control characters, and those that
 * no standard gives a meaning (private use, unassigned). Whoever asks a usual question with an order behind it that nobody
 * sees would have its answer stored for all who ask the question: such texts are neither remembered nor compared, in
 * any language.
 *
 * Left alone is what writing needs: tags in flags, a selector behind a sign, a joiner in emoji and in Persian, soft hyphens,
 * marks of direction.
 */
export function hidesText(text: string): boolean {
  return !plain.test(text) && hidden.test(text.replace(flag, ""));
}

/** What most texts are. */
const plain = /^[\t\n\r\f\v\x20-\x7e]*$/;

/** England, Scotland, Wales: a black flag with tags behind it (UTS 51, ED-14a). */
const flag = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;

const hidden = new RegExp(
  [
    "[\\u{e0000}-\\u{e007f}]",
    // A selector chooses the form of one sign, and those above the first sixteen that of an ideograph.
    "[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]{2}|(?<!\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]",
    "(?:[\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2060-\\u206f\\u3164\\ufeff\\uffa0]\\s*){4}",
    "\\p{Co}|\\p{Cn}|\\p{Cs}|(?![\\t\\n\\r\\f\\v\\x85])\\p{Cc}",
  ].join("|"),
  "u",
);
