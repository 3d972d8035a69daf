import { expect, it } from "vitest";
import { isTag } from "./directives.ts";
import { sourceTag } from "./source-tag.ts";

it.each([
  ["doc:42", "src:doc:42"],
  ["file:file-AbC", "src:file:file-abc"],
])("%s is tagged %s", (source, tag) => {
  expect(sourceTag(source)).toBe(tag);
});

it("names that are no tags have one of their own, which says of what kind they are", () => {
  const sources = ["url:https://a.example/x?y=1", "url:https://a.example/x?y=2", `file:${"f".repeat(100)}`, "a b"];
  const tags = sources.map(sourceTag);
  expect(tags.every(isTag)).toBe(true);
  expect(new Set(tags).size).toBe(sources.length);
  expect(tags[0]).toMatch(/^src:url:[0-9a-f]{40}$/);
});
