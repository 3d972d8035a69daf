import type { LoggedCall } from "../../access-log/logged-call.ts";
import { accessLogFormat } from "./formats/access-log-format.ts";
import { liteLlmFormat } from "./formats/litellm-format.ts";
import { isFields, type LogFormat, UnusableRecord } from "./formats/log-format.ts";
import { openAiFormat } from "./formats/openai-format.ts";
import { tauBenchFormat } from "./formats/tau-bench-format.ts";
import type { LogSource } from "./log-records.ts";
import type { LogRecord } from "./record-splitter.ts";
import { TimeOrder } from "./time-order.ts";

/** From the records of a log to calls in the order of their time. What cannot be used is counted, and the first is named. */

export const logFormats: readonly LogFormat[] = [accessLogFormat, liteLlmFormat, tauBenchFormat, openAiFormat];

export interface ReadingOptions {
  /** Default: told by each record. */
  readonly format: LogFormat | undefined;
  /** For records that name no model. */
  readonly model: string | undefined;
}

export interface Broken {
  readonly line: number;
  readonly reason: string;
}

/** What was read so far. */
export interface LogReading {
  records: number;
  calls: number;
  /** Records that no call could be made of. */
  broken: number;
  readonly firstBroken: Broken[];
  /** Calls that the log says are missing in it. */
  missing: number;
  /** How often the time went back by more than calls overlap. */
  clockJumps: number;
  /** Calls by format. */
  readonly formats: Map<string, number>;
}

const mostNamed = 5;
/** A call of these had nothing to be read. */
const unread: ReadonlySet<string | undefined> = new Set(["error"]);

export function newReading(): LogReading {
  return { records: 0, calls: 0, broken: 0, firstBroken: [], missing: 0, clockJumps: 0, formats: new Map() };
}

/** Some calls at a time; `reading` is kept up to date. */
export async function* callsIn(
  source: LogSource,
  options: ReadingOptions,
  reading: LogReading,
): AsyncGenerator<readonly LoggedCall[]> {
  const order = new TimeOrder();
  for await (const records of source.records()) {
    for (const record of records) {
      reading.records++;
      try {
        for (const call of readRecord(record, options, reading)) order.push(call, record.text?.length ?? 0);
      } catch (error) {
        if (!(error instanceof UnusableRecord)) throw error;
        reading.broken++;
        if (reading.firstBroken.length < mostNamed)
          reading.firstBroken.push({ line: record.line, reason: error.message });
      }
    }
    const due = order.due();
    reading.clockJumps = order.jumps;
    if (due.length > 0) yield due;
  }
  yield order.rest();
}

function readRecord({ line, text }: LogRecord, options: ReadingOptions, reading: LogReading): readonly LoggedCall[] {
  if (text === undefined) throw new UnusableRecord("is longer than 64 MiB");
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    throw new UnusableRecord(`is no JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  if (!isFields(fields)) throw new UnusableRecord("is not an object");
  const format = options.format ?? logFormats.find((one) => one.fits(fields));
  if (format === undefined)
    throw new UnusableRecord(`is of no format that is known (${logFormats.map(({ name }) => name).join(", ")})`);
  const read = format.read(fields, { line, model: options.model });
  if ("missing" in read) {
    reading.missing += read.missing;
    return [];
  }
  for (const { request, outcome } of read)
    if (request === undefined && !unread.has(outcome)) throw new UnusableRecord("it has no request");
  reading.calls += read.length;
  reading.formats.set(format.name, (reading.formats.get(format.name) ?? 0) + read.length);
  return read;
}
