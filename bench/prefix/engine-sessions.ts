import { chanceOf } from "./routing-trace.ts";

/**
 * Conversations of support desks, made here: a few system prompts, several conversations with each, three turns. They begin
 * with a case of their own, as long as the system prompt, or with a mere question.
 */

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export const sessions = 12;
const desks = ["bicycles", "kitchens", "gardens", "boats", "lamps", "tents"];
const turns = 3;

export type Opening = "case" | "question";

export function systemPromptOf(session: number): string {
  const desk = desks[session % desks.length] as string;
  const rules = Array.from(
    { length: 24 },
    (_, rule) => `Rule ${rule + 1} for ${desk}: say what to do first, and then why.`,
  );
  return `You answer at the desk for ${desk}. ${rules.join(" ")}`;
}

export function questionOf(session: number, turn: number, opening: Opening): string {
  const detail = `part ${session + 1} of mine came loose, and I tried step ${turn + 1}, which made it worse. `;
  const times = opening === "case" && turn === 0 ? 12 : 2;
  return `In turn ${turn + 1}, ${detail.repeat(times)}What now?`;
}

/** The sessions in the order of their calls: each has its turn once in a round, in another order each time. */
export function callsOf(seed: number): readonly { readonly session: number; readonly turn: number }[] {
  const chance = chanceOf(seed);
  return Array.from({ length: turns }, (_, turn) =>
    Array.from({ length: sessions }, (_, session) => ({ session, turn, at: chance() }))
      .sort((one, other) => one.at - other.at)
      .map(({ session, turn }) => ({ session, turn })),
  ).flat();
}
