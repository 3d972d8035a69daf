import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Random } from "../core/clock.ts";

/**
 * A file with a secret, for its owner alone to read: what is in it once it is there. Two who make it at once make one each;
 * what counts is the one that was there first, and it is never half written.
 *
 * @throws the error of the file system.
 */
export function madeOnce(file: string, content: string, random: Random): string {
  const own = `${file}.${Buffer.from(random.bytes(9)).toString("base64url")}`;
  writeFileSync(own, content, { mode: 0o600, flag: "wx" });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return readFileSync(file, "utf8");
}

/** What is in a file; `undefined` where there is none. Throws what else the file system says. */
export function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
