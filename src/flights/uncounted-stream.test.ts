import { expect, test } from "vitest";
import type { AnswerStream } from "../core/answer.ts";
import { protocols } from "../protocols/all.ts";
import { UncountedStream } from "./uncounted-stream.ts";

const named = (name: string) => protocols.find((one) => one.name === name) as (typeof protocols)[number];

function streamOf(...texts: readonly string[]): AnswerStream & { isLeft: boolean } {
  const steps = texts.map((text) => Buffer.from(text, "utf8"));
  return {
    isLeft: false,
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      Promise.resolve(steps.length === 0 ? { done: true, value: undefined } : { value: steps.shift() as Buffer }),
    return() {
      this.isLeft = true;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

async function read(protocol: string, ...texts: readonly string[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const step of new UncountedStream(streamOf(...texts), named(protocol)))
    seen.push(Buffer.from(step).toString());
  return seen;
}

test.each([
  ["openai-chat", 'data: {"choices":[],"usage":{"total_tokens":7}}\n\n', "7"],
  ["anthropic-messages", 'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":9}}\n\n', "9"],
  ["gemini", 'data: {"candidates":[],"usageMetadata":{"totalTokenCount":8}}\n\n', "8"],
])("%s: counts become 0, and what does not speak of usage goes on byte for byte", async (protocol, event, count) => {
  const others = [": keep-alive\n\n", 'data: {"x":  1}\r\n\r\n', "data: [DONE]\n\n"];
  const seen = await read(protocol, ...others, event, ...others);
  expect(seen).toEqual([...others, event.replace(count, "0"), ...others]);
});

test("whoever leaves it leaves the stream behind it", async () => {
  const source = streamOf("data: 1\n\n");
  await new UncountedStream(source, named("openai-chat")).return();
  expect(source.isLeft).toBe(true);
});
