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
  /** Of the slug, where the decision was begun earlier. */
  readonly generation?: string | undefined;
}

export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** The entry `id` becomes the newest version. Rejects with `InvalidOptionError`, `NotFoundError`, `StoreUnavailableError`. */
  async publish(id: string, wish: PublishWish): Promise<AnswerHead> {
    const { registry } = this.#parts;
    const { slug, prompt, isDraft } = wish;
    const generation = wish.generation ?? (await registry.generation(slug));
    const { version, computedAt, publishedAt } = await this.#addVersion(id, wish, await registry.head(slug));
    const before = await registry.head(slug);
    const latest = Math.max(version, before?.latest ?? 0);
    if (isDraft && before !== undefined) return registry.amend({ ...before, latest });
    const head = {
      slug,
      state: isDraft ? "draft" : "live",
      current: isDraft ? undefined : version,
      latest,
      changedAt: changeTime(before, publishedAt),
      prompt,
      refreshedAt: prompt === undefined ? undefined : computedAt,
      failed: undefined,
    } as const;
    return this.#decide(head, generation, before);
  }

  /** The entry `id` is the next answer to the prompt of `head`, if that still counts. Rejects as `publish`. */
  async renew(head: AnswerHead, id: string): Promise<void> {
    const { registry } = this.#parts;
    const { slug, current, latest } = head;
    const shown = await registry.version(slug, current ?? latest);
    const { version, computedAt, publishedAt } = await this.#addVersion(id, { slug, tags: shown?.tags }, head);
    const now = await registry.head(slug);
    if (!isStill(head, now)) return;
    const renewed = { current: version, latest: Math.max(version, now.latest), refreshedAt: computedAt };
    await registry.amend({ ...now, ...renewed, changedAt: changeTime(now, publishedAt), failed: undefined });
    await this.#parts.changed(slug);
  }

  /** An earlier version, or a draft, is shown from now on. */
  async show(slug: string, version: number): Promise<AnswerHead> {
    const { registry, clock } = this.#parts;
    const generation = await registry.generation(slug);
    const before = await registry.head(slug);
    const wanted = before && (await registry.version(slug, version));
    if (before === undefined || wanted === undefined)
      throw new NotFoundError(`There is no version ${version} of ${slug}.`);
    if (!(await registry.isAlive(wanted)))
      throw wrong("version", "must be one that nothing was taken back of; publish a new answer");
    // It is there, and nothing else would follow it: no cache has to forget anything.
    if (before.state === "live" && before.current === version && before.prompt === undefined) return before;
    const head = { ...before, state: "live", current: version, changedAt: changeTime(before, clock.now()) } as const;
    const decided = { ...head, prompt: undefined, refreshedAt: undefined, failed: undefined };
    return this.#decide(decided, generation, before);
  }

  async unpublish(slug: string): Promise<AnswerHead> {
    const { registry, clock } = this.#parts;
    const before = await registry.head(slug);
    if (before === undefined) throw new NotFoundError(`Nothing is published under ${slug}.`);
    const head = await registry.withdraw(before, changeTime(before, clock.now()));
    // Who withdraws it once more may do so because caches could not be told the first time.
    await this.#parts.changed(slug);
    return head;
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
    const state = head.prompt === undefined ? "withdrawn" : head.state;
    const changedAt = changeTime(head, clock.now());
    await registry.amend({ ...head, state, current: undefined, changedAt, refreshedAt: undefined, failed: undefined });
    await this.#parts.changed(slug);
  }

  /** What is shown under the slug changes: caches hear of it when it is in the store. Resolves with what counts then. */
  async #decide(decided: Omit<AnswerHead, "id">, generation: string, before: AnswerHead | undefined) {
    const { registry, changed } = this.#parts;
    const head = await registry.setHead(decided, generation);
    if (before?.state === "live") await changed(head.slug);
    return (await registry.head(head.slug)) ?? head;
  }

  async #addVersion(id: string, wish: AnswerLabels & { readonly slug: string }, before: AnswerHead | undefined) {
    const { registry, clock } = this.#parts;
    const { slug, title, language, tags = [] } = wish;
    const shown = before && (await registry.version(slug, before.current ?? before.latest));
    const labels = { title: title ?? shown?.title, language: language ?? shown?.language };
    const content = await this.#contentOf(id, tags);
    return registry.addVersion({ slug, ...labels, ...content, publishedAt: Math.trunc(clock.now()) });
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
    if (entry.note.personal !== undefined) {
      const rule = `must hold no personal data (${entry.note.personal.join(", ")})`;
      throw wrong("entry", `${rule}; what is meant for everybody is named in personalDataExcept`);
    }
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

/** Whether nothing else was decided since. */
export function isStill(head: AnswerHead, now: AnswerHead | undefined): now is AnswerHead {
  return now?.id === head.id && now.state === "live";
}

function bothOf(tag: string, tenant: string): readonly Scope[] {
  return [scopeOf("tag", tag, undefined), scopeOf("tag", tag, tenant)];
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, { message: `${path} ${rule}.`, rule });
}
