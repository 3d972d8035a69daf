import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../core/errors.ts";
import { readPostgresUrl } from "./postgres-url.ts";

describe("the URL of a PostgreSQL database", () => {
  it("keeps what is the client's and takes out what is ours", () => {
    expect(readPostgresUrl("postgres://me:p%40ss@db.example/cache?sslmode=require&schema=llm&connections=4")).toEqual({
      url: "postgres://me:p%40ss@db.example/cache?sslmode=require",
      schema: "llm",
      connections: 4,
      place: "db.example:5432/cache",
    });
    expect(readPostgresUrl("postgresql://me@[::1]:6432")).toMatchObject({ schema: undefined, place: "[::1]:6432/me" });
  });

  it.each([
    ["postgres://me:s3cret/x@host:1:2/db", /is not a URL/],
    ["mysql://me:s3cret@host/db", /is not a URL of PostgreSQL/],
    ["postgres:///db", /names no host/],
    ["postgres://me:s3cret@host/db?schema=a-b", /no valid schema/],
    ["postgres://me:s3cret@host/db?connections=0", /no valid number of connections/],
  ])("%s is none, and what it says is not repeated", (text, rule) => {
    const read = () => readPostgresUrl(text);
    expect(read).toThrow(InvalidOptionError);
    expect(read).toThrow(rule);
    expect(read).not.toThrow(/s3cret/);
  });
});
