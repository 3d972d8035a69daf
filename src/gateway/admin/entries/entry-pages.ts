import type { Clock } from "../../../core/clock.ts";
import { withDeadline } from "../../../core/deadline.ts";
import { RepriseError, StoreUnavailableError } from "../../../core/errors.ts";
import type { Store } from "../../../core/store.ts";
import { foreignCursor, type ListableStore, type ListingPage, type ListingQuery } from "../../../core/store-listing.ts";
import { nextTurn } from "../../../vectors/next-turn.ts";
import { type KeptAnswer, keptAnswers } from "./kept-answer.ts";

/**
 * Entries in pages, out of a store that holds much besides. The store is read in chunks until a page is full, and no
 * page looks at more than `mostExamined` values or begins another chunk after `pageMs`: with a filter that fits little a
 * page may hold less than was asked for, or nothing, and still lead on to a next one. Between chunks whatever else has
 * come in has its turn, and a chunk of large answers that takes longer than `turnMs` ends the page where it is. A page
 * that ends in the middle of a chunk goes on behind the last entry it has looked at.
 */

export interface EntryPagesParts {
  /** What is listed. */
  readonly listed: ListableStore;
  /** Through which answers that questions lead to are read. */
  readonly store: Pick<Store, "get">;
  readonly clock: Clock;
}

export interface EntryPageQuery {
  readonly tenant?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly fits: (kept: KeptAnswer) => boolean;
}

export interface EntryPage {
  readonly entries: readonly KeptAnswer[];
  readonly cursor: string | undefined;
  readonly isNewestFirst: boolean;
}

const chunkItems = 100;
const mostExamined = 5_000;
const pageMs = 25;
const turnMs = 25;
/** A store that is away is not waited for. */
const deadlineMs = 5_000;

/** Where a page begins: at a chunk of the store, behind the entry of this name where there is one. */
interface Place {
  readonly chunk: string | undefined;
  readonly behind: string | undefined;
}

/** @throws InvalidOptionError for a cursor that is none; StoreUnavailableError where the store cannot be asked. */
export async function entryPage(parts: EntryPagesParts, query: EntryPageQuery): Promise<EntryPage> {
  const { clock } = parts;
  const startedAt = clock.monotonic();
  const entries: KeptAnswer[] = [];
  let place = readCursor(query.cursor);
  let examined = 0;
  let isNewestFirst = false;
  for (;;) {
    const page = await chunkAt(parts, query.tenant, place.chunk);
    isNewestFirst = page.isNewestFirst === true;
    const answers = await keptAnswers(page.items, parts.store);
    const arrivedAt = clock.monotonic();
    const from = place.behind === undefined ? 0 : answers.findIndex((one) => nameOf(one) === place.behind) + 1;
    for (const one of answers.slice(from)) {
      if (query.fits(one)) entries.push(one);
      const isEnough = entries.length >= query.limit || clock.monotonic() - arrivedAt > turnMs;
      if (isEnough) return { entries, cursor: cursorBehind(one, answers, place, page.cursor), isNewestFirst };
    }
    examined += page.items.length;
    if (page.cursor === undefined) return { entries, cursor: undefined, isNewestFirst };
    place = { chunk: page.cursor, behind: undefined };
    if (examined >= mostExamined || clock.monotonic() - startedAt > pageMs)
      return { entries, cursor: writeCursor(place), isNewestFirst };
    await nextTurn();
  }
}

/** Where the store's listing goes on, when it fails in words of its own, or not at all. */
async function chunkAt(
  { listed, clock }: EntryPagesParts,
  tenant: string | undefined,
  cursor: string | undefined,
): Promise<ListingPage> {
  const query: ListingQuery = {
    limit: chunkItems,
    newestFirst: true,
    ...(tenant !== undefined && { tenant }),
    ...(cursor !== undefined && { cursor }),
  };
  const away = (cause?: unknown) =>
    new StoreUnavailableError({ message: `The ${listed.name} store cannot be listed at present.`, cause });
  try {
    return await withDeadline(Promise.resolve(listed.list(query)), deadlineMs, clock, () => {
      throw away();
    });
  } catch (error) {
    throw RepriseError.isInstance(error) ? error : away(error);
  }
}

function cursorBehind(
  last: KeptAnswer,
  answers: readonly KeptAnswer[],
  { chunk }: Place,
  next: string | undefined,
): string | undefined {
  if (last !== answers.at(-1)) return writeCursor({ chunk, behind: nameOf(last) });
  return next === undefined ? undefined : writeCursor({ chunk: next, behind: undefined });
}

function nameOf({ tenant, key }: KeptAnswer): string {
  return `${key} ${tenant}`;
}

function writeCursor({ chunk, behind }: Place): string {
  return Buffer.from(JSON.stringify([chunk ?? null, behind ?? null]), "utf8").toString("base64url");
}

function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return { chunk: undefined, behind: undefined };
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(read) || read.length !== 2) throw foreignCursor();
    const [chunk, behind] = read.map((part: unknown) => {
      if (part !== null && typeof part !== "string") throw foreignCursor();
      return part ?? undefined;
    });
    return { chunk, behind };
  } catch {
    throw foreignCursor();
  }
}
