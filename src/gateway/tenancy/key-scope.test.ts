import { expect, it } from "vitest";
import type { AskedBy } from "../../core/asked-by.ts";
import { assertModel, assertOtherModels, assertPassing } from "./key-scope.ts";

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
  ];
  for (const body of others) {
    expect(() => check(some, body), JSON.stringify(body)).toThrow(refusal("model_not_allowed"));
    check(all, body);
  }
  for (const body of [{ models: ["o3", "gpt-4o-mini"] }, { models: null }, {}, [], "x", "{", "null"]) check(some, body);
});

it("where it cannot be seen which model is asked, a key that is for some may only look", () => {
  for (const method of ["GET", "HEAD"]) assertPassing(some, method);
  for (const method of ["POST", "PUT", "DELETE", "PATCH", undefined]) {
    expect(() => assertPassing(some, method)).toThrow(refusal("path_not_allowed"));
    assertPassing(all, method);
  }
});
