import { isListable } from "../../core/store-listing.ts";
import { readSettings } from "../../options.ts";
import { isFields } from "../simulate/formats/log-format.ts";
import { KnownDurations } from "../simulate/known-durations.ts";
import { callsIn, logFormats, newReading } from "../simulate/log-calls.ts";
import { type LogSource, openLog } from "../simulate/log-records.ts";
import { Replay } from "../simulate/replay.ts";
import type { Labelled } from "./labelled-file.ts";
import { LabelledFileError } from "./labelled-file-error.ts";
import { isObservation, isPair } from "./labelled-record.ts";
import { storedObservations } from "./stored-observations.ts";

/**
 * Observations from a log of calls: it is played with like questions observed, and what the boundary learns from the
 * answers that the calls really got is what a store would have kept.
 */

/** Whether the first record of the file is a call, and not a label. */
export async function isLogOfCalls(file: string): Promise<boolean> {
  try {
    for await (const [first] of openLog(file).records()) {
      const fields: unknown = JSON.parse(first?.text ?? "");
      return (
        isFields(fields) && !isPair(fields) && !isObservation(fields) && logFormats.some((one) => one.fits(fields))
      );
    }
  } catch {
    // Whatever it is, it will be told by who reads it as labels.
  }
  return false;
}

/** `onProgress` is told how many calls were played. Throws `LabelledFileError` when nothing was observed. */
export async function loggedObservations(file: string, onProgress: (source: LogSource, calls: number) => void) {
  const reading = newReading();
  const source = openLog(file);
  const durations = new KnownDurations();
  const observe = readSettings({ layers: { semantic: { mode: "observe" } } });
  if (!observe.ok) throw new Error("The default settings are not sound");
  let replay: Replay | undefined;
  for await (const calls of callsIn(source, { format: undefined, model: undefined }, reading)) {
    for (const call of calls) {
      replay ??= await Replay.open({ name: file, settings: observe.settings }, call.at);
      await replay.take({ call, originMs: durations.of(call) });
    }
    onProgress(source, reading.calls);
  }
  await replay?.finish();
  const store = replay?.core.stored.truth;
  const observed = store !== undefined && isListable(store) ? await storedObservations(store, undefined) : [];
  await replay?.close();
  if (observed.length === 0)
    throw new LabelledFileError(
      `In ${file} no two like questions have answers that can be compared`,
      "It takes a log with content: full, of some days; or label pairs yourself.",
    );
  const records = observed.map((one, index) => {
    return { ...one, line: index + 1, similarity: undefined, tier: "vector" as const, at: undefined };
  });
  return { kind: "observations", records } satisfies Labelled;
}
