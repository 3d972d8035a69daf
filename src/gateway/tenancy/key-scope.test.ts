import { expect, it } from "vitest";
import type { AskedBy } from "../../core/asked-by.ts";
import { assertModel, assertOtherModels, assertPassing } from "./key-scope.ts";
import { withoutRouting } from "./named-models.ts";

const some: AskedBy = { tenant: "acme", models: ["gpt-4o*", "o3"] };
const all: AskedBy = { tenant: "acme" };
const refusal = (code: string) => expect.objectContaining({ status: 403, code });

it("a key is for the models that its patterns fit, as a whole and in their case", () => {
  for (const model of ["gpt-4o", "gpt-4o-mini", "o3"]) assertModel(some, model);
  for (const model of ["", "gpt-4", "o3-pro", "GPT-4O", "my-gpt-4o", " o3", "o3\n"])
    expect(() => assertModel(some, model), model).toThrow(refusal("model_not_allowed"));
  assertModel(all, "anything");
});

it("a body names no other models besides, in which form ever", () => {
  const check = (principal: AskedBy, body: unknown) =>
    assertOtherModels(principal, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
  const others = [
    { models: ["gpt-4o", "claude-opus"] },
    { models: "claude-opus" },
    { fallbacks: [{ model: "claude-opus" }] },
    { fallbacks: [{ "gpt-4o": ["claude-opus"] }] },
    { fallback_models: [["claude-opus"]] },
    '{"mod\\u0065ls":["claude-opus"]}',
    { model: "claude-opus" },
    { extra_body: { model: "claude-opus" } },
    { extra_body: { models: ["o3", "claude-opus"] } },
    { context_window_fallback_dict: { "gpt-4o": "claude-opus" } },
    { fallbackModels: ["claude-opus"] },
    { tools: [{ type: "image_generation", model: "claude-opus" }] },
    { plugins: [{ id: "auto-router", allowed_models: ["claude-opus"] }] },
    `{"model":"o3","x":${"[".repeat(20_000)}{"model":"claude-opus"}${"]".repeat(20_000)}}`,
  ];
  for (const body of others) {
    expect(() => check(some, body), JSON.stringify(body)).toThrow(refusal("model_not_allowed"));
    check(all, body);
  }
  const plain = [
    { models: ["o3", "gpt-4o-mini"] },
    { models: null },
    { requests: [{ model: "models/gpt-4o" }] },
    { provider: { allow_fallbacks: true } },
    { messages: [{ role: "user", content: [{ model: "claude-opus" }] }] },
    { tools: [{ function: { name: "f", parameters: { properties: { model: { type: "string" } } } } }] },
    { text: { format: { schema: { properties: { fallback: { type: "string" } } } } } },
  ];
  for (const body of [...plain, {}, [], "x", "{", "null"]) check(some, body);
});

it("where it cannot be seen which model is asked, a key that is for some may only look", () => {
  for (const method of ["GET", "HEAD"]) assertPassing(some, method);
  for (const method of ["POST", "PUT", "DELETE", "PATCH", undefined]) {
    expect(() => assertPassing(some, method)).toThrow(refusal("path_not_allowed"));
    assertPassing(all, method);
  }
});

it("what a key may take is known only where the gateway reads what is taken", () => {
  const limited = [{ tokensPerMinute: 1 }, { tokensPerDay: 1 }, { usdPerDay: 1n }, { usdPerMonth: 1n }];
  for (const limits of limited) {
    for (const method of ["GET", "HEAD"]) assertPassing({ tenant: "acme", limits }, method);
    for (const method of ["POST", "PUT", "QUERY", undefined])
      expect(() => assertPassing({ tenant: "acme", limits }, method)).toThrow(refusal("path_not_allowed"));
  }
  const calls = { requestsPerMinute: 1, concurrent: 1 };
  assertPassing({ tenant: "acme", limits: calls }, "POST", calls);
  expect(() => assertPassing(all, "POST", { tokensPerDay: 1 })).toThrow(refusal("path_not_allowed"));
  assertPassing(all, "GET", { tokensPerDay: 1 });
});

it("header fields that tell a gateway behind us which model to ask are left out", () => {
  const routing = ["x-portkey-config", "X-LiteLLM-Model", "x-model", "helicone-fallbacks", "cf-aig-step"];
  const kept = ["Content-Type", "a", "anthropic-beta", "b", "x-stainless-lang", "js", "x-remodel", "c"];
  expect(withoutRouting([...routing.flatMap((name) => [name, "{}"]), ...kept])).toEqual(kept);
});
