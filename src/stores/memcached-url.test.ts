import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../core/errors.ts";
import { readMemcachedUrl } from "./memcached-url.ts";

describe("the URL of Memcached servers", () => {
  it("names one or several, with 11211 where there is no port, each once", () => {
    expect(readMemcachedUrl("memcached://cache.example")).toEqual({
      addresses: [{ host: "cache.example", port: 11_211 }],
      credentials: undefined,
    });
    expect(readMemcachedUrl("memcached://a:1,b:2,[::1]:3,a:1/").addresses).toEqual([
      { host: "a", port: 1 },
      { host: "b", port: 2 },
      { host: "::1", port: 3 },
    ]);
  });

  it("has one user for all, written as in every URL", () => {
    expect(readMemcachedUrl("memcached://me:p%40ss:w@a,b:2")).toEqual({
      addresses: [
        { host: "a", port: 11_211 },
        { host: "b", port: 2 },
      ],
      credentials: { username: "me", password: "p@ss:w" },
    });
  });

  it.each([
    "memcached://",
    "memcached:a",
    "memcached://a:port",
    "memcached://a,,b",
    "memcached://s3cret@",
    "redis://a",
  ])("%s is none, and what it says is not repeated", (text) => {
    let thrown: unknown;
    try {
      readMemcachedUrl(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InvalidOptionError);
    expect(String(thrown)).not.toContain("s3cret");
  });
});
