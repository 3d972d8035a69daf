import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = new Set<string>();

/** A folder that is gone when `use` has ended. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-bench-"));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    remove(folder);
  }
}

/** For the end of the run, also one that was interrupted. */
export function removeFolders(): void {
  for (const folder of folders) remove(folder);
}

function remove(folder: string): void {
  // A child that was just killed may still be writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  folders.delete(folder);
}
