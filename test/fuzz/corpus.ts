import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { FuzzTarget } from "./fuzz-target.ts";
import { type Crash, crashName } from "./fuzzing.ts";

/**
 * What is kept of fuzzing, beside it in the repository: inputs that reach source which the seeds do not, a line of JSON
 * each (bytes as the characters U+0000 to U+00FF), and the inputs that once broke a promise, a file each.
 */

const corpusFolder = new URL("corpus/", import.meta.url);
const crashFolder = new URL("crashes/", import.meta.url);

export function corpusOf({ name, seeds }: FuzzTarget): readonly Uint8Array[] {
  const file = new URL(`${name}.jsonl`, corpusFolder);
  const lines = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
  return [
    ...seeds.map((seed) => (typeof seed === "string" ? Buffer.from(seed, "utf8") : seed)),
    ...lines.map((line) => Buffer.from(JSON.parse(line), "latin1")),
  ];
}

/** The seeds have the long ones. */
const longestKept = 600;

/** Adds inputs to those that are kept, but long ones. */
export function keep({ name }: FuzzTarget, inputs: readonly Uint8Array[]): void {
  const file = new URL(`${name}.jsonl`, corpusFolder);
  const lines = new Set(
    existsSync(file)
      ? readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => line !== "")
      : [],
  );
  for (const input of inputs)
    if (input.length <= longestKept) lines.add(JSON.stringify(Buffer.from(input).toString("latin1")));
  mkdirSync(corpusFolder, { recursive: true });
  writeFileSync(file, `${[...lines].join("\n")}\n`);
}

/** The file of the input, which the tests replay from then on. */
export function writeCrash(crash: Crash): URL {
  mkdirSync(crashFolder, { recursive: true });
  const file = new URL(crashName(crash), crashFolder);
  writeFileSync(file, crash.input);
  return file;
}

/** Inputs that once broke a promise of a target. */
export function crashesOf({ name }: FuzzTarget): readonly Uint8Array[] {
  const own = new RegExp(`^${name}-[0-9a-f]{12}\\.bin$`);
  return existsSync(crashFolder)
    ? readdirSync(crashFolder)
        .filter((file) => own.test(file))
        .map((file) => new Uint8Array(readFileSync(new URL(file, crashFolder))))
    : [];
}
