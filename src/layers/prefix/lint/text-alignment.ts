/**
 * Where two texts part, and where they come together again, which they do where 24 characters are equal. First the
 * surroundings are searched, nearest first; then anchors of 24 characters at every eighth place of the one text are looked up
 * at every place of the other. What is found is extended to both sides. Linear in the lengths, which is why moved
 * parts are seen as taken out here and put in there.
 */

/** What stands in one text in place of something else in the other; either may be empty. */
export interface Hunk {
  readonly before: Span;
  readonly after: Span;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Alignment {
  /** Characters that are equal from the start. */
  readonly offset: number;
  /** Characters behind it that are equal. */
  readonly rejoined: number;
  readonly hunks: readonly Hunk[];
}

const anchorLength = 24;
const stride = 8;
const surroundings = 96;
/** More is not looked at. */
const longest = 200_000;

export function align(before: string, after: string): Alignment {
  const offset = commonStart(before, after);
  const ends = { before: Math.min(before.length, longest), after: Math.min(after.length, longest) };
  const anchors = anchorsOf(before, offset, ends.before);
  const hunks: Hunk[] = [];
  let rejoined = 0;
  let [from, to] = [offset, offset];
  for (let place = to; place + anchorLength <= ends.after; place++) {
    const near = place === to ? nearby(before, after, from, to) : undefined;
    if (near !== undefined) place = near.after;
    const found = near?.before ?? anchors.get(after.slice(place, place + anchorLength))?.find((one) => one >= from);
    if (found === undefined) continue;
    const back = commonEnd(before, after, { from, before: found, to, after: place });
    const start = { before: found - back, after: place - back };
    const length = back + commonStart(before, after, found, place);
    hunks.push({ before: { start: from, end: start.before }, after: { start: to, end: start.after } });
    rejoined += length;
    from = start.before + length;
    to = start.after + length;
    place = to - 1;
  }
  if (from === before.length && to === after.length) return { offset, rejoined, hunks };
  const rest = restOf(before, after, from, to);
  return { offset, rejoined: rejoined + before.length - rest.before.end, hunks: [...hunks, rest] };
}

/** In texts that repeat themselves the nearest place is the right one. */
function nearby(before: string, after: string, from: number, to: number) {
  for (let apart = 0; apart <= surroundings; apart++) {
    for (let back = 0; back <= apart; back++) {
      const place = to + apart - back;
      if (place + anchorLength > after.length || from + back + anchorLength > before.length) continue;
      // Most places are told apart by their first letters.
      if (before.charCodeAt(from + back) !== after.charCodeAt(place)) continue;
      if (commonStart(before, after, from + back, place, anchorLength) === anchorLength)
        return { before: from + back, after: place };
    }
  }
  return undefined;
}

/** The last hunk may end in what is equal but too short for an anchor. */
function restOf(before: string, after: string, from: number, to: number): Hunk {
  const back = commonEnd(before, after, { from, before: before.length, to, after: after.length });
  return { before: { start: from, end: before.length - back }, after: { start: to, end: after.length - back } };
}

function anchorsOf(text: string, from: number, end: number): ReadonlyMap<string, number[]> {
  const anchors = new Map<string, number[]>();
  for (let place = from; place + anchorLength <= end; place += stride) {
    const anchor = text.slice(place, place + anchorLength);
    const places = anchors.get(anchor);
    if (places === undefined) anchors.set(anchor, [place]);
    else places.push(place);
  }
  return anchors;
}

/** How many characters are equal from these places on. */
export function commonStart(
  before: string,
  after: string,
  from = 0,
  to = from,
  limit = Number.MAX_SAFE_INTEGER,
): number {
  const most = Math.min(before.length - from, after.length - to, limit);
  let length = 0;
  while (length < most && before.charCodeAt(from + length) === after.charCodeAt(to + length)) length++;
  return length;
}

interface Ends {
  readonly from: number;
  readonly before: number;
  readonly to: number;
  readonly after: number;
}

function commonEnd(before: string, after: string, ends: Ends): number {
  const most = Math.min(ends.before - ends.from, ends.after - ends.to);
  let length = 0;
  while (length < most && before.charCodeAt(ends.before - length - 1) === after.charCodeAt(ends.after - length - 1))
    length++;
  return length;
}
