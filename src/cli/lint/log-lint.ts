import type { LoggedCall } from "../../access-log/logged-call.ts";
import { isEmbeddingProtocol } from "../../core/embedding-protocol.ts";
import { RepriseError, RequestRejectedError } from "../../core/errors.ts";
import type { Protocol } from "../../core/protocol.ts";
import type { Usage } from "../../core/recording.ts";
import type { RulesByModel } from "../../layers/prefix/breakpoints/provider-rules.ts";
import type { LintResult } from "../../layers/prefix/lint/lint-result.ts";
import { lintRulesFor } from "../../layers/prefix/lint/lint-rules.ts";
import { PrefixLint } from "../../layers/prefix/lint/prefix-lint.ts";
import { formatNamed } from "../simulate/formats/wire-place.ts";
import { callsIn, type LogReading, newReading, type ReadingOptions } from "../simulate/log-calls.ts";
import type { LogSource } from "../simulate/log-records.ts";

/** The prompts of a log, one after another through the lint. */

export interface LintedLog {
  readonly log: string;
  readonly reading: LogReading;
  /** Why the log could not be read to its end. */
  readonly broken: string | undefined;
  /** Calls that reached no provider: hits, and those that were refused. */
  readonly unsent: number;
  /** Calls for vectors, which share no prefixes. */
  readonly vectors: number;
  /** Calls whose requests the protocol refuses. */
  readonly refused: number;
  readonly result: LintResult;
}

/** A cache answered them, or nobody. */
const unsentOutcomes: ReadonlySet<LoggedCall["outcome"]> = new Set(["hit", "stale", "coalesced", "error"]);

/** `onProgress` is told after each part of the log. Throws `RepriseError` when no prompt could be read. */
export async function lintLog(
  source: LogSource,
  { rules = [], ...options }: ReadingOptions & { readonly rules?: RulesByModel },
  onProgress: (reading: LogReading) => void = () => {},
): Promise<LintedLog> {
  const reading = newReading();
  const lint = new PrefixLint({
    rulesFor: (protocol, name, originId) => lintRulesFor(protocol, name, originId, rules),
  });
  const counts = { unsent: 0, vectors: 0, refused: 0 };
  const names = new CallNames();
  let broken: string | undefined;
  try {
    for await (const calls of callsIn(source, options, reading)) {
      for (const call of calls) {
        const left = hear(lint, call, names.of(call));
        if (left !== undefined) counts[left]++;
      }
      onProgress(reading);
    }
  } catch (error) {
    // What came before is good.
    if (!(error instanceof RepriseError) || error.code !== "log_unreadable" || reading.calls === 0) throw error;
    broken = error.message;
  }
  const result = lint.result();
  if (result.prompts === 0) throw nothingRead(source.name, reading);
  return { log: source.name, reading, broken, ...counts, result };
}

function hear(lint: PrefixLint, call: LoggedCall, id: string): "unsent" | "vectors" | "refused" | undefined {
  const format = formatNamed(call.protocol);
  if (call.request === undefined || format === undefined || unsentOutcomes.has(call.outcome)) return "unsent";
  if (isEmbeddingProtocol(format)) return "vectors";
  const { protocol, originId, tenant, at, durationMs, isRedacted, answer } = call;
  try {
    const parsed = format.parseRequest(Buffer.from(JSON.stringify(call.request)), call.endpoint, call.query);
    lint.hear({
      ...{ id, protocol, originId, tenant, at, durationMs, isRedacted },
      ...{ sections: parsed.prompt(), model: parsed.facts.model },
      ...{ usage: usageOf(format, call), inputTokens: answer?.usage?.inputTokens },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof RequestRejectedError)) throw error;
    return "refused";
  }
}

/** With what came from the provider's cache. Counts that stand beside an answer in a log of others do not tell that. */
function usageOf(format: Protocol, { answer, isRedacted, outcome }: LoggedCall): Usage | undefined {
  if (answer === undefined) return undefined;
  if (outcome !== undefined && answer.usage !== undefined) return answer.usage;
  if (answer.body === undefined || isRedacted) return undefined;
  return format.readJson(Buffer.from(JSON.stringify(answer.body))).facts.usage;
}

/** By the line; where one record has several calls, by their number in it, too. */
class CallNames {
  #line = 0;
  #calls = 0;

  of({ line }: LoggedCall): string {
    this.#calls = line === this.#line ? this.#calls + 1 : 1;
    this.#line = line;
    return this.#calls === 1 ? String(line) : `${line}, call ${this.#calls}`;
  }
}

function nothingRead(name: string, { records, firstBroken: [first] }: LogReading): RepriseError {
  return new RepriseError("no_calls", {
    message:
      first === undefined
        ? `${name} has no call with a prompt that was sent to a model.`
        : `None of the ${records} records of ${name} is a call whose prompt can be read; line ${first.line} ${first.reason}.`,
    remedy: "See docs/simulate.md for the formats, or name one with --format.",
  });
}
