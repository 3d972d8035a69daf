import { expect, it } from "vitest";
import { SectionTable } from "./seen-section.ts";

const section = (text: string) => ({ place: "system", text });

it("equal sections are one for as long as a prompt has them", () => {
  const table = new SectionTable();
  const [one, other] = [table.use(section("Be brief."), false), table.use(section("Be brief."), false)];
  expect(other).toBe(one);
  expect(table.length).toBe("Be brief.".length);
  table.leave(one);
  expect(table.use(section("Be brief."), false)).toBe(one);
  table.leave(one);
  table.leave(one);
  expect(table.length).toBe(0);
  expect(table.use(section("Be brief."), false)).not.toBe(one);
});

it("marks for a cache are none of a section, wherever they stand in it; a text about them is", () => {
  const table = new SectionTable();
  const plain = table.use(section('{"text":"Hi","type":"text"}'), false);
  const mark = '"cache_control":{"type":"ephemeral","ttl":"1h"}';
  for (const marked of [
    `{${mark},"text":"Hi","type":"text"}`,
    `{"text":"Hi",${mark},"type":"text"}`,
    `{"text":"Hi","type":"text",${mark}}`,
  ])
    expect(table.use(section(marked), false)).toBe(plain);
  const about = JSON.stringify({ text: `Set {${mark}} here` });
  expect(table.use(section(about), false).text).toBe(about);
});

it("of a redacted section the lengths of its texts count", () => {
  const { length } = new SectionTable().use(section('"~aaaaaaaaaaaaaaaa:5000"'), true);
  expect(length).toBe(5_002);
});
