import { describe, expect, test } from "vitest";
import { showsIn } from "./token-guard.ts";

const token = "an/admin+token-of-ours==";
const asks = (rawHeaders: readonly string[], url = "/v1/files", shown = token): boolean =>
  [url, ...rawHeaders].some(showsIn(shown));
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const escaped = (text: string): string =>
  [...text].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");

describe("showsIn", () => {
  test.each([
    ["a bearer token", ["Authorization", `Bearer ${token}`]],
    ["without a scheme", ["Authorization", token]],
    ["a second field of that name", ["Authorization", "Bearer k", "Authorization", `Bearer ${token}`]],
    ["a second key", ["X-Api-Key", "a", "X-Api-Key", token]],
    ["the password of Basic", ["Authorization", `Basic ${base64(`admin:${token}`)}`]],
    ["the user of Basic", ["Proxy-Authorization", `basic  ${base64(`${token}:`)}`]],
    ["in quotes", ["Authorization", `Bearer "${token}"`]],
    ["with a parameter behind it", ["Authorization", `Bearer ${token}; x`]],
    ["with more behind it", ["Authorization", `Bearer ${token}x`]],
    ["any other field", ["X-Auth-Token", token]],
    ["a field of another gateway", ["Helicone-Auth", `Bearer ${token}`]],
    ["a cookie", ["Cookie", `a=b; token=${token}; c=d`]],
    ["an escaped cookie", ["Cookie", `a=%; token=${encodeURIComponent(token)}`]],
    ["the name of a field", [token, "1"]],
  ])("finds it as %s", (_, rawHeaders) => {
    expect(asks(["Host", "gateway", ...rawHeaders, "Accept", "*/*"])).toBe(true);
  });

  test.each([
    `/v1/files?api_key=${token}`,
    `/v1/files?a=1&Key=${token}`,
    `/v1/files?token=${token}%20`,
    `/v1/files?ke%79=${encodeURIComponent(token)}`,
    `/v1/files?broken=%zz%&token=${escaped(token)}`,
    `/v1/files/${token}`,
    `/v1/files?${token}`,
  ])("finds it in %s", (url) => {
    expect(asks([], url)).toBe(true);
  });

  test.each([
    ["nothing", []],
    ["another", ["Authorization", "Bearer sk-something-that-is-longer-than-it-is"]],
    ["part of it", ["Authorization", `Bearer ${token.slice(1)}`, "X-Api-Key", token.slice(0, -1)]],
    ["its halves in two fields", ["A", token.slice(0, 12), "B", token.slice(12)]],
    ["all but its middle", ["Authorization", `Bearer ${token.replace("token", "taken")}`]],
    ["in other case", ["Authorization", `Bearer ${token.toUpperCase()}`]],
    ["another password", ["Authorization", `Basic ${base64(`admin:${token.slice(1)}`)}`]],
    ["what is no base64", ["Authorization", "Basic ***"]],
  ])("lets by %s", (_, rawHeaders) => {
    expect(asks(rawHeaders, "/v1/files?key=AIza1&broken=%zz")).toBe(false);
  });

  test("finds one that repeats itself, wherever it begins", () => {
    const repeating = "ababababababababac";
    for (const before of ["", "a", "ab", "aba", "abababababababab"])
      expect(asks(["X-Key", `${before}${repeating}b`], "/", repeating)).toBe(true);
    expect(asks(["X-Key", "ab".repeat(100)], "/", repeating)).toBe(false);
  });
});
