import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { isFromAhead } from "../../core/freshness.ts";
import type { EdgeSettings } from "../../edge-options.ts";
import {
  type AnswerForm,
  answersPrefix,
  bodyOf,
  formOf,
  mediaTypeOf,
  safetyFieldsOf,
} from "../../layers/edge/answer-forms.ts";
import { type EdgeLabels, fieldsReadBy, labelFields } from "../../layers/edge/edge-labels.ts";
import { isAnyTold, lifetimeFields } from "../../layers/edge/lifetime-fields.ts";
import {
  type AnswerHead,
  type AnswerVersion,
  isSlug,
  slugRule,
  sourceScope,
} from "../../layers/edge/published-answer.ts";
import type { AttemptLimit } from "../attempt-limit.ts";
import type { AnswerRegistry } from "./answer-registry.ts";
import { EdgeDocument } from "./edge-document.ts";
import { refuse, sendDocument } from "./edge-reply.ts";
import type { ShownAnswer } from "./held-answers.ts";
import { refuseUnknown } from "./twin-route.ts";

export interface AnswerRouteParts {
  readonly registry: AnswerRegistry;
  readonly labels: EdgeLabels;
  readonly clock: Clock;
  readonly live: { readonly settings: EdgeSettings };
  readonly unknown: () => AttemptLimit;
  /** A prompt is to be answered anew; whoever asks gets what there is meanwhile. */
  readonly refresh: (slug: string) => void;
  /** What it was made of was taken back, by somebody who did not know that it is published. */
  readonly withdraw: (version: AnswerVersion) => void;
}

/** `GET /v1/answers/{slug}`, with `.txt` or `.html` behind it for another form. */
interface ShownVersion {
  readonly labels: Readonly<Record<string, string>>;
  readonly documents: Map<AnswerForm, EdgeDocument>;
}

interface Ages {
  /** The prompt is to be asked again. */
  readonly isDue: boolean;
  readonly freshMs: number;
  /** After that: while it is asked for anew, and where that fails. */
  readonly staleMs: number;
  readonly errorMs: number;
}

export class AnswerRoute {
  readonly #parts: AnswerRouteParts;
  #shown = new WeakMap<AnswerVersion, ShownVersion>();

  constructor(parts: AnswerRouteParts) {
    this.#parts = parts;
  }

  /** Other caches may be in front now, which learn labels by other fields. */
  forget(): void {
    this.#shown = new WeakMap();
  }

  /** `query`: `undefined` where there is none. Throws `StoreUnavailableError` where nobody knows. */
  serve(request: IncomingMessage, response: ServerResponse, path: string, query: string | undefined) {
    const { slug, form } = formOf(path.slice(answersPrefix.length));
    if (!isSlug(slug)) return refuse(response, 400, "invalid_slug", `The name of a published answer ${slugRule}.`);
    if (query !== undefined)
      return refuse(response, 400, "unexpected_query", "This URL has no query; with one it would be kept twice.");
    const shown = this.#parts.registry.shown(slug);
    if (shown !== undefined) return this.#show(request, response, shown, form);
    return this.#lookAndShow(request, response, slug, form);
  }

  async #lookAndShow(request: IncomingMessage, response: ServerResponse, slug: string, form: AnswerForm) {
    const { registry, unknown, withdraw } = this.#parts;
    const head = await registry.head(slug);
    if (head === undefined || head.state === "draft")
      return refuseUnknown(response, unknown(), request, "answer_not_found", "Nothing is published under this name.");
    if (head.state === "live" && head.current === undefined) {
      this.#parts.refresh(slug);
      throw new StoreUnavailableError({ message: `${slug} is being asked again` });
    }
    const version = head.current === undefined ? undefined : await registry.version(slug, head.current);
    const isAlive = version !== undefined && (await registry.isAlive(version));
    if (version !== undefined && !isAlive) withdraw(version);
    if (version === undefined || !isAlive)
      return refuse(response, 410, "answer_withdrawn", "What was published here was taken back.");
    return this.#show(request, response, { head, version }, form);
  }

  #show(request: IncomingMessage, response: ServerResponse, { head, version }: ShownAnswer, form: AnswerForm) {
    const ages = this.#agesOf(head);
    if (ages.isDue) this.#parts.refresh(head.slug);
    if (ages.errorMs < 0) throw new StoreUnavailableError({ message: `${head.slug} has become too old` });
    const shown = this.#shownOf(version);
    return sendDocument(request, response, {
      document: documentOf(shown, version, form),
      lastModifiedMs: this.#dateOf(head),
      fields: this.#fieldsOf(shown, ages),
      described: safetyFieldsOf(form),
    });
  }

  /** An earlier version may be shown again. What is still to come is not told (RFC 9110 section 8.8.2.1). */
  #dateOf({ changedAt }: AnswerHead): number | undefined {
    return changedAt <= this.#parts.clock.now() ? changedAt : undefined;
  }

  /** How long it is fresh from now on, and how long it may be served after that. */
  #agesOf({ prompt, refreshedAt }: AnswerHead): Ages {
    const { sharedMaxAge, staleWhileRevalidate, staleIfError } = this.#parts.live.settings;
    if (prompt === undefined || refreshedAt === undefined)
      return { isDue: false, freshMs: sharedMaxAge, staleMs: staleWhileRevalidate, errorMs: staleIfError };
    const now = this.#parts.clock.now();
    const freshMs = isFromAhead(refreshedAt, now) ? 0 : refreshedAt + prompt.everyMs - now;
    const past = Math.max(0, -freshMs);
    return {
      isDue: freshMs <= 0,
      freshMs: Math.min(sharedMaxAge, Math.max(0, freshMs)),
      staleMs: Math.max(0, staleWhileRevalidate - past),
      errorMs: staleIfError - past,
    };
  }

  #fieldsOf({ labels }: ShownVersion, { freshMs, staleMs, errorMs }: Ages) {
    return {
      ...lifetimeFields({
        isPublic: true,
        isTold: isAnyTold(this.#parts.live.settings.purge),
        maxAgeMs: this.#parts.live.settings.maxAge,
        sharedMaxAgeMs: freshMs,
        staleWhileRevalidateMs: staleMs,
        staleIfErrorMs: errorMs,
      }),
      ...labels,
      "cache-status": `reprise; hit; ttl=${Math.floor(freshMs / 1_000)}; detail=edge`,
      "x-ai-cache-status": "HIT",
      "x-ai-cache-layer": "edge",
    };
  }

  #shownOf(version: AnswerVersion): ShownVersion {
    const known = this.#shown.get(version);
    if (known !== undefined) return known;
    const { labels, live } = this.#parts;
    // Who takes back the entry takes back the slug, which has a label already.
    const entry = sourceScope(version.source).name;
    const scopes = version.generations.flatMap(([scope]) => (scope === entry ? [] : [{ scope }]));
    const own = [labels.ofAnswer(version.slug), ...labels.ofGenerations(scopes, version.source.tenant)];
    const needed = fieldsReadBy(Object.values(live.settings.purge));
    const shown = { labels: labelFields(own, needed), documents: new Map<AnswerForm, EdgeDocument>() };
    this.#shown.set(version, shown);
    return shown;
  }
}

function documentOf({ documents }: ShownVersion, version: AnswerVersion, form: AnswerForm): EdgeDocument {
  let document = documents.get(form);
  if (document === undefined) {
    document = new EdgeDocument(mediaTypeOf(form), bodyOf(version, form));
    documents.set(form, document);
  }
  return document;
}
