import type { Clock, Random } from "../../core/clock.ts";
import { type EntryPlace, readEntryId } from "../../core/entry-id.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { firstGeneration } from "../../core/generations.ts";
import { type Scope, scopeOf } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import {
  type AnswerHead,
  type AnswerVersion,
  changeTime,
  type FreshPrompt,
  tokenText,
} from "../../layers/edge/published-answer.ts";
import { wordsOf } from "../admin/entries/answer-text.ts";
import { statesOf } from "../admin/entries/entry-state.ts";
import { keptAt } from "../admin/entries/kept-answer.ts";
import { requestOf } from "../admin/entries/shown-entry.ts";
import { NotFoundError } from "../admin/problem.ts";
import type { AnswerRegistry } from "./answer-registry.ts";

/** Entries to published answers, and back. */

export interface AnswersParts {
  readonly registry: AnswerRegistry;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Caches in front are to forget what they have of this slug. */
  readonly changed: (slug: string) => Promise<void>;
}

/** What is said of an answer besides its text. */
export interface AnswerLabels {
  readonly title?: string | undefined;
  readonly language?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface PublishWish extends AnswerLabels {
  readonly slug: string;
  /** Make a version, and show it to nobody yet. */
  readonly isDraft: boolean;
  readonly prompt?: FreshPrompt | undefined;
}

export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** The entry `id` becomes the newest version. Rejects with `InvalidOptionError`, `NotFoundError`, `StoreUnavailableError`. */
  async publish(id: string, wish: PublishWish): Promise<AnswerHead> {
    const { registry, clock } = this.#parts;
    const { slug, title, language, prompt, isDraft } = wish;
    const before = await registry.head(slug);
    const shown = before && (await registry.version(slug, before.current ?? before.latest));
    const content = await this.#contentOf(id, wish.tags ?? []);
    const publishedAt = Math.trunc(clock.now());
    const labels = { title: title ?? shown?.title, language: language ?? shown?.language };
    const { version } = await registry.addVersion({ slug, ...labels, ...content, publishedAt });
    const draft = { state: before?.state ?? "draft", current: before?.current } as const;
    const head: AnswerHead = {
      slug,
      ...(isDraft ? draft : { state: "live", current: version }),
      latest: Math.max(version, before?.latest ?? 0),
      changedAt: changeTime(before, publishedAt),
      prompt: prompt ?? (isDraft ? before?.prompt : undefined),
      refreshedAt: prompt === undefined ? undefined : content.computedAt,
      failed: undefined,
    };
    return this.#set(head, isDraft ? undefined : before);
  }

  /** An earlier version, or a draft, is shown from now on. */
  async show(slug: string, version: number): Promise<AnswerHead> {
    const { registry, clock } = this.#parts;
    const before = await registry.head(slug);
    const wanted = before && (await registry.version(slug, version));
    if (before === undefined || wanted === undefined)
      throw new NotFoundError(`There is no version ${version} of ${slug}.`);
    if (!(await registry.isAlive(wanted)))
      throw wrong("version", "must be one that nothing was taken back of; publish a new answer");
    const head = { ...before, state: "live", current: version, changedAt: changeTime(before, clock.now()) } as const;
    return this.#set({ ...head, prompt: undefined, refreshedAt: undefined, failed: undefined }, before);
  }

  async unpublish(slug: string): Promise<AnswerHead> {
    const { registry, clock } = this.#parts;
    const before = await registry.head(slug);
    if (before === undefined) throw new NotFoundError(`Nothing is published under ${slug}.`);
    const changedAt = changeTime(before, clock.now());
    return this.#set({ ...before, state: "withdrawn", current: undefined, changedAt, prompt: undefined }, before);
  }

  /**
   * Withdraws what lives by something that was taken back, or was made of one of these entries; returns the slugs. What else
   * was made of those entries is not to be shown again either.
   */
  async withdrawDead(places: readonly EntryPlace[]): Promise<readonly string[]> {
    const { registry } = this.#parts;
    await registry.takeBack(places);
    const gone: string[] = [];
    for (const { slug, current } of await registry.heads()) {
      const version = current === undefined ? undefined : await registry.version(slug, current);
      if (version === undefined || (await registry.isAlive(version))) continue;
      await this.withdraw(version);
      gone.push(slug);
    }
    return gone;
  }

  /**
   * Nothing is shown any more if it is this. So it stays, also should the store forget what was taken back. What comes from a
   * prompt is due to be asked again.
   */
  async withdraw({ slug, version }: AnswerVersion): Promise<void> {
    const { registry, clock } = this.#parts;
    const head = await registry.head(slug);
    if (head?.current !== version) return;
    if (head.prompt === undefined) await this.unpublish(slug);
    else {
      const changedAt = changeTime(head, clock.now());
      await this.#set({ ...head, current: undefined, changedAt, refreshedAt: undefined, failed: undefined }, head);
    }
  }

  /** What is shown under the slug changes: caches hear of it when it is in the store. */
  async #set(head: AnswerHead, before: AnswerHead | undefined): Promise<AnswerHead> {
    await this.#parts.registry.setHead(head);
    // Who withdraws it once more may do so because caches could not be told the first time.
    if (before?.state === "live" || head.state === "withdrawn") await this.#parts.changed(head.slug);
    return head;
  }

  async #contentOf(id: string, tags: readonly string[]) {
    const place = readEntryId(id);
    if (place === undefined) throw wrong("entry", "must be the id of an entry, as X-AI-Cache-Entry tells it");
    const { tenant, slot } = place;
    const { registry, store, clock } = this.#parts;
    const own = await registry.generationOf(place);
    const [value] = await store.get(tenant, [slot]);
    const kept = keptAt(tenant, slot, value);
    const entry = kept?.entry;
    const [state = "dead"] = await statesOf([entry], store, clock.now());
    if (entry === undefined || state === "dead")
      throw new NotFoundError(`Nothing is stored under ${id.slice(0, 200)}.`);
    if (requestOf(entry).ofUser) throw wrong("entry", "must not have been computed for one user");
    const { text, finish, toolCalls } = wordsOf(entry);
    if (kept?.layer !== "exact" || text === "" || toolCalls.length > 0 || (finish !== undefined && finish !== "stop"))
      throw wrong("entry", "must be an answer in words that came to its end, and calls no tools");
    const { note, lifetime, generations } = entry;
    const more = tags.filter((tag) => !note.tags.includes(tag));
    return {
      text,
      model: note.model,
      computedAt: Math.trunc(lifetime.createdAt),
      tags: [...note.tags, ...more],
      source: { tenant, slot },
      generations: [
        ...generations.map(({ scope, token }) => [scope, tokenText(token)] as const),
        ...(await this.#generationsOf(more.flatMap((tag) => bothOf(tag, tenant)))),
        own,
      ],
    };
  }

  /** Their tokens, from now on. */
  #generationsOf(scopes: readonly Scope[]) {
    const { store, random } = this.#parts;
    return Promise.all(
      scopes.map(async (scope) => [scope.name, tokenText(await firstGeneration(store, scope, random))] as const),
    );
  }
}

function bothOf(tag: string, tenant: string): readonly Scope[] {
  return [scopeOf("tag", tag, undefined), scopeOf("tag", tag, tenant)];
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, { message: `${path} ${rule}.`, rule });
}
