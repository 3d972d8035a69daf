import type { Answer, AnswerStream } from "../core/answer.ts";
import type { FetchParts } from "../fetch.ts";
import type { CallTracing } from "../telemetry/opentelemetry/call-tracing.ts";
import type { Embeddings } from "./library-embeddings.ts";
import type { Wrap } from "./wrap.ts";

/** What programs call, each call in a span of its own below the one that is active. */

/** A stream's span ends when it has been read, or given up. */
export function tracedCore({ handle }: FetchParts["core"], tracing: CallTracing): FetchParts["core"] {
  return {
    handle: (request, caller) =>
      tracing.inSpan<Answer>(
        { kind: "internal", name: "cache.fetch", rawHeaders: request.rawHeaders },
        () => handle(request, caller),
        (answer, done) => {
          if (!(answer.body instanceof Uint8Array)) return { ...answer, body: untilRead(answer.body, done) };
          done();
          return answer;
        },
      ),
  };
}

export function tracedWrap(wrap: Wrap, tracing: CallTracing): Wrap {
  return async (options, compute) =>
    tracing.inSpan({ kind: "internal", name: "cache.wrap" }, () => wrap(options, compute));
}

export function tracedEmbeddings(embeddings: Embeddings, tracing: CallTracing): Embeddings {
  return (embedTexts, options) => {
    const embed = embeddings(embedTexts, options);
    return async (texts, how) =>
      tracing.inSpan({ kind: "internal", name: "cache.embeddings" }, () => embed(texts, how));
  };
}

function untilRead(body: AnswerStream, done: () => void): AnswerStream {
  let isDone = false;
  const once = (): void => {
    if (!isDone) done();
    isDone = true;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const step = await body.next();
        if (step.done === true) once();
        return step;
      } catch (error) {
        once();
        throw error;
      }
    },
    return() {
      once();
      return body.return();
    },
  };
}
