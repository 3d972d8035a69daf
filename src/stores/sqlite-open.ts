/** Opening the file of a `sqlite` store for the first time, where a mistake of the operator is told in one line. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import { makeFolder } from "./make-folder.ts";
import {
  extendedCode,
  ForeignDatabaseError,
  inodeOf,
  isDamage,
  type OpenedDatabase,
  openDatabase,
  primaryCode,
  setAside,
  sqliteCode,
} from "./sqlite-file.ts";

/** Below it the bound would hardly hold the pages of an empty file. */
const leastBytes = 1024 * 1024;

/** Checks the options and makes the folder; returns the path of the file. */
export function prepareFolder(directory: string, maxBytes: number): string {
  if (!(maxBytes >= leastBytes)) {
    throw new InvalidOptionError("store.maxBytes", {
      message: `store.maxBytes must be at least ${leastBytes}, not ${maxBytes}`,
      remedy: "give the bound of the file in bytes, for example 1073741824 for 1 GiB",
    });
  }
  try {
    makeFolder(directory);
  } catch (error) {
    throw unusable(directory, reasonOf(error, directory), error);
  }
  return join(directory, "cache.db");
}

/** Opens the file; sets aside one that is damaged or no database at all, telling its new name. */
export function openFirst(path: string, now: number, onSetAside: (aside: string) => void): OpenedDatabase {
  try {
    return openDatabase(path);
  } catch (error) {
    const code = extendedCode(error);
    if (error instanceof ForeignDatabaseError) throw unusable(path, "it is the database of another program", error);
    if (primaryCode(error) === sqliteCode.busy) {
      throw new StoreUnavailableError({ message: `${path} is locked by another program`, cause: error });
    }
    if (!isDamage(code, path)) throw unusable(path, (error as Error).message, error);
    const aside = setAside(path, inodeOf(path), code, now);
    if (aside !== undefined) onSetAside(aside);
  }
  try {
    return openDatabase(path);
  } catch (error) {
    throw unusable(path, (error as Error).message, error);
  }
}

function reasonOf(error: unknown, directory: string): string {
  const isFile = statSync(directory, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? "it is a file, not a folder" : (error as Error).message;
}

function unusable(path: string, reason: string, cause: unknown): InvalidOptionError {
  return new InvalidOptionError("store.directory", {
    message: `the sqlite store cannot use ${path}: ${reason}`,
    cause,
    remedy: "choose a folder that this user may write to, or correct its permissions",
  });
}
