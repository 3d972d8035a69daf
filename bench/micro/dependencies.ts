import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { drivingCore, startProgram } from "../child-process.ts";
import { buildProduct, projectRoot } from "../product.ts";
import { withFolder } from "../temporary.ts";

/** What `npm install reprise` brings into an empty folder, without optional peers. */

const against = "optional peers left out";
const quietly = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];

export const dependencies: Benchmark = {
  name: "dependencies",
  describe: "packages and megabytes that an installation of the package brings",
  async run() {
    if (!buildProduct()) return { skipped: "dist could not be built" };
    return withFolder(async (folder) => {
      const npm = (parameters: readonly string[], directory: string) =>
        startProgram("npm", [...parameters, ...quietly], { core: drivingCore, directory }).output();
      await npm(["pack", "--ignore-scripts", "--pack-destination", folder], new URL(projectRoot).pathname);
      const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) as string;
      writeFileSync(join(folder, "package.json"), '{"name":"empty","private":true}');
      try {
        await npm(["install", "--omit=dev", "--omit=peer", "--ignore-scripts", `./${tarball}`], folder);
      } catch (error) {
        return {
          skipped: `npm could not install the package (is there a registry?): ${(error as Error).message.split("\n")[1] ?? ""}`,
        };
      }
      const lock = JSON.parse(readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8"));
      const packages = Object.keys(lock.packages).filter((path) => path !== "node_modules/reprise");
      const megabytes = (path: string): number => bytesBelow(join(folder, path)) / 1e6;
      return {
        budget: [
          budgetRow("packages that are installed with it", against, [packages.length], {
            must: 30,
            aim: 20,
            better: "lower",
            unit: "packages",
          }),
          budgetRow("size of all, itself included", against, [megabytes("node_modules")], {
            must: 40,
            aim: 25,
            better: "lower",
            unit: "MB",
          }),
        ],
        figures: [
          figure("size of the tarball", "MB", [statSync(join(folder, tarball)).size / 1e6]),
          figure("size of the package itself", "MB", [megabytes("node_modules/reprise")]),
        ],
        notes: [
          `Installed with it: ${packages
            .map((path) => path.replace(/^.*node_modules\//, ""))
            .sort()
            .join(", ")}.`,
        ],
      };
    });
  },
};

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesBelow(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
