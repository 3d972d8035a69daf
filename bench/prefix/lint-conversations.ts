import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { PromptSection } from "../../src/core/prompt.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";

/** Conversations of agents with tools, as the trace of tau-bench has them: every answer of the agent was one call. */

export interface Message {
  readonly role: string;
  readonly content: string | null;
}

export interface Tool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description: string; readonly parameters: object };
}

/** What a call sends. */
export interface SentPrompt {
  readonly tools: readonly Tool[];
  readonly messages: readonly Message[];
}

export function readConversations(path: string): readonly (readonly Message[])[] {
  const trajectories = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as { readonly traj: Message[] }[];
  return trajectories.map(({ traj }) => traj);
}

/** The prompts of a conversation, in their order. */
export function promptsOf(messages: readonly Message[], tools: readonly Tool[]): readonly SentPrompt[] {
  return messages.flatMap(({ role }, index) =>
    role === "assistant" ? [{ tools, messages: messages.slice(0, index) }] : [],
  );
}

export function sectionsOf({ tools, messages }: SentPrompt): readonly PromptSection[] {
  const body = { model: "gpt-4o", ...(tools.length > 0 && { tools }), messages };
  return openAiChat.parseRequest(Buffer.from(JSON.stringify(body)), "").prompt();
}

const text = (description: string) => ({ type: "string", description });

/** The trace has none; those of a desk of an airline, long enough to be worth a cache. */
export const tools: readonly Tool[] = (
  [
    ["find_booking", "Looks up one booking.", { code: text("Six letters or digits of the booking.") }],
    [
      "find_traveller",
      "Looks up who travels, with payment methods and status.",
      { traveller: text("The traveller's id.") },
    ],
    [
      "list_connections",
      "Connections between two airports on one day.",
      { from: text("Airport."), to: text("Airport.") },
    ],
    [
      "make_booking",
      "Books seats once the traveller has agreed to the price.",
      { legs: text("Legs."), card: text("Card.") },
    ],
    [
      "change_booking",
      "Changes legs of a booking that allows it.",
      { code: text("The booking."), legs: text("New legs.") },
    ],
    ["refund", "Pays back to the method that was used.", { code: text("The booking."), why: text("What happened.") }],
    [
      "hand_over",
      "Gives the conversation to a person, with a summary of it.",
      { summary: text("What was said so far.") },
    ],
    ["compute", "Computes a sum or a difference of prices.", { term: text("Such as 120.50 - 30.") }],
  ] as const
).map(([name, description, properties]) => ({
  type: "function",
  function: { name, description, parameters: { type: "object", properties, required: Object.keys(properties) } },
}));
