import { expect, test } from "vitest";
import { hopByHop } from "../core/hop-by-hop.ts";
import { passedOn } from "./answer-forms.ts";

test("what belongs to the origin's connection is not passed on: RFC 9110 section 7.6.1", () => {
  const ofConnection = Object.fromEntries([...hopByHop].map((name) => [name, "x"]));
  const headers = { ...ofConnection, connection: "X-Named, close", "x-named": "1", "x-request-id": "r" };
  expect(passedOn(headers, false)).toEqual({ "x-request-id": "r" });
});
