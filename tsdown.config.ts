import { defineConfig } from "tsdown";
import { thirdPartyNotices } from "./scripts/third-party-notices.ts";

/**
 * Two builds, run one after the other by `scripts/build.mjs`:
 *
 * - `tree` compiles every source file to a file of its own, so that `dist` mirrors `src`, a worker can be started by
 *   its path, and an import loads only what it needs.
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
  dts: true,
  report: false,
  logLevel: "warn",
  checks: { pluginTimings: false },
} as const;

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
    name: "vendor",
    entry: { "gateway/vendor": "src/gateway/vendor.ts" },
    // The type declarations of fastify cannot be bundled; check-package.mjs sees to it that no public type needs them.
    dts: false,
    deps: { alwaysBundle: [/^fastify/, /^pino/], onlyBundle: false },
    plugins: [thirdPartyNotices()],
    minify: { compress: true, mangle: false, codegen: true },
  },
]);
