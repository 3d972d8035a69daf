import { expect, it } from "vitest";
import { ForgottenCalls } from "./forgotten-calls.ts";

it("calls are forgotten that came before their tenant or everything was, and none that come later", () => {
  const forgotten = new ForgottenCalls();
  const first = forgotten.next();
  forgotten.forget("a");
  const second = forgotten.next();
  expect([forgotten.has("a", first), forgotten.has("b", first), forgotten.has("a", second)]).toEqual([
    true,
    false,
    false,
  ]);
  forgotten.forget();
  expect([forgotten.has("a", second), forgotten.has("b", second), forgotten.has("a", forgotten.next())]).toEqual([
    true,
    true,
    false,
  ]);
});

it("of very many tenants none comes back, and calls that come later are of use", () => {
  const forgotten = new ForgottenCalls();
  const before = forgotten.next();
  for (let tenant = 0; tenant < 3_000; tenant++) forgotten.forget(`t${tenant}`);
  expect([forgotten.has("t0", before), forgotten.has("t2999", before)]).toEqual([true, true]);
  expect(forgotten.has("t0", forgotten.next())).toBe(false);
});
