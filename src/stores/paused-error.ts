import { StoreUnavailableError } from "../core/errors.ts";

/** What is not written while a SQLite file cannot be. */
export function pausedError(cause?: string): StoreUnavailableError {
  return new StoreUnavailableError({
    message: "the sqlite store cannot write at present",
    ...(cause === undefined ? {} : { cause }),
    remedy: "free space on the disk or end the program that locks the file; writing goes on by itself",
  });
}
