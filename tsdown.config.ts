import { readFileSync } from "node:fs";
import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "./scripts/third-party-notices.ts";

/**
 * Three builds, run one after the other by `scripts/build.mjs`:
 *
 * - `tree` compiles every source file to a file of its own, so that `dist` mirrors `src`, a worker can be started by
 *   its path, and an import loads only what it needs.
 * - `declarations` adds the types of what `exports` in package.json names, and of what these need. They are a build of
 *   their own, and not of every file: with those of 700 files the bundler waited for itself and never ended.
 * - `vendor` replaces `dist/gateway/vendor.js` with one that contains fastify and pino. They would otherwise bring
 *   about 50 packages to everyone who installs the library.
 */
const shared = {
  format: "esm",
  platform: "node",
  target: "node22",
  outDir: "dist",
  root: "src",
  fixedExtension: false,
  clean: false,
  dts: false,
  report: false,
  logLevel: "warn",
  checks: { pluginTimings: false },
} as const;

/** The sources of the files that `exports` in package.json has types for. */
function publicEntries(): string[] {
  const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
    exports: Record<string, string | { types: string }>;
  };
  return Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [entry.types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts")],
  );
}

export default defineConfig([
  {
    ...shared,
    name: "tree",
    entry: ["src/**/*.ts", "!src/**/*.test.ts"],
    unbundle: true,
    deps: { skipNodeModulesBundle: true },
  },
  {
    ...shared,
    name: "declarations",
    entry: publicEntries(),
    unbundle: true,
    deps: { skipNodeModulesBundle: true },
    dts: { emitDtsOnly: true },
  },
  {
    ...shared,
    name: "vendor",
    entry: { "gateway/vendor": "src/gateway/vendor.ts" },
    deps: { alwaysBundle: [/^fastify/, /^pino/], onlyBundle: false },
    plugins: [thirdPartyNotices()],
    minify: { compress: true, mangle: false, codegen: true },
  },
]);
