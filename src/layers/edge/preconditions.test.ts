import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateText, isSame, judge } from "./preconditions.ts";

const etag = '"sha256-abc"';
const at = Date.UTC(2026, 5, 1, 12, 0, 0, 700);
const current = { etag, lastModifiedMs: at };
const date = "Mon, 01 Jun 2026 12:00:00 GMT";
const before = "Mon, 01 Jun 2026 11:59:59 GMT";

describe("judge (RFC 9110 section 13.2.2)", () => {
  it.each([
    [{}, "send"],
    [{ ifNoneMatch: etag }, "not_modified"],
    [{ ifNoneMatch: `W/${etag}` }, "not_modified"],
    [{ ifNoneMatch: `"a", W/"b", ${etag}` }, "not_modified"],
    [{ ifNoneMatch: `,, "a" ,${etag},` }, "not_modified"],
    [{ ifNoneMatch: `"a,${etag.slice(1)}` }, "send"],
    [{ ifNoneMatch: " * " }, "not_modified"],
    [{ ifNoneMatch: "" }, "send"],
    [{ ifNoneMatch: "sha256-abc" }, "send"],
    [{ ifNoneMatch: `w/${etag}` }, "send"],
    [{ ifNoneMatch: `"other", junk, ${etag}` }, "send"],
    [{ ifNoneMatch: '"other"', ifModifiedSince: date }, "send"],
    [{ ifModifiedSince: date }, "not_modified"],
    [{ ifModifiedSince: before }, "send"],
    [{ ifModifiedSince: "yesterday" }, "send"],
    [{ ifModifiedSince: "2026-06-01T12:00:00Z" }, "send"],
    [{ ifMatch: etag }, "send"],
    [{ ifMatch: `W/${etag}` }, "failed"],
    [{ ifMatch: '"other"' }, "failed"],
    [{ ifMatch: "*" }, "send"],
    [{ ifMatch: etag, ifNoneMatch: etag }, "not_modified"],
    [{ ifUnmodifiedSince: before }, "failed"],
    [{ ifUnmodifiedSince: date }, "send"],
    [{ ifUnmodifiedSince: "never" }, "send"],
    [{ ifMatch: etag, ifUnmodifiedSince: before }, "send"],
  ] as const)("%j: %s", (asked, condition) => {
    expect(judge(asked, current)).toBe(condition);
  });

  it("knows of no date where there is none: only tags count then", () => {
    const undated = { etag, lastModifiedMs: undefined };
    for (const asked of [{ ifModifiedSince: date }, { ifUnmodifiedSince: before }])
      expect(judge(asked, undated)).toBe("send");
    expect(judge({ ifNoneMatch: etag, ifModifiedSince: before }, undated)).toBe("not_modified");
  });

  it("reads a list once, whatever is in it", () => {
    const blank = " \t".repeat(500_000);
    for (const list of [`,${blank}x`, `"a"${blank}x`, `"a"${blank}"b"`, `${blank}W${blank}`, `,"${blank}`])
      expect(judge({ ifNoneMatch: list, ifMatch: "*" }, current)).toBe("send");
    expect(judge({ ifNoneMatch: `"a"${blank},${blank}${etag}${blank}` }, current)).toBe("not_modified");
  });

  it("comes to an end with any text, and takes none for the tag that does not have it in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ",", "W", "/", " ", "*", "a") }), (ifNoneMatch) => {
        fc.pre(ifNoneMatch.trim() !== "*");
        expect(judge({ ifNoneMatch }, current)).toBe("send");
      }),
    );
  });
});

it("a part belongs to the same only by a strong tag: a date does not tell one coding from another", () => {
  expect([etag, date, `W/${etag}`, '"x"', before, ""].map((one) => isSame(one, current))).toEqual([
    ...[true, false, false, false, false, false],
  ]);
});

it("dates are told as senders may write them", () => {
  expect(dateText(at)).toBe(date);
});
