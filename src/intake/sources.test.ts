import { expect, it } from "vitest";
import type { AskedBy } from "../core/asked-by.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import { PolicyRules } from "../policy/rules.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { Intake } from "./intake.ts";

/** X6: what an answer was made from stands with it, so that it can be taken back by that. */

const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const intake = new Intake({ secret: fingerprintKey(Buffer.alloc(32, 1)), rules: new PolicyRules(policy, []) });

function callOf(files: readonly string[], tags = "", principal?: AskedBy) {
  const content = [{ type: "text", text: "hi" }, ...files.map((file_id) => ({ type: "file", file: { file_id } }))];
  return intake.read({
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => ({ id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) }),
    query: "",
    rawHeaders: tags === "" ? [] : ["x-ai-cache-tags", tags],
    body: Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }] })),
    principal,
  }).call;
}

it("files in the body are tags of the call, besides those that it names itself", () => {
  expect(callOf(["file-B", "file-A"], "src:doc:42,team").directives.tags).toEqual([
    "src:doc:42",
    "src:file:file-a",
    "src:file:file-b",
    "team",
  ]);
  // The same headers, and no files.
  expect(callOf([], "src:doc:42,team").directives.tags).toEqual(["src:doc:42", "team"]);
});

it("an answer made of more files than can be tagged is not kept", () => {
  const names = (count: number) => Array.from({ length: count }, (_, at) => `file-${at}`);
  expect(callOf(names(100)).directives.write).toBe(true);
  expect(callOf(names(101)).directives).toMatchObject({ write: false, read: true });
});

it("the key that was shown stands with the call", () => {
  expect(callOf([], "", { tenant: "acme", keyId: "k1" }).keyId).toBe("k1");
  expect(callOf([], "").keyId).toBeUndefined();
});
