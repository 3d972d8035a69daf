import { adjudicatedSame, pairName } from "./adjudicated.ts";
import { ask, type Message } from "./asking.ts";
import type { MeasuredCache, System } from "./systems.ts";

/**
 * A stream is asked of a cache in order. Everything that is to be recorded is, hit or not, so that all systems look among
 * the same stored questions. What would have been served is right when it was recorded for the same thing.
 */

export interface Step {
  readonly text: string;
  readonly before: readonly Message[];
  /** Steps of one group ask the same. */
  readonly group: string;
  /** Under what its answer is counted; `undefined` for what is only recorded. */
  readonly counted: string | undefined;
  readonly isRecorded: boolean;
}

export interface Stream {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether it is known that two of different groups ask different things. Default: it always is. */
  readonly isKnownOther?: (asked: Step, found: Step) => boolean;
}

/** `unlabelled`: no label says whether the two ask the same, or one that is wrong does. `none`: nothing stored came into question. */
export type Judgement = "right" | "wrong" | "unlabelled" | "none";

export interface Judged {
  readonly counted: string;
  /** Something that asks the same was recorded before. */
  readonly isServable: boolean;
  readonly judgement: Judgement;
  readonly score: number;
  readonly serves: boolean | undefined;
  readonly why: string;
  readonly asked: string;
  readonly found: string | undefined;
}

export async function judge(system: System, stream: Stream): Promise<readonly Judged[]> {
  const cache = system.open();
  try {
    return await run(cache, system.readsContext, stream);
  } finally {
    await cache.close();
  }
}

async function run(cache: MeasuredCache, readsContext: boolean, stream: Stream): Promise<readonly Judged[]> {
  const stored = new Map<string, Step>();
  const groups = new Set<string>();
  const judged: Judged[] = [];
  for (const step of stream.steps) {
    const asked = ask(step.text, readsContext ? step.before : step.before.slice(0, 1));
    const seen = await cache.look(asked);
    if (step.counted !== undefined) {
      const found = seen.slot === undefined ? undefined : stored.get(seen.slot);
      judged.push({
        counted: step.counted,
        isServable: groups.has(step.group),
        judgement: judgementOf(step, found, stream),
        score: seen.score,
        serves: seen.serves,
        why: seen.why,
        asked: step.text,
        found: found?.text,
      });
    }
    if (!step.isRecorded) continue;
    await cache.record(asked);
    groups.add(step.group);
    stored.set(asked.call.key, step);
  }
  return judged;
}

function judgementOf(step: Step, found: Step | undefined, { isKnownOther }: Stream): Judgement {
  if (found === undefined) return "none";
  if (found.group === step.group) return "right";
  const isOther = isKnownOther === undefined || isKnownOther(step, found);
  return isOther && !adjudicatedSame.has(pairName(step.text, found.text)) ? "wrong" : "unlabelled";
}
