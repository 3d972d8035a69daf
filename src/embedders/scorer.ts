import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The text of the scorer's file, which comes with the package: read when it is first asked for, once a process.
 *
 * @throws when there is no such file.
 */
export function scorerFile(): string {
  file ??= readFileSync(fileURLToPath(new URL("../../models/scorer-en.json", import.meta.url)), "utf8");
  return file;
}

let file: string | undefined;
