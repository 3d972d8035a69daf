import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readParameters, wholeNumber } from "./parameters.ts";

const schema = z
  .strictObject({ limit: wholeNumber(1, 200).default(50), tag: z.string("must be one text") })
  .partial({ tag: true });

describe("readParameters", () => {
  test("makes of texts what the schema says", () => {
    expect(readParameters(schema, {})).toEqual({ limit: 50 });
    expect(readParameters(schema, { limit: "7", tag: "a" })).toEqual({ limit: 7, tag: "a" });
  });

  test.each([
    [{ limit: "0" }, "limit", "must be a whole number from 1 to 200"],
    [{ limit: "201" }, "limit", "must be a whole number from 1 to 200"],
    [{ limit: "1e2" }, "limit", "must be a whole number from 1 to 200"],
    [{ limit: "" }, "limit", "must be a whole number from 1 to 200"],
    [{ limit: ["1", "2"] }, "limit", "must be a whole number from 1 to 200"],
    [{ tag: ["a", "b"] }, "tag", "must be one text"],
    [{ tags: "a" }, "tags", "is not a parameter of this request; there are limit, tag"],
  ])("%j is turned down by name and rule", (given, path, rule) => {
    expect(() => readParameters(schema, given)).toThrow(expect.objectContaining({ path, rule }));
  });
});

test("a whole number is one in the document, too", () => {
  expect(z.toJSONSchema(schema, { io: "input" }).properties?.["limit"]).toEqual({
    type: "integer",
    minimum: 1,
    maximum: 200,
  });
});
