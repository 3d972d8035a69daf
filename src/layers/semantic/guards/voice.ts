import { instruments } from "./relation-words.ts";
import { isBehindBe, looksLikeParticiple, type Part, type Parts } from "./sentence-parts.ts";
import type { Shared, Texts } from "./shared-words.ts";

/**
 * Whether exactly one of the texts is a passive with these two as its patient and agent. If so, the two texts agree
 * where the words stand the other way round, and disagree where they stand alike.
 */
export function passiveFlip(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  const inAsked = agentOf(asked, one.asked, other.asked);
  const inFound =
    one.found.index < other.found.index
      ? agentOf(found, one.found, other.found)
      : agentOf(found, other.found, one.found);
  if (inAsked === inFound) return false;
  const active = inAsked ? [one.found, other.found] : [one.asked, other.asked];
  return active.every((part) => part.relation !== "by");
}

/** Whether `patient` stands before the verb of a passive and `agent` behind its `by`. */
function agentOf(parts: Parts, patient: Part, agent: Part): boolean {
  return parts.passives.some(
    ({ verb, by }) =>
      patient.index < verb &&
      patient.sentence === agent.sentence &&
      agent.index > by &&
      agent.relation === "by" &&
      parts.all[by]?.sentence === agent.sentence,
  );
}

/** "How is it diagnosed", "how do you diagnose it": the verb of a passive that names no agent. */
export function isPassiveWithoutAgent(one: Shared, other: Shared, texts: Texts): boolean {
  return isParticiple(one, texts) || isParticiple(other, texts);
}

function isParticiple({ asked, found }: Shared, texts: Texts): boolean {
  const inAsked = texts.asked.passives.some(({ verb }) => verb === asked.index);
  const inFound = texts.found.passives.some(({ verb }) => verb === found.index);
  if (inAsked !== inFound) return (inAsked ? texts.found : texts.asked).passives.length === 0;
  if (asked.token.lower === found.token.lower) return false;
  return isPassive(texts.asked, asked) !== isPassive(texts.found, found);
}

function isPassive({ all, words }: Parts, { index, token }: Part): boolean {
  return looksLikeParticiple(token.lower) && isBehindBe(all, words, index);
}

/** "Gauze can be used to stop it", "stop it using gauze". */
export function isInstrument(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  return (
    (isUsedFor(asked, one.asked, other.asked) && instruments.has(one.found.relation)) ||
    (isUsedFor(found, other.found, one.found) && instruments.has(other.asked.relation))
  );
}

function isUsedFor(parts: Parts, tool: Part, purpose: Part): boolean {
  return parts.uses.some(
    ({ verb, by }) => tool.sentence === purpose.sentence && tool.index < verb && purpose.index > by,
  );
}
