/**
 * Requests and answers of the usual size: a body of 1,400 bytes with the headers of the official SDK, an answer of
 * 2,048 bytes. Each body carries a number of twelve digits at a fixed place; the answer repeats it, so that an answer
 * to another request is found out.
 */

export const requestBytes = 1_400;
export const answerBytes = 2_048;
const digits = 12;
const numberMark = "Case ";

const words =
  "the ticket was opened after a refund for the second leg of a journey had not arrived in time and ".repeat(40);

export function numbered(index: number): string {
  return String(index).padStart(digits, "0");
}

export function requestBody(index: number, options: { readonly stream?: boolean } = {}): string {
  const compose = (filler: string): string =>
    JSON.stringify({
      model: "gpt-4o-mini",
      messages: [
        { role: "system", content: "You answer questions of customers briefly and truthfully." },
        { role: "user", content: `${numberMark}${numbered(index)}: ${filler}` },
      ],
      temperature: 0,
      max_tokens: 400,
      ...(options.stream === true ? { stream: true } : {}),
    });
  return compose(words.slice(0, requestBytes - compose("").length));
}

/** The number in a body, wherever its members were moved. */
export function numberOf(body: string): string {
  const at = body.indexOf(numberMark);
  return at < 0 ? numbered(0) : body.slice(at + numberMark.length, at + numberMark.length + digits);
}

export function answerBody(number: string): string {
  const compose = (filler: string): string =>
    JSON.stringify({
      id: `chatcmpl-${number}`,
      object: "chat.completion",
      created: 1_767_225_600,
      model: "gpt-4o-mini-2024-07-18",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: `${number}: ${filler}`, refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 330, completion_tokens: 400, total_tokens: 730 },
      service_tier: "default",
      system_fingerprint: "fp_0123456789",
    });
  return compose(words.slice(0, answerBytes - compose("").length));
}

/** The answer as events; `chunkBytes` is the size of each but the first and the last. */
export function answerEvents(number: string, chunks: number, chunkBytes = 200): readonly string[] {
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({
      id: `chatcmpl-${number}`,
      object: "chat.completion.chunk",
      created: 1_767_225_600,
      model: "gpt-4o-mini-2024-07-18",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    })}\n\n`;
  const filler = words
    .repeat(Math.ceil(chunkBytes / words.length))
    .slice(0, Math.max(1, chunkBytes - event({ content: "" }, null).length));
  return [
    event({ role: "assistant", content: "", refusal: null }, null),
    ...Array.from({ length: chunks }, () => event({ content: filler }, null)),
    event({}, "stop"),
    "data: [DONE]\n\n",
  ];
}

/** Names and values as the official SDK for JavaScript sends them. */
export function sdkHeaders(credential: string): Readonly<Record<string, string>> {
  return {
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": "OpenAI/JS 7.57.0",
    "x-stainless-retry-count": "0",
    "x-stainless-lang": "js",
    "x-stainless-package-version": "7.57.0",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v24.21.0",
    authorization: `Bearer ${credential}`,
  };
}

interface RequestLine {
  readonly path?: string;
  /** Added to those of the SDK. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole request as it goes over the wire. */
export function rawRequest(
  body: string,
  credential = "sk-bench",
  { path = "/v1/chat/completions", headers = {} }: RequestLine = {},
): Buffer {
  const fields = {
    host: "127.0.0.1",
    ...sdkHeaders(credential),
    ...headers,
    "content-length": Buffer.byteLength(body),
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join("")}\r\n${body}`, "utf8");
}

/** Where the number stands in a raw request. */
export function numberPlace(request: Buffer): number {
  return request.indexOf(numberMark) + numberMark.length;
}
