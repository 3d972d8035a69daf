import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../core/errors.ts";
import { describeRedisAddress, readRedisUrl } from "./redis-url.ts";

describe("reads", () => {
  test("one server, with all and with the least", () => {
    expect(readRedisUrl("rediss://ann:s%40fe%3A@cache.example:6380/3?keyPrefix=a:")).toEqual({
      kind: "standalone",
      nodes: [{ host: "cache.example", port: 6380 }],
      tls: true,
      username: "ann",
      password: "s@fe:",
      database: 3,
      masterName: undefined,
      sentinel: { username: undefined, password: undefined },
      keyPrefix: "a:",
    });
    expect(readRedisUrl("redis://localhost")).toMatchObject({
      nodes: [{ host: "localhost", port: 6379 }],
      tls: false,
      database: 0,
      username: undefined,
      password: undefined,
      keyPrefix: undefined,
    });
    expect(readRedisUrl("redis://:secret@h")).toMatchObject({ username: undefined, password: "secret" });
    expect(readRedisUrl("redis://h/")).toMatchObject({ database: 0 });
  });

  test("a Cluster", () => {
    expect(readRedisUrl("redis+cluster://:p@a:7000,b,[::1]:7002")).toMatchObject({
      kind: "cluster",
      nodes: [
        { host: "a", port: 7000 },
        { host: "b", port: 6379 },
        { host: "::1", port: 7002 },
      ],
      password: "p",
    });
    expect(readRedisUrl("rediss+cluster://a/0")).toMatchObject({ tls: true, database: 0 });
  });

  test("Sentinel", () => {
    const url = "redis+sentinel://u:p@s1,s2:5000/main-1?db=2&sentinelUsername=su&sentinelPassword=s%25p&keyPrefix=x";
    expect(readRedisUrl(url)).toMatchObject({
      kind: "sentinel",
      nodes: [
        { host: "s1", port: 26379 },
        { host: "s2", port: 5000 },
      ],
      username: "u",
      password: "p",
      masterName: "main-1",
      database: 2,
      sentinel: { username: "su", password: "s%p" },
      keyPrefix: "x",
    });
  });
});

test("describes an address without its credentials", () => {
  for (const [url, description] of [
    ["redis://u:hunter2@h/1?keyPrefix=a", "redis://h:6379/1"],
    ["rediss+cluster://:hunter2@a:1,[::1]:2", "rediss+cluster://a:1,[::1]:2"],
    ["redis+sentinel://:hunter2@a/m?sentinelPassword=hunter2", "redis+sentinel://a:26379/m"],
  ] as const) {
    expect(describeRedisAddress(readRedisUrl(url))).toBe(description);
  }
});

describe("refuses", () => {
  test.each([
    ["nothing", "", "is not an address"],
    ["another scheme", "http://hunter2@h", "is not an address"],
    ["a scheme that does not exist", "redis+replica://h", "is not an address"],
    ["a fragment", "redis://h#hunter2", "is not an address"],
    ["an @ in the password", "redis://u:hunter2@x@h", "is not an address"],
    ["a / in the password", "redis://u:hunter2/x@h", "is not an address"],
    ["credentials without a colon", "redis://hunter2@h", "without a colon"],
    ["an empty password", "redis://u:@h", "an empty password"],
    ["a wrong percent-encoding", "redis://u:hunter2%zz@h", "percent-encoding in the password"],
    ["no host", "redis://", "no valid host and port at place 1"],
    ["a port of letters", "redis://h:hunter2", "no valid host and port at place 1"],
    ["port 0", "redis+cluster://h,h:0", "no valid host and port at place 2"],
    ["port 65536", "redis://h:65536", "no valid host and port"],
    ["a host left out of a list", "redis+cluster://a,,b", "no valid host and port at place 2"],
    ["several hosts without a form", "redis://a,b", "names several hosts"],
    ["a database of letters", "redis://h/hunter2", "no valid database"],
    ["a database of a Cluster", "redis+cluster://h/1", "none but 0"],
    ["Sentinel without a master", "redis+sentinel://h", "names no master"],
    ["a master with odd characters", "redis+sentinel://h/a/b", "names no master"],
    ["an unknown parameter", "redis://h?keyprefix=a", "the parameter keyprefix"],
    ["a parameter that is none", "redis://h?hunter2!=a", "an unknown parameter"],
    ["a parameter of another form", "redis://h?db=1", "the parameter db"],
    ["a parameter twice", "redis://h?keyPrefix=a&keyPrefix=b", "keyPrefix without a value, or twice"],
    ["a parameter without a value", "redis://h?keyPrefix", "keyPrefix without a value"],
  ])("%s, and repeats no secret", (_, url, rule) => {
    const error = errorOf(() => readRedisUrl(url));
    expect(error.message).toContain(rule);
    expect(error.path).toBe("store.url");
    expect(error.remedy).toBeTruthy();
    expect(`${error.message} ${error.remedy}`).not.toContain("hunter2");
  });
});

function errorOf(action: () => unknown): InvalidOptionError {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidOptionError) return error;
  }
  throw new Error("nothing was refused");
}
