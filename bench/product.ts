import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The program that is measured: what is published, built from the sources as they are now. */

export const projectRoot = new URL("../", import.meta.url);

export const inProject = (path: string): string => fileURLToPath(new URL(path, projectRoot));

let built: boolean | undefined;

/** Builds `dist` if a source is newer; false when it cannot be built. */
export function buildProduct(): boolean {
  built ??= spawnSync(process.execPath, [inProject("scripts/build.mjs")], { stdio: "inherit" }).status === 0;
  return built;
}

/** The `reprise` command: of `dist`, or of `src` where that does not build. */
export function repriseCommand(): string {
  return inProject(buildProduct() ? "dist/cli/main.js" : "src/cli/main.ts");
}

/** What the result says of it. */
export function productNote(): string {
  return buildProduct()
    ? "The gateway ran from dist, as it is published."
    : "dist could not be built: the gateway ran from src.";
}
