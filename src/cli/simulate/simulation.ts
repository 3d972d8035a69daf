import { RepriseError } from "../../core/errors.ts";
import { KnownDurations } from "./known-durations.ts";
import { callsIn, type LogReading, newReading, type ReadingOptions } from "./log-calls.ts";
import type { LogSource } from "./log-records.ts";
import type { Figures } from "./measures.ts";
import { Replay, type Setting } from "./replay.ts";

/** A log played to several settings at once: it is read one time, and each call goes to all of them. */

export interface Simulation {
  readonly log: string;
  readonly reading: LogReading;
  /** Why the log could not be read to its end. */
  readonly broken: string | undefined;
  /** Calls whose origin's time is not known; none is counted for them. */
  readonly unknownDurations: number;
  /** Calls without texts to compare. */
  readonly redacted: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly settings: readonly Figures[];
}

/** `onProgress` is told after each part of the log. Throws `RepriseError` when no call could be read. */
export async function simulate(
  source: LogSource,
  options: ReadingOptions,
  settings: readonly Setting[],
  onProgress: (reading: LogReading) => void = () => {},
): Promise<Simulation> {
  const reading = newReading();
  const durations = new KnownDurations();
  const seen = { redacted: 0, from: undefined as number | undefined, to: undefined as number | undefined };
  let replays: readonly Replay[] = [];
  let broken: string | undefined;
  try {
    for await (const calls of callsIn(source, options, reading)) {
      for (const call of calls) {
        if (replays.length === 0) replays = await Promise.all(settings.map((one) => Replay.open(one, call.at)));
        if (call.isRedacted) seen.redacted++;
        seen.from ??= call.at;
        seen.to = call.at ?? seen.to;
        const replayed = { call, originMs: durations.of(call) };
        for (const replay of replays) {
          const taken = replay.take(replayed);
          if (taken !== undefined) await taken;
        }
      }
      onProgress(reading);
    }
  } catch (error) {
    // What came before is good.
    if (!(error instanceof RepriseError) || error.code !== "log_unreadable" || reading.calls === 0) throw error;
    broken = error.message;
  }
  if (replays.length === 0) throw nothingRead(source.name, reading);
  for (const replay of replays) await replay.finish();
  const figures = replays.map((replay) => replay.measures.figures());
  for (const replay of replays) await replay.close();
  return { log: source.name, reading, broken, unknownDurations: durations.unknown, ...seen, settings: figures };
}

function nothingRead(name: string, { records, firstBroken: [first] }: LogReading): RepriseError {
  return new RepriseError("no_calls", {
    message:
      first === undefined
        ? `${name} has no records.`
        : `None of the ${records} records of ${name} is a call that can be replayed; line ${first.line} ${first.reason}.`,
    remedy: "See docs/simulate.md for the formats, or name one with --format.",
  });
}
