import { lstatSync, mkdirSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/**
 * Keeps the compiled code of the program between starts (https://nodejs.org/api/module.html#module-compile-cache).
 * What lies in the folder is run, so it must belong to this user and nobody else may write to it; without such a
 * folder a start takes a little longer, and that is all. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` go first.
 */
export function useCompileCache(): void {
  if (process.env["NODE_COMPILE_CACHE"] !== undefined) return;
  const folder = privateFolder(tmpdir());
  if (folder !== undefined) module.enableCompileCache(folder);
}

/** Writes what was compiled since: a gateway that is killed has no other occasion. */
export function keepCompiled(): void {
  module.flushCompileCache();
}

/** A folder of this user in `parent`, made when it is missing; `undefined` when it cannot be used. */
export function privateFolder(parent: string): string | undefined {
  const owner = process.getuid?.();
  const folder = join(parent, `reprise-compiled-${owner ?? "user"}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const status = lstatSync(folder);
    if (!status.isDirectory()) return undefined;
    // Windows has neither owner nor mode here; its temporary folder belongs to one user.
    return owner === undefined || (status.uid === owner && (status.mode & 0o022) === 0) ? folder : undefined;
  } catch {
    return undefined;
  }
}
