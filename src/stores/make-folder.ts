import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder for its owner alone, and those above it that are missing. One by one: node's own recursive way does not
 * come back where a folder says that it is there and takes no others, as `/proc` does.
 *
 * @throws the error of the file system.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let place = resolve(folder); !existsSync(place) && dirname(place) !== place; place = dirname(place))
    missing.unshift(place);
  for (const place of missing) {
    try {
      mkdirSync(place, { mode: 0o700 });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  if (!statSync(folder).isDirectory()) mkdirSync(folder);
}
