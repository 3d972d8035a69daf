import { type EntryPlace, entryId } from "../../core/entry-id.ts";
import { contentDigest, type FingerprintKey } from "../../core/fingerprint.ts";
import { isFirstToken } from "../../core/generations.ts";
import { type Scope, systemTenant } from "../../core/scopes.ts";
import { openSealedText, sealText } from "./sealed-text.ts";

/**
 * Answers that are published: each under a name of its own, the slug, in versions that never change. The head of a slug
 * says which of them is shown, or that none is any more; the standing of the slug says which head counts.
 */

/** One version, as it is shown. Nothing of who asked, and nothing of how it was computed but the model, is in what is told. */
export interface AnswerVersion {
  readonly slug: string;
  readonly version: number;
  readonly text: string;
  readonly title: string | undefined;
  /** BCP 47, such as `en`. */
  readonly language: string | undefined;
  readonly model: string | undefined;
  /** When the answer was computed, and when this version was made. */
  readonly computedAt: number;
  readonly publishedAt: number;
  readonly tags: readonly string[];
  /** Where it came from; told to nobody but the administrator. */
  readonly source: { readonly tenant: string; readonly slot: string };
  /** What it lives by: scopes, and their tokens in base64url, as the entry had them, and that of the entry itself. */
  readonly generations: readonly (readonly [scope: string, token: string])[];
}

/** A call that is repeated to keep an answer fresh. */
export interface FreshPrompt {
  /** Of the endpoint, such as `/v1/chat/completions`, or below `/u/{upstream}`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Credentials, as texts with the names of environment variables in them, such as `Bearer ${OPENAI_API_KEY}`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly everyMs: number;
}

/** What was decided of a slug: to show a version, or none. */
export interface AnswerHead {
  /** Of the decision. */
  readonly id: string;
  readonly slug: string;
  readonly state: "live" | "draft" | "withdrawn";
  /** The version that is shown; none where a prompt has to be asked again before anything can be. */
  readonly current: number | undefined;
  /** The newest. */
  readonly latest: number;
  /** See `changeTime`. */
  readonly changedAt: number;
  readonly prompt: FreshPrompt | undefined;
  /** When the prompt was last answered, and when it was last tried in vain, since then. */
  readonly refreshedAt: number | undefined;
  readonly failed: { readonly at: number; readonly reason: string } | undefined;
}

/** Which head of a slug counts, and the generation that the slug had when that was begun to be decided, in base64url. */
export interface AnswerStanding {
  readonly head: string;
  readonly generation: string;
}

/** Whether the slug was not withdrawn since, by the `token` that it has now. */
export function isInForce({ generation }: AnswerStanding, token: Uint8Array | undefined): boolean {
  return isSameGeneration(generation, token);
}

/** Withdrawing a slug renews it. */
export function slugScope(slug: string): Scope {
  return { tenant: systemTenant, name: `all:answer:${slug}` };
}

/**
 * Whether the scope of one of its generations was not taken back since, by the `token` that the scope has now. A token that is
 * lost, or that began anew, is no sign of that: what was reviewed and published is not forgotten by accident.
 */
export function isSpared({ generations }: AnswerVersion, index: number, token: Uint8Array | undefined): boolean {
  const [, remembered] = generations[index] as readonly [string, string];
  return isSameGeneration(remembered, token);
}

function isSameGeneration(remembered: string, token: Uint8Array | undefined): boolean {
  return token === undefined || isFirstToken(token) || tokenText(token) === remembered;
}

/** As versions and standings remember it. */
export function tokenText(token: Uint8Array): string {
  return Buffer.from(token).toString("base64url");
}

/** Everything that was made of this entry: taken back with it, shown or not. */
export function sourceScope({ tenant, slot }: Pick<EntryPlace, "tenant" | "slot">): Scope {
  return { tenant: systemTenant, name: `all:entry:${contentDigest(entryId(tenant, slot))}` };
}

/**
 * When the head changes that was `before`, for what comes in its place. Dates in HTTP are whole seconds, and clocks of
 * gateways differ, so each change has a second of its own, later than that of the one before: one date never stands for two
 * versions. What was never shown has none that anybody could know.
 */
export function changeTime(before: AnswerHead | undefined, now: number): number {
  const isKnown = before !== undefined && before.state !== "draft";
  return Math.trunc(isKnown ? Math.max(now, before.changedAt + 1_000) : now);
}

export const slugRule = "must be 1 to 100 of the characters a-z 0-9 -, with a letter or a digit at both ends";

export function isSlug(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(text);
}

/** Versions of one slug that are kept; each takes a number for good. */
export const mostVersions = 100_000;

export function standingKey(slug: string): string {
  return `edge-answer:${slug}`;
}

export function headKey(slug: string, id: string): string {
  return `edge-answer:${slug}:head:${id}`;
}

export function versionKey(slug: string, version: number): string {
  return `edge-answer:${slug}:${version}`;
}

/** Places that slugs take, by which all of them can be listed. */
export function placeKey(place: number): string {
  return `edge-answers:${place}`;
}

export function encode(
  secret: FingerprintKey,
  key: string,
  record: AnswerStanding | AnswerHead | AnswerVersion,
): Uint8Array {
  return sealText(secret, key, JSON.stringify(record));
}

/** `undefined` for what is absent, damaged, or not ours. */
export function decodeStanding(
  secret: FingerprintKey,
  slug: string,
  value: Uint8Array | undefined,
): AnswerStanding | undefined {
  return decode(secret, standingKey(slug), value);
}

/** As `decodeStanding`. */
export function decodeHead(
  secret: FingerprintKey,
  slug: string,
  id: string,
  value: Uint8Array | undefined,
): AnswerHead | undefined {
  return decode(secret, headKey(slug, id), value);
}

/** As `decodeStanding`. */

export function decodeVersion(
  secret: FingerprintKey,
  slug: string,
  version: number,
  value: Uint8Array | undefined,
): AnswerVersion | undefined {
  return decode(secret, versionKey(slug, version), value);
}

function decode<T>(secret: FingerprintKey, key: string, value: Uint8Array | undefined): T | undefined {
  const text = value && openSealedText(secret, key, value);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
