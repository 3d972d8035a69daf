import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import { PolicyRules } from "../policy/rules.ts";
import { geminiEmbeddings } from "../protocols/gemini-embeddings.ts";
import { openAiEmbeddings } from "../protocols/openai-embeddings.ts";
import { EmbeddingIntake } from "./embedding-intake.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const origin = { id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) };
const memoryBytes = 10_000_000;

/** Bytes that reading `count` different requests leaves behind. */
function grownBy(count: number, protocol: typeof openAiEmbeddings, bodyOf: (index: number) => object): number {
  const endpoint = protocol === openAiEmbeddings ? "/embeddings" : "/models/m:batchEmbedContents";
  const secret = fingerprintKey(Buffer.alloc(32, 1));
  const subject = new EmbeddingIntake({ secret, rules: new PolicyRules(policy, []), memoryBytes, compat: [] });
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) {
    subject.read({
      protocol,
      endpoint,
      originFor: () => origin,
      query: "",
      rawHeaders: ["authorization", "Bearer a"],
      body: Buffer.from(JSON.stringify(bodyOf(index))),
    });
  }
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  expect(subject).toBeDefined(); // still held
  return grown;
}

const long = (index: number) => `${index}${"x".repeat(14_000)}`;

it.each<[string, typeof openAiEmbeddings, (index: number) => object]>([
  ["fields that nobody knows", openAiEmbeddings, (index) => ({ model: "m", input: "a", unknown: long(index) })],
  ["users", openAiEmbeddings, (index) => ({ model: "m", input: "a", user: long(index) })],
  ["models", openAiEmbeddings, (index) => ({ model: long(index), input: "a" })],
  [
    "titles",
    geminiEmbeddings,
    (index) => ({ requests: [0, 1, 2].map((at) => ({ content: { parts: [] }, title: long(3 * index + at) })) }),
  ],
])("the memory of requests seen lately is bounded in bytes, however large their %s", (_, protocol, bodyOf) => {
  expect(grownBy(3_000, protocol, bodyOf)).toBeLessThan(2 * memoryBytes);
});
