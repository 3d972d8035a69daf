import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { thirdPartyNotices } from "../scripts/third-party-notices.ts";

/** Builds the dashboard into `dist/dashboard`. Whatever the page needs is in its own files: nothing inline, nothing remote. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative, so that it works below a path of a proxy too.
  base: "./",
  publicDir: false,
  plugins: [thirdPartyNotices() as Plugin],
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
