import { z } from "zod";
import type { SealedEntry } from "../../../core/entry.ts";
import { entryId } from "../../../core/entry-id.ts";
import { cut, previewOf, wordsOf } from "./answer-text.ts";
import type { EntryState } from "./entry-state.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import { type LikeQuestions, likeQuestionsSchema } from "./like-questions.ts";

/** How an entry is shown: in a row of a list, and by itself. */

const instant = (description: string) => z.iso.datetime().meta({ description });

export const entrySchema = z.object({
  id: z.string().meta({ description: "As `X-AI-Cache-Entry` tells it; opaque." }),
  layer: z
    .enum(["exact", "semantic", "embedding"])
    .meta({ description: "`semantic`: a question that is led to the answer of this id." }),
  tenant: z.string(),
  state: z.enum(["fresh", "stale", "dead"]).meta({
    description: "`dead`: taken back, or too old to be served even where the origin fails.",
  }),
  protocol: z.string().optional().meta({ description: "`value`: what a program computed." }),
  model: z.string().optional().meta({ description: "As it was asked for." }),
  answeredBy: z.string().optional().meta({ description: "The model that the answer names." }),
  tags: z.array(z.string()).meta({ description: "Those that begin with `src:` name what it was made from." }),
  origin: z.string().optional().meta({ description: "The upstream that computed it." }),
  by: z.string().optional().meta({
    description: "For whom it was computed: `key:` and the id of a virtual key, or a member of a shared scope.",
  }),
  createdAt: instant("When the origin was called.").optional(),
  expiresAt: instant("Until then it is fresh.").optional(),
  deleteAt: instant("Then it is gone.").optional(),
  bytes: z.int().meta({ description: "As it is stored." }),
  question: z.string().optional().meta({ description: "The beginning of it, where it is kept." }),
  answer: z.string().optional().meta({ description: "The beginning of its text." }),
});

export const entryDetailSchema = entrySchema.extend({
  request: z
    .object({
      model: z.string().optional(),
      namespace: z.string(),
      version: z.string(),
      ofUser: z
        .boolean()
        .meta({ description: "It was computed for one user of the tenant; who that is, is not kept." }),
    })
    .meta({ description: "What of the request it can be taken back by." }),
  answer: z.string().meta({ description: "Its text, cut after 64 KB." }),
  finish: z.string().optional().meta({ description: "Why it ended." }),
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.string() })),
  usage: z
    .object({
      inputTokens: z.number(),
      cachedInputTokens: z.number(),
      cacheWriteTokens: z.number(),
      hourWriteTokens: z.number().optional().meta({ description: "Of these, those that are kept for an hour." }),
      outputTokens: z.number(),
      reasoningTokens: z.number(),
    })
    .optional(),
  likeQuestions: likeQuestionsSchema.optional().meta({ description: "Where any are known." }),
  headers: z.record(z.string(), z.string()).meta({ description: "Of an answer in the form in which it is stored." }),
  lifetime: z.object({
    ageMs: z.int(),
    ttlMs: z.int().meta({ description: "Negative: how long ago it ceased to be fresh." }),
    revalidateUntil: instant("Until then it is served while it is refreshed."),
    errorUntil: instant("Until then it is served where the origin fails."),
  }),
});

export type ShownEntry = z.output<typeof entrySchema>;

const previewLength = 200;
const answerLength = 64 * 1024;

export function shownEntry(kept: KeptAnswer, state: EntryState, words = wordsIn(kept)): ShownEntry {
  const { layer, tenant, slot, entry, bytes } = kept;
  const common = { id: entryId(tenant, slot), layer, tenant, state, bytes };
  const question = questionOf(kept);
  const asked = question === undefined ? {} : { question: previewOf(question, previewLength) };
  if (entry === undefined) return { ...common, tags: [], ...asked };
  const { note, lifetime } = entry;
  const { model } = requestOf(entry);
  return {
    ...common,
    protocol: note.protocol,
    ...(model !== undefined && { model }),
    ...(note.model !== undefined && { answeredBy: note.model }),
    tags: [...note.tags],
    ...(note.origin !== undefined && { origin: note.origin }),
    ...(note.by !== undefined && { by: note.by }),
    createdAt: instantOf(lifetime.createdAt),
    expiresAt: instantOf(lifetime.staleAt),
    deleteAt: instantOf(lifetime.deleteAt),
    ...asked,
    answer: previewOf(words, previewLength),
  };
}

export function detailedEntry(
  kept: KeptAnswer & { readonly entry: SealedEntry },
  state: EntryState,
  now: number,
  likeQuestions: LikeQuestions | undefined,
): z.output<typeof entryDetailSchema> {
  const { entry } = kept;
  const { lifetime, note } = entry;
  const { text, finish, toolCalls } = wordsOf(entry);
  return {
    ...shownEntry(kept, state, text),
    request: requestOf(entry),
    answer: cut(text, answerLength),
    ...(finish !== undefined && { finish }),
    toolCalls: toolCalls.map((call) => ({ name: call.name, arguments: cut(call.arguments, answerLength) })),
    ...(note.usage !== undefined && { usage: { ...note.usage } }),
    ...(likeQuestions !== undefined && { likeQuestions }),
    headers: { "content-type": entry.form === "events" ? "text/event-stream" : "application/json" },
    lifetime: {
      ageMs: Math.round(Math.max(0, now - lifetime.createdAt)),
      ttlMs: Math.round(lifetime.staleAt - now),
      revalidateUntil: instantOf(lifetime.revalidateUntil),
      errorUntil: instantOf(lifetime.errorUntil),
    },
  };
}

/** The question that led to it, or that it was given to. */
export function questionOf({ question, entry }: KeptAnswer): string | undefined {
  return question ?? entry?.note.question;
}

/** What the scopes of an entry tell of its request. Long names stand there as digests. */
export function requestOf({ generations }: SealedEntry) {
  const named = (kind: string) =>
    generations.find(({ scope }) => scope.startsWith(`${kind}:`))?.scope.slice(kind.length + 1);
  const model = named("model");
  return {
    ...(model !== undefined && model !== "" && { model }),
    namespace: named("namespace") ?? "",
    version: named("version") ?? "",
    ofUser: named("user") !== undefined,
  };
}

function wordsIn({ entry }: KeptAnswer): string {
  return entry === undefined ? "" : wordsOf(entry).text;
}

/** What never ends is told as the last instant there is. */
function instantOf(at: number): string {
  return new Date(Math.min(at, lastInstant)).toISOString();
}

const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
