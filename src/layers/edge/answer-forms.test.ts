import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { answerPath, answersPrefix, bodyOf, formOf } from "./answer-forms.ts";
import { type AnswerHead, type AnswerVersion, decodeHead, encode, headKey, isSlug } from "./published-answer.ts";

const version: AnswerVersion = {
  ...{ slug: "faq", version: 1, text: "Yes.", title: undefined, language: undefined, model: undefined },
  ...{ computedAt: 0, publishedAt: 0, tags: ["secret-tag"], generations: [["tag:secret-tag", "x"]] },
  source: { tenant: "secret-tenant", slot: "slot" },
};
const text = (of: Partial<AnswerVersion>, form: "json" | "text" | "html") =>
  Buffer.from(bodyOf({ ...version, ...of }, form)).toString("utf8");

describe("forms of a published answer", () => {
  it("are at the path that leads to them", () => {
    for (const form of ["json", "text", "html"] as const)
      expect(formOf(answerPath("faq", form).slice(answersPrefix.length))).toEqual({ slug: "faq", form });
  });

  it("tell nothing of where it came from", () => {
    for (const form of ["json", "text", "html"] as const) expect(text({}, form)).not.toContain("secret");
  });

  it("HTML has the tags of the page and no other, whatever was written", () => {
    const bare = text({ title: "t" }, "html").match(/<[^>]*>/g);
    const hostile = fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "/", "script", " onload=", "\0", "é") });
    fc.assert(
      fc.property(hostile, hostile, (answer, title) => {
        const page = text({ text: answer, title }, "html");
        expect(page.match(/<[^>]*>/g)).toEqual(bare);
        expect(page).not.toContain("\0");
      }),
    );
  });

  it("JSON has the text as it is", () => {
    fc.assert(
      fc.property(fc.string(), (answer) => {
        expect(JSON.parse(text({ text: answer }, "json")).text).toBe(answer);
      }),
    );
  });
});

it.each([
  ["a", true],
  ["opening-hours-2026", true],
  ["x".repeat(100), true],
  ["x".repeat(101), false],
  ["", false],
  ["-a", false],
  ["a-", false],
  ["A", false],
  ["a.b", false],
  ["a/b", false],
  ["..", false],
  ["a\n", false],
  ["ä", false],
])("isSlug(%j) is %s", (slug, expected) => {
  expect(isSlug(slug)).toBe(expected);
});

it("what somebody else wrote into the store is not published", () => {
  const secret = fingerprintKey(Buffer.alloc(32, 1));
  const head: AnswerHead = {
    ...{ id: "h", slug: "faq", state: "live" as const, current: 1, latest: 1, changedAt: 0 },
    ...{ prompt: undefined, refreshedAt: undefined, failed: undefined },
  };
  const sealed = encode(secret, headKey("faq", "h"), head);
  expect(decodeHead(secret, "faq", "h", sealed)).toEqual(JSON.parse(JSON.stringify(head)));
  expect(decodeHead(secret, "other", "h", sealed)).toBeUndefined();
  expect(decodeHead(secret, "faq", "i", sealed)).toBeUndefined();
  expect(decodeHead(fingerprintKey(Buffer.alloc(32, 2)), "faq", "h", sealed)).toBeUndefined();
  expect(decodeHead(secret, "faq", "h", undefined)).toBeUndefined();
  for (let at = 0; at < sealed.length; at++) {
    const flipped = Buffer.from(sealed);
    flipped[at] = (flipped[at] as number) ^ 1;
    expect(decodeHead(secret, "faq", "h", flipped)).toBeUndefined();
  }
  expect(decodeHead(secret, "faq", "h", sealed.subarray(0, 20))).toBeUndefined();
});
