import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { AttemptLimit } from "../attempt-limit.ts";
import { tokenGuesses } from "./token-guesses.ts";

const token = "an/admin+token-of-ours==";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

function world() {
  const clock = new ManualClock();
  const isRefused = tokenGuesses({ kind: "open", token }, new AttemptLimit(clock, 10));
  const ask = (value: string, { url = "/v1/files", name = "authorization", from = "192.0.2.1" } = {}) => {
    const request = { url, rawHeaders: [name, value], headers: { [name]: value }, socket: { remoteAddress: from } };
    return { isRefused: isRefused(request as unknown as IncomingMessage), request };
  };
  const guess = (times: number, from?: string) => {
    for (let index = 0; index < times; index++)
      ask(`Bearer a-guess-that-is-wrong-${clock.now()}-${index}`, from === undefined ? {} : { from });
  };
  return { clock, ask, guess };
}

describe("tokenGuesses", () => {
  test("tells who shows the token so, as often as he does", () => {
    const { ask, guess } = world();
    guess(9);
    for (let times = 0; times < 20; times++) expect(ask(`Bearer ${token}`).isRefused).toBe(true);
  });

  test("tells it nobody who has tried much within the minute, and sends something else on", () => {
    const { clock, ask, guess } = world();
    guess(11);
    const { isRefused, request } = ask(`Bearer ${token}`);
    expect(isRefused).toBe(false);
    expect(request.rawHeaders[1]).toMatch(/^Bearer [\w-]{24}$/);
    expect(request.headers).toEqual({ authorization: request.rawHeaders[1] });
    expect(ask(`Bearer ${token}`).request.rawHeaders).toEqual(request.rawHeaders);
    expect(ask(`Bearer ${token}`, { from: "192.0.2.2" }).isRefused).toBe(true);
    clock.advance(60_001);
    expect(ask(`Bearer ${token}`).isRefused).toBe(true);
  });

  test("counts what is new in a request, however much, and nothing that was there before", () => {
    const { ask } = world();
    for (let times = 0; times < 100; times++) ask("Bearer sk-a-credential-of-somebody");
    expect(ask(`Bearer ${token}`).isRefused).toBe(true);
    const request = {
      ...{ url: "/", headers: {}, socket: { remoteAddress: "192.0.2.9" } },
      rawHeaders: Array.from({ length: 40 }, (_, index) => [`x-${index}`, `a-guess-of-some-length-${index}`]).flat(),
    };
    const isRefused = tokenGuesses({ kind: "open", token }, new AttemptLimit(new ManualClock(), 10));
    expect(isRefused(request as unknown as IncomingMessage)).toBe(false);
    const right = { ...request, rawHeaders: ["x-a", token] };
    expect(isRefused(right as unknown as IncomingMessage)).toBe(false);
    expect(right.rawHeaders[1]).not.toContain(token);
  });

  test("where there is none, lets all by", () => {
    const lets = tokenGuesses({ kind: "closed", reason: "", remedy: "" }, new AttemptLimit(new ManualClock(), 10));
    expect(lets({ rawHeaders: ["Authorization", "Bearer undefined"], url: "/" } as IncomingMessage)).toBe(false);
  });

  test.each([
    ["the user of Basic", `Basic ${base64(`${token}:x`)}`, {}],
    ["an escaped cookie", `a=b; t=${encodeURIComponent(token)}; c=d`, { name: "cookie" }],
    ["escaped in the middle", `t=an/admin%2Btoken-of-ours%3D%3D`, { name: "cookie" }],
    ["a path", "x", { url: `/v1/files/${token}` }],
    ["a query", "x", { url: `/v1/files?a=1&key=${encodeURIComponent(token)}&b=2` }],
    ["an escaped path", "x", { url: `/v1/an/admin%2btoken-of-ours==` }],
  ])("takes it out of %s", (_, value, more) => {
    const { ask, guess } = world();
    guess(11);
    const { isRefused, request } = ask(value, more);
    expect(isRefused).toBe(false);
    const sent = [request.url, ...request.rawHeaders, ...Object.values(request.headers)];
    const decoded = sent.flatMap((text) => [
      text,
      decodeURIComponent(text),
      Buffer.from(text.slice(6), "base64").toString(),
    ]);
    expect(decoded.filter((text) => text.includes(token))).toEqual([]);
    expect(request.url.startsWith("/")).toBe(true);
    if (value === "x" && "url" in more && more.url.includes("?"))
      expect(request.url).toMatch(/^\/v1\/files\?a=1&key=[\w-]+&b=2$/);
  });
});
