import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readLabelled } from "./labelled-file.ts";

const folder = mkdtempSync(join(tmpdir(), "reprise-labelled-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe("files of pairs", () => {
  const pairs = [
    { line: 2, a: "Where is my parcel, please?", b: "where is my parcel", right: true },
    { line: 4, a: 'What does "idle" mean?', b: "What is a kettle?", right: false },
  ];

  it.each([
    [
      "pairs.csv",
      'a,b,label\n"Where is my parcel, please?",where is my parcel,1\n\n"What does ""idle"" mean?",What is a kettle?,0',
    ],
    [
      "pairs.TSV",
      'b\ta\tlabel\textra\nwhere is my parcel\tWhere is my parcel, please?\ttrue\t\n\nWhat is a kettle?\tWhat does "idle" mean?\tfalse\t\n',
    ],
    [
      "pairs.jsonl",
      '\n{"a":"Where is my parcel, please?","b":"where is my parcel","label":1}\n\n{"a":"What does \\"idle\\" mean?","b":"What is a kettle?","label":false}\n',
    ],
    [
      "pairs",
      '\ufeff\n{"a":"Where is my parcel, please?","b":"where is my parcel","label":true}\n\n{"a":"What does \\"idle\\" mean?","b":"What is a kettle?","label":0}\n',
    ],
  ])("%s", (name, content) => {
    expect(readLabelled(fileOf(name, content))).toEqual({ kind: "pairs", records: pairs });
  });
});

describe("files of observations", () => {
  it("have a score or a similarity, and default to the tier of vectors", () => {
    const content = [
      '{"score":0.97,"similarity":0.91,"right":true,"tier":"signature","at":"2026-01-01T00:00:00Z"}',
      '{"similarity":0.5,"right":0}',
    ].join("\n");
    expect(readLabelled(fileOf("observed.jsonl", content)).records).toEqual([
      { line: 1, score: 0.97, similarity: 0.91, right: true, tier: "signature", at: Date.UTC(2026, 0, 1) },
      { line: 2, score: undefined, similarity: 0.5, right: false, tier: "vector", at: undefined },
    ]);
  });

  it("are cells, too", () => {
    expect(readLabelled(fileOf("observed.csv", "score,right,at\n0.5,TRUE,17\n")).records).toEqual([
      { line: 2, score: 0.5, similarity: undefined, right: true, tier: "vector", at: 17 },
    ]);
  });
});

describe("what cannot be taken", () => {
  it.each([
    ["empty.jsonl", "\n\n", "has no records"],
    ["header.csv", "a,b,label\n", "has no records"],
    ["json.jsonl", '{"a":"x","b":"y","label":1}\n{"a":', "line 2: no JSON"],
    ["list.jsonl", "[1]\n", "line 1: no JSON object"],
    ["other.jsonl", '{"question":"x"}\n', "line 1: neither a pair"],
    [
      "label.jsonl",
      '{"a":"x","b":"y","label":"maybe"}\n',
      'line 1: label must be 1 or 0, or true or false, and is "maybe"',
    ],
    ["missing.jsonl", '{"a":"x","b":"y"}\n', "label must be 1 or 0, or true or false, and is missing"],
    ["blank.csv", "a,b,label\nx,y,1\nx, ,1\n", "line 3: b must be a text"],
    ["cells.csv", "a,b,label\nx,y,1\nx,y, z,1\n", "line 3: 4 cells under a header of 3"],
    ["quote.csv", 'a,b,label\n"x,y,1\n', "line 2: a quotation mark is not closed"],
    ["score.jsonl", '{"score":1.5,"right":1}\n', "line 1: score must be a number of at most 1, and is 1.5"],
    ["number.csv", "similarity,right\nhigh,1\n", 'line 2: similarity must be a number, and is "high"'],
    ["tier.jsonl", '{"score":0.5,"right":1,"tier":"normal"}\n', "line 1: tier must be signature or vector"],
    ["time.jsonl", '{"score":0.5,"right":1,"at":"soon"}\n', "line 1: at must be a time"],
    ["neither.jsonl", '{"score":0.5,"right":1}\n{"right":1}\n', "line 2: has neither score nor similarity"],
    ["mixed.jsonl", '{"a":"x","b":"y","label":1}\n{"score":0.5,"right":1}\n', "line 2: a must be a text"],
    ["form.bin", "hello", "is of no known form"],
    ["latin.csv", Uint8Array.of(0x61, 0x2c, 0xe9), "is no text in UTF-8"],
  ])("%s", (name, content, message) => {
    const file = fileOf(name, content);
    expect(() => readLabelled(file)).toThrow(
      expect.objectContaining({ code: "labelled_file", message: expect.stringContaining(message) }),
    );
  });

  it("a file that is not there, or is none", () => {
    expect(() => readLabelled(join(folder, "nowhere.csv"))).toThrow("does not exist");
    expect(() => readLabelled(folder)).toThrow("cannot be read: EISDIR");
  });
});
