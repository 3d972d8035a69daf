import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/**
 * The data sets of SOURCES.md, read in place: nothing of them is ever copied into the project. Each reader gives pairs
 * that say the same or do not, or questions of which no two ask the same.
 */

export interface LabelledPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** The data set, or its part. */
  readonly source: string;
}

export class DataSets {
  readonly #folder: string;

  /** `folder`: the one that holds SOURCES.md. */
  constructor(folder: string) {
    this.#folder = join(folder, "semantic");
  }

  get isThere(): boolean {
    return existsSync(this.#folder);
  }

  checklist(): readonly LabelledPair[] {
    return this.#lines("checklist_qqp_suite_half.jsonl.gz").map((line) => {
      const { cap, a, b, label } = JSON.parse(line) as { cap: string; a: string; b: string; label: number };
      return { a, b, same: label === 1, source: `checklist ${cap}` };
    });
  }

  paws(): readonly LabelledPair[] {
    return this.#rows("paws_qqp_train_11988.tsv.gz", "\t").map(([, a = "", b = "", label]) => ({
      a: detokenised(a),
      b: detokenised(b),
      same: label === "1",
      source: "paws",
    }));
  }

  mqp(): readonly LabelledPair[] {
    return csvRows(this.#text("mqp_half.csv.gz")).map(([, a = "", b = "", label]) => ({
      a,
      b,
      same: label === "1",
      source: "mqp",
    }));
  }

  qqp(): readonly LabelledPair[] {
    return this.#rows("qqp_wang_dev_10k.tsv.gz", "\t").map(([, , , , a = "", b = "", label]) => ({
      a,
      b,
      same: label === "1",
      source: "qqp",
    }));
  }

  /** Many questions of people, labelled in pairs. */
  manyQuestions(): readonly LabelledPair[] {
    return this.#lines("qqp_gptcache_80854.jsonl.gz").map((line) => {
      const { a, b, label } = JSON.parse(line) as { a: string; b: string; label: number };
      return { a, b, same: label === 1, source: "qqp" };
    });
  }

  gptcache(): readonly LabelledPair[] {
    const all = JSON.parse(this.#text("gptcache_mock_data.json.gz")) as { origin: string; similar: string }[];
    return all.map(({ origin, similar }) => ({ a: origin, b: similar, same: true, source: "gptcache" }));
  }

  /** Real questions with one slip of the pen each. */
  marcoTypos(): readonly LabelledPair[] {
    const typos = new Map(this.#rows("marco_dev_queries_typo1.tsv.gz", "\t", 0).map(([id, text]) => [id, text]));
    return this.#rows("marco_dev_queries_6980.tsv.gz", "\t", 0).flatMap(([id, a = ""]) => {
      const b = typos.get(id);
      return b === undefined || a === b ? [] : [{ a, b, same: true, source: "marco typo" }];
    });
  }

  marco(): readonly string[] {
    return this.#rows("marco_dev_queries_6980.tsv.gz", "\t", 0).map(([, text = ""]) => text);
  }

  naturalQuestions(): readonly string[] {
    return this.#lines("nq_open_dev_3610.jsonl.gz").map((line) => (JSON.parse(line) as { question: string }).question);
  }

  wellFormed(): readonly string[] {
    return this.#rows("query_wellformedness_train.tsv.gz", "\t", 0).map(([text = ""]) =>
      text.replace(/ (?=[?.,!])/g, ""),
    );
  }

  /** Utterances by what they want: others of the same intent may differ in what they name. */
  intents(): readonly { readonly text: string; readonly intent: string }[] {
    const clinc = JSON.parse(this.#text("clinc150_data_full.json.gz")) as Record<string, [string, string][]>;
    const hwu = this.#rows("hwu64_label_text.tsv.gz", "\t", 0).map(([intent = "", text = ""]) => ({ text, intent }));
    return [
      ...Object.values(clinc)
        .flat()
        .filter(([, intent]) => intent !== "oos")
        .map(([text, intent]) => ({ text, intent })),
      ...hwu,
    ];
  }

  /** Common misspellings by word. */
  misspellings(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      this.#lines("nlpaug_spelling_en.txt.gz").map((line) => {
        const [word = "", ...slips] = line.trim().split(/\s+/);
        return [word.toLowerCase(), slips] as const;
      }),
    );
  }

  #text(file: string): string {
    return gunzipSync(readFileSync(join(this.#folder, file))).toString("utf8");
  }

  #lines(file: string): string[] {
    return this.#text(file)
      .split("\n")
      .filter((line) => line.trim() !== "");
  }

  #rows(file: string, separator: string, headings = 1): string[][] {
    return this.#lines(file)
      .slice(headings)
      .map((line) => line.replace(/\r$/, "").split(separator));
  }
}

/** Penn Treebank tokens put together again. */
export function detokenised(text: string): string {
  return text
    .replace(/ n't\b/g, "n't")
    .replace(/ ('(?:s|re|ve|ll|d|m)\b)/gi, "$1")
    .replace(/ ([?.,!;:%)\]])/g, "$1")
    .replace(/([([$]) /g, "$1")
    .replace(/``\s?|\s?''/g, '"')
    .trim();
}

/** Fields may stand in quotation marks, with commas and line ends in them (RFC 4180). */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text;
  while (rest !== "") {
    const [whole, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/.exec(rest) ?? [rest];
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    rest = rest.slice((whole as string).length);
    if (end !== ",") {
      if (row.some((field) => field !== "")) rows.push(row);
      row = [];
    }
  }
  return rows;
}
