import type { LoggedAnswer, LoggedCall } from "../../access-log/logged-call.ts";
import type { EmbeddingProtocol } from "../../core/embedding-protocol.ts";
import type { Expectations, ParsedRequest, Protocol } from "../../core/protocol.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason, Recording, Usage } from "../../core/recording.ts";

/**
 * A protocol as a log needs it. Where a log does not hold the answer, or holds it without its texts, the answer is
 * a document of our own that tells what the log does tell: the tokens, the model, and why it was not stored. The rest is
 * the protocol itself. Where the demands of the request are not known, whatever was answered fulfils them, since it was
 * judged when it was logged.
 */

interface StandIn {
  readonly reprise: {
    readonly usage: Usage | undefined;
    readonly model: string | undefined;
    readonly refusal: string | undefined;
  };
}

const standInStart = '{"reprise":';

/** The answer as the bytes that the origin sends. */
export function answerBytes({ isRedacted }: LoggedCall, answer: LoggedAnswer): Uint8Array {
  const { body, usage, model, refusal, bytes = 0 } = answer;
  // Without its texts nothing can be judged any more but what was judged when it was written.
  if (body !== undefined && !(isRedacted && answer.status === 200)) return Buffer.from(JSON.stringify(body));
  const standIn: StandIn = { reprise: { usage, model, refusal } };
  // As long as the real one, so that the store fills as it would.
  return Buffer.from(JSON.stringify(standIn).padEnd(bytes));
}

const lengthOfToken = /~[\w-]{16}:(\d+)/g;

/** Inputs whose texts are not known count as much as the texts did. */
export function simulatedVectors(format: EmbeddingProtocol, { isRedacted }: Pick<LoggedCall, "isRedacted">) {
  return isRedacted ? redactedVectors(format) : format;
}

const redactedVectors = memoized((format: EmbeddingProtocol): EmbeddingProtocol => {
  const parseRequest: EmbeddingProtocol["parseRequest"] = (body, endpoint) => {
    const parsed = format.parseRequest(body, endpoint);
    const inputs = parsed.inputs.map((input) => {
      const lengths = [...input.canonical.matchAll(lengthOfToken)].map(([, length]) => Number(length));
      return lengths.length === 0 ? input : { ...input, weight: lengths.reduce((sum, length) => sum + length, 0) };
    });
    const { model, user, encoding, shape, cacheable } = parsed;
    return { model, user, encoding, shape, cacheable, inputs, forward: (...asked) => parsed.forward(...asked) };
  };
  return { ...format, parseRequest };
});

/** The same result for the same argument: protocols are told apart by their identity. */
function memoized<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** What of a request is known: everything, all but its demands, or neither these nor its texts. */
type Form = "known" | "undemanding" | "redacted";

export function simulatedProtocol(
  protocol: Protocol,
  { isRedacted, areDemandsKnown }: Pick<LoggedCall, "isRedacted" | "areDemandsKnown">,
): Protocol {
  return formsOf(protocol)[isRedacted ? "redacted" : areDemandsKnown ? "known" : "undemanding"];
}

const formsOf = memoized((protocol: Protocol): Readonly<Record<Form, Protocol>> => {
  const [known, undemanding] = [simulated(protocol, "known"), simulated(protocol, "undemanding")];
  return { known, undemanding, redacted: simulated(protocol, "redacted") };
});

function simulated(protocol: Protocol, form: Form): Protocol {
  return {
    ...protocol,
    parseRequest: (body, endpoint, query) => simulatedRequest(protocol.parseRequest(body, endpoint, query), form),
    readJson(body) {
      const standIn = standInOf(body);
      if (standIn === undefined) {
        const { facts, recording } = protocol.readJson(body);
        return { facts, recording };
      }
      const { usage, model } = standIn.reprise;
      return { facts: factsOf(standIn), recording: { form: "json", body, model, usage } };
    },
    recordStream: (options) => protocol.recordStream(options),
    replayJson: (recording, view) => (isStandIn(recording) ? recording.body : protocol.replayJson(recording, view)),
    replayEvents: (recording, view) => (isStandIn(recording) ? recording.body : protocol.replayEvents(recording, view)),
  };
}

/** Any tool may be called, with whatever arguments. */
const anyTool = { has: () => true, get: () => undefined } as unknown as ReadonlyMap<string, undefined>;
const noDemands: Expectations = { json: false, schema: undefined, tools: anyTool };
const nothing = new Uint8Array();

/** Nobody reads what the origin is sent. Texts that are not known cannot be compared. */
function simulatedRequest(parsed: ParsedRequest, form: Form): ParsedRequest {
  return {
    facts: parsed.facts,
    canonical: parsed.canonical,
    get expectations() {
      return form === "known" ? parsed.expectations : noDemands;
    },
    deterministic() {
      const zero = parsed.deterministic();
      return zero && simulatedRequest(zero, form);
    },
    question: () => (form === "redacted" ? undefined : parsed.question()),
    prompt: () => parsed.prompt(),
    forward: () => nothing,
  };
}

function isStandIn({ body }: Pick<Recording, "body">): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).subarray(0, standInStart.length).equals(start);
}

const start = Buffer.from(standInStart);

function standInOf(body: Uint8Array): StandIn | undefined {
  return isStandIn({ body }) ? (JSON.parse(Buffer.from(body).toString("utf8")) as StandIn) : undefined;
}

const finishes: Readonly<Record<string, FinishReason>> = {
  finish_length: "length",
  content_filter: "content_filter",
  refusal: "refusal",
};

function factsOf({ reprise: { usage, model, refusal } }: StandIn): AnswerFacts {
  const called = refusal === "tool_calls" || refusal === "invalid_json";
  const choice: ChoiceFacts = {
    finish: called ? "tool_calls" : (finishes[refusal ?? ""] ?? "stop"),
    text: called ? "" : "(not in the log)",
    refused: false,
    toolCalls: called ? [{ name: "", arguments: refusal === "invalid_json" ? "" : "{}" }] : [],
    hasContent: true,
  };
  return {
    wellFormed: refusal !== "schema_mismatch",
    error: refusal === "error_body",
    terminal: refusal !== "truncated",
    model,
    usage,
    choices: [choice],
  };
}
