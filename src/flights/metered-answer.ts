import type { Charge } from "../core/allowance.ts";
import type { Answer, AnswerStream } from "../core/answer.ts";
import type { Protocol } from "../core/protocol.ts";
import type { AnswerFacts } from "../core/recording.ts";
import { takenBy, takenUntil } from "./charging.ts";
import { asOriginError, mediaType } from "./origin-answer.ts";

/** An answer that is passed on and kept nowhere is read on its way, to know what it took. */

/** Of an answer that nobody keeps this much is looked at; of more it is not known what it took. */
const mostReadBytes = 16 * 1024 * 1024;

/**
 * The same answer, whose charge is settled when its body ends, breaks off or is given up. `isHidden`: its caller did not
 * ask for the usage that a stream tells, and does not get it.
 */
export function metered(answer: Answer, protocol: Protocol, charge: Charge, isHidden = false): Answer {
  const { body, status, failure } = answer;
  if (body instanceof Uint8Array) {
    charge.settle(failure === undefined ? "failed" : takenUntil(failure.failure, undefined));
    return answer;
  }
  const isEvents = mediaType(answer.headers) === "text/event-stream";
  const reader = isEvents ? eventReader(protocol, isHidden) : jsonReader(protocol);
  const settle = (isWhole: boolean): void => {
    const facts = reader.facts(isWhole);
    charge.settle(isWhole || facts === undefined ? takenBy(status, facts, isWhole) : takenUntil("aborted", facts));
  };
  const stream: AnswerStream = {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        for (;;) {
          const step = await body.next();
          if (step.done === true) {
            settle(true);
            return step;
          }
          const value = reader.push(step.value);
          if (value.length > 0) return { done: false, value };
        }
      } catch (error) {
        settle(false);
        void body.return();
        throw error;
      }
    },
    return() {
      settle(false);
      return body.return();
    },
  };
  return { ...answer, body: stream };
}

interface BodyReader {
  /** What of it, and of what came before, is for the caller now. */
  push(chunk: Uint8Array): Uint8Array;
  facts(isWhole: boolean): AnswerFacts | undefined;
}

function eventReader(protocol: Protocol, isHidden: boolean): BodyReader {
  const recorder = protocol.recordStream({ maxEventBytes: mostReadBytes });
  let isReadable = true;
  let isRecording = true;
  return {
    push(chunk) {
      let seen = chunk;
      try {
        const items = isReadable ? recorder.push(chunk) : [];
        if (isHidden) seen = Buffer.concat(items.flatMap(({ lean }) => lean ?? []));
      } catch (error) {
        // What is in it for the caller cannot be told any more.
        if (isHidden) throw asOriginError(error);
        isReadable = false;
      }
      if (isRecording && recorder.size > mostReadBytes) {
        isRecording = false;
        recorder.stopRecording();
      }
      return seen;
    },
    facts: () => recorder.facts(),
  };
}

function jsonReader(protocol: Protocol): BodyReader {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size <= mostReadBytes) chunks.push(chunk);
      else chunks.length = 0;
      return chunk;
    },
    facts: (isWhole) => (isWhole && size <= mostReadBytes ? protocol.readJson(Buffer.concat(chunks)).facts : undefined),
  };
}
