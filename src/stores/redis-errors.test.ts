import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { explainRedisError, redisUnavailable } from "./redis-errors.ts";

function coded(code: string, message = `connect ${code} 127.0.0.1:6379`): Error {
  return Object.assign(new Error(message), { code });
}

describe("explains", () => {
  test.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", "out-of-memory"],
    ["READONLY You can't write against a read only replica.", "read-only"],
    ["LOADING Redis is loading the dataset in memory", "loading"],
    ["BUSY Redis is busy running a script.", "busy"],
    ["NOAUTH Authentication required.", "authentication"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "authentication"],
    ["NOPERM this user has no permissions to run the 'set' command", "permission"],
    [
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
      "not-persisting",
    ],
    ["NOREPLICAS Not enough good replicas to write.", "too-few-replicas"],
    ["ERR max number of clients reached", "too-many-clients"],
    ["CLUSTERDOWN The cluster is down", "cluster-down"],
    ["Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:1", "cluster-down"],
    ["MOVED 866 127.0.0.1:7000", "is-cluster"],
    ["ASK 866 127.0.0.1:7000", "is-cluster"],
    ["CROSSSLOT Keys in request don't hash to the same slot", "is-cluster"],
    ["ERR This instance has cluster support disabled", "is-not-cluster"],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "no-primary"],
    ["All sentinels are unreachable. Retrying from scratch after 50ms. Last error: connect ECONNREFUSED", "no-primary"],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "wrong-type"],
    ["ERR unknown command 'GETDEL', with args beginning with: 'a' ", "unsupported"],
    ["ERR syntax error", "unsupported"],
    ["ERR DB index is out of range", "no-database"],
    ['Unknown RESP type 72 "H". Please report this.', "not-redis"],
    ["no word from the server", "silent"],
    ["no TLS there", "no-tls"],
    ["TLS there", "wants-tls"],
    ["no slots", "no-slots"],
    ["connect ETIMEDOUT", "timeout"],
    ["Socket timeout. Expecting data, but didn't receive any in 5000ms.", "timeout"],
    ["Connection is closed.", "disconnected"],
    ["Stream isn't writeable and enableOfflineQueue options is false", "disconnected"],
    ["Cluster isn't ready and enableOfflineQueue options is false", "disconnected"],
    ["Reached the max retries per request limit (which is 0).", "disconnected"],
    ["something new", "unknown"],
  ])("%s", (message, fault) => {
    const explained = explainRedisError(new Error(message));
    expect(explained.fault).toBe(fault);
    expect(explained.cause).toBeTruthy();
    expect(explained.remedy).toBeTruthy();
  });

  test.each([
    [coded("ECONNREFUSED"), "unreachable"],
    [coded("ENOTFOUND", "getaddrinfo ENOTFOUND nowhere"), "unreachable"],
    [coded("ETIMEDOUT"), "timeout"],
    [coded("ECONNRESET", "read ECONNRESET"), "disconnected"],
    [coded("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain"), "tls"],
    [new AggregateError([coded("ECONNREFUSED")]), "unreachable"],
    [
      Object.assign(new Error("Failed to refresh slots cache."), { lastNodeError: new Error("NOAUTH") }),
      "authentication",
    ],
  ])("%s by its code, or by the error in it", (error, fault) => {
    expect(explainRedisError(error).fault).toBe(fault);
  });
});

describe("the error that is thrown", () => {
  test("carries no command, credentials, keys or values", () => {
    const message = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2'";
    const error = Object.assign(new Error(message), { command: { name: "hello", args: ["hunter2"] } });
    const thrown = redisUnavailable("get", error);
    expect(thrown.code).toBe("store_unavailable");
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain("hunter2");
    expect(explainRedisError(Object.assign(new Error(`odd, with args beginning with: 'hunter2'`))).cause).toBe("odd");
  });

  test("names the reason why there is no connection", () => {
    const closed = new Error("Stream isn't writeable and enableOfflineQueue options is false");
    expect(redisUnavailable("get", closed, coded("ECONNREFUSED")).message).toBe(
      "get on redis: nobody listens at the address",
    );
    expect(redisUnavailable("get", new Error("BUSY"), coded("ECONNREFUSED")).message).toContain("script");
    expect(redisUnavailable("get", closed).message).toBe("get on redis: the connection is closed");
  });
});
