import { describe, expect, it, test } from "vitest";
import { OriginError } from "../../core/errors.ts";
import { originError } from "../upstream-origin.ts";
import { ReplicaTroubles, withoutPlace } from "./replica-error.ts";

const url = "http://gpu-7.internal:8000/v1";

describe("a failure of a replica names its number and not its place", () => {
  const cases: readonly (readonly [string, { code?: string; message: string }, "head" | "body", string])[] = [
    [
      "a refusal",
      { code: "ECONNREFUSED", message: "connect ECONNREFUSED 10.0.0.7:8000" },
      "head",
      "could not be reached: ECONNREFUSED.",
    ],
    [
      "no such host",
      { code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND gpu-7.internal" },
      "head",
      "could not be reached: ENOTFOUND.",
    ],
    [
      "a foreign certificate",
      { code: "ERR_TLS_CERT_ALTNAME_INVALID", message: "Host: gpu-7.internal. is not in the cert's altnames" },
      "head",
      "could not be reached: ERR_TLS_CERT_ALTNAME_INVALID.",
    ],
    [
      "a timer of the system",
      { code: "ETIMEDOUT", message: "connect ETIMEDOUT 10.0.0.7:8000" },
      "head",
      "timed out: ETIMEDOUT.",
    ],
    [
      "silence",
      { code: "UND_ERR_HEADERS_TIMEOUT", message: "Headers Timeout Error" },
      "head",
      "timed out: it did not begin to answer in time.",
    ],
    [
      "an end",
      { message: "terminated by gpu-7.internal" },
      "body",
      "broke off its answer, or gave one that cannot be read.",
    ],
  ];
  test.each(cases)("%s", (_what, { code, message }, phase, told) => {
    const known = originError(Object.assign(new Error(message), { code }), url, phase);
    const error = withoutPlace(known, "Replica 2", "pool") as OriginError;
    expect(error.message).toBe(`Replica 2 of the upstream pool ${told}`);
    expect([error.failure, error.status, error.cause]).toEqual([known.failure, known.status, known]);
    expect(known.message).toContain(url);
  });

  it("leaves alone what is no failure of it", () => {
    const aborted = new OriginError("aborted", { message: "The call was aborted." });
    expect(withoutPlace(aborted, "Replica 1", "pool")).toBe(aborted);
    const ours = new TypeError("ours");
    expect(withoutPlace(ours, "Replica 1", "pool")).toBe(ours);
  });
});

it("tells once that a replica fails, with why, and once that it answers again", () => {
  const told: unknown[] = [];
  const troubles = new ReplicaTroubles("pool", (event) => told.push(event));
  troubles.answered("a");
  for (let time = 0; time < 3; time++) troubles.failed("a", new Error("refused"));
  troubles.failed("b", "it answers with status 503");
  for (let time = 0; time < 2; time++) troubles.answered("a");
  troubles.failed("a", new Error("again"));
  expect(told).toEqual([
    { upstream: "pool", replica: "a", trouble: "refused" },
    { upstream: "pool", replica: "b", trouble: "it answers with status 503" },
    { upstream: "pool", replica: "a", trouble: undefined },
    { upstream: "pool", replica: "a", trouble: "again" },
  ]);
});
