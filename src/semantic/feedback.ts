import { z } from "zod";
import { type EntryPlace, readEntryId } from "../core/entry-id.ts";
import { InvalidOptionError } from "../core/errors.ts";
import type { Invalidated } from "../storage/invalidation.ts";
import type { SemanticPath } from "./semantic-path.ts";

/** What people say about answers that were served. */

const entryRule = "must be the id of an entry, as X-AI-Cache-Entry tells it";
const verdictRule = 'must be "right" or "wrong"';
const noteRule = "must be a text of at most 2000 characters";

/** The admin API reads its requests by this, too. */
export const feedbackSchema = z.strictObject(
  {
    entry: z
      .string(entryRule)
      .refine((id) => readEntryId(id) !== undefined, entryRule)
      .meta({ description: "The `X-AI-Cache-Entry` of the answer." }),
    verdict: z.enum(["right", "wrong"], verdictRule).meta({ description: "Whether it answered what was asked." }),
    note: z.string(noteRule).max(2000, noteRule).optional().meta({ description: "For the log; it is not stored." }),
  },
  "must be an object with `entry` and `verdict`",
);

export interface Feedback {
  /** The `X-AI-Cache-Entry` of the answer. */
  readonly entry: string;
  readonly verdict: "right" | "wrong";
  /** For the log; it is not stored. */
  readonly note?: string;
}

export interface FeedbackTaken {
  /** The answer is never served for that question again. */
  readonly blocked: boolean;
  /** The answer was removed: it had been given to the very same question. */
  readonly removed: boolean;
}

export interface FeedbackParts {
  readonly semantic: Pick<SemanticPath, "report"> | undefined;
  readonly invalidate: (wish: { readonly keys: readonly string[] }) => Promise<Invalidated>;
}

/**
 * A wrong answer to a like question is kept from that question; a wrong answer to the question itself is removed.
 *
 * @throws InvalidOptionError naming the field that breaks its rule.
 */
export async function takeFeedback(parts: FeedbackParts, feedback: Feedback): Promise<FeedbackTaken> {
  const reading = feedbackSchema.safeParse(feedback);
  if (!reading.success) throw mistakenBy(reading.error.issues[0] as z.core.$ZodIssue);
  const { entry, verdict } = reading.data;
  const place = readEntryId(entry) as EntryPlace;
  const right = verdict === "right";
  if (place.question !== undefined) {
    await parts.semantic?.report(place as Required<EntryPlace>, right);
    return { blocked: !right && parts.semantic !== undefined, removed: false };
  }
  if (right) return { blocked: false, removed: false };
  const { entries } = await parts.invalidate({ keys: [entry] });
  return { blocked: false, removed: entries > 0 };
}

function mistakenBy(issue: z.core.$ZodIssue): InvalidOptionError {
  const isUnknown = issue.code === "unrecognized_keys";
  const name = isUnknown ? String(issue.keys[0]) : issue.path.map(String).join(".") || "feedback";
  return new InvalidOptionError(name, {
    message: isUnknown
      ? `${name} is not a field of feedback; there are entry, verdict, note.`
      : `${name} ${issue.message}.`,
    remedy: 'Send {"entry": "…", "verdict": "wrong"} with the X-AI-Cache-Entry of the answer.',
  });
}
