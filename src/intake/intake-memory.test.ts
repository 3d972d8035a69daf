import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import { PolicyRules } from "../policy/rules.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { Intake } from "./intake.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const origin = { id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) };

function intake(): Intake {
  return new Intake({ secret: fingerprintKey(Buffer.alloc(32, 1)), rules: new PolicyRules(policy, []) });
}

/** Bytes that reading so many different requests leaves behind. */
function grownBy(
  count: number,
  partOf: (index: number) => { headers?: string; query?: string; user?: string },
): number {
  const subject = intake();
  const text = (part = "") => Buffer.from(part).toString("latin1"); // flat and of its own, as from a connection
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) {
    const { headers, query, user } = partOf(index);
    const body = { model: "m", user, messages: [{ role: "user", content: String(index) }] };
    subject.read({
      protocol: openAiChat,
      endpoint: "/chat/completions",
      originFor: () => origin,
      query: text(query),
      rawHeaders: ["authorization", "Bearer a", "x-custom", text(headers)],
      body: Buffer.from(JSON.stringify(body)),
    });
  }
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  expect(subject).toBeDefined(); // still held
  return grown;
}

it.each([
  ["headers", (index: number) => ({ headers: `${index}${"h".repeat(14_000)}` })],
  ["queries", (index: number) => ({ query: `?${index}${"q".repeat(14_000)}` })],
  ["users", (index: number) => ({ user: `${index}${"u".repeat(14_000)}` })],
])("the memory of requests seen lately is bounded in bytes, however large their %s", (_, partOf) => {
  expect(grownBy(6_000, partOf)).toBeLessThan(60_000_000);
});

it("requests with ordinary headers are remembered by the thousand", () => {
  const subject = intake();
  const ask = (index: number) =>
    subject.read({
      protocol: openAiChat,
      endpoint: "/chat/completions",
      originFor: () => origin,
      query: "",
      rawHeaders: ["authorization", "Bearer a", "x-custom", "h".repeat(500)],
      body: Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: String(index) }] })),
    }).call;
  const calls = Array.from({ length: 10_000 }, (_, index) => ask(index));
  expect(calls.every((call, index) => ask(index) === call)).toBe(true);
});
