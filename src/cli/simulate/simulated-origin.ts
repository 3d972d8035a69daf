import type { LoggedCall } from "../../access-log/logged-call.ts";
import type { Clock } from "../../core/clock.ts";
import { type EmbeddingProtocol, isEmbeddingProtocol, type WireFormat } from "../../core/embedding-protocol.ts";
import { OriginError } from "../../core/errors.ts";
import type { Origin, OriginRequest, OriginResponse } from "../../core/origin.ts";
import { answerBytes } from "./simulated-protocol.ts";

/** An origin that gives to one call what the log says it got, after the time that it took. */
export interface SimulatedOriginParts {
  readonly clock: Clock;
  readonly format: WireFormat;
  readonly call: LoggedCall;
  readonly durationMs: number;
}

export function simulatedOrigin({ clock, format, call, durationMs }: SimulatedOriginParts): Origin {
  return {
    id: call.originId,
    send: (request, signal) =>
      new Promise((resolve, reject) => {
        const cancel = clock.after(durationMs, () => {
          const { failure } = call;
          if (failure === undefined || failure === "aborted") resolve(responseOf(format, call, request));
          else reject(new OriginError(failure, { message: `The log says so: ${failure}.` }));
        });
        signal.addEventListener("abort", () => {
          cancel();
          reject(signal.reason);
        });
      }),
  };
}

const json = { "content-type": "application/json" };
const nothingKnown = {
  status: 200,
  ...{ body: undefined, usage: undefined, bytes: undefined, model: undefined, refusal: undefined },
};

function responseOf(format: WireFormat, call: LoggedCall, request: OriginRequest): OriginResponse {
  const { answer = nothingKnown } = call;
  const isRefused = answer.status === 200 && answer.refusal === "upstream_no_store";
  const headers = isRefused ? { ...json, "cache-control": "no-store" } : json;
  const bytes =
    isEmbeddingProtocol(format) && answer.status === 200
      ? vectorsFor(format, call, request)
      : answerBytes(call, answer);
  return { status: answer.status, headers, body: once(bytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Enough for a vector whose length nobody asked for. */
const usualDimensions = 4;

/** Logs hold no vectors: these are of the right number and length. Tokens are shared out by the length of the inputs. */
function vectorsFor(format: EmbeddingProtocol, call: LoggedCall, { body }: OriginRequest): Uint8Array {
  const asked = format.parseRequest(body, call.endpoint);
  const all = format.parseRequest(Buffer.from(JSON.stringify(call.request)), call.endpoint);
  const weightOf = (inputs: typeof all.inputs) => inputs.reduce((sum, { weight }) => sum + weight, 0);
  const inAll = call.answer?.usage?.inputTokens;
  const tokens = inAll === undefined ? undefined : Math.round((inAll * weightOf(asked.inputs)) / weightOf(all.inputs));
  return format.render({
    vectors: asked.inputs.map(({ dimensions = usualDimensions }) => {
      return new Uint8Array(Float32Array.from({ length: dimensions }, () => 1 / Math.sqrt(dimensions)).buffer);
    }),
    tokens: asked.inputs.map((_, index) => (index === 0 ? tokens : tokens && 0)),
    model: call.answer?.model ?? asked.model,
    encoding: asked.encoding,
    shape: asked.shape,
  });
}
