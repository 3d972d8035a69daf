import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/setup/longest-first.ts";

// Nothing is asserted about time, so the limit is only there to end what hangs, on a busy machine too.
const shared = {
  setupFiles: "test/setup/unhandled-rejections.ts",
  pool: "forks",
  // More than cores: many wait for servers and leases.
  maxWorkers: 3,
  testTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Modules are loaded once a worker: nothing in src keeps what another test could meet.
      { test: { ...shared, name: "unit", isolate: false, include: ["src/**/*.test.ts"] } },
      // Contract, integration, conformance, chaos, end to end and the examples: real servers and the built package.
      { test: { ...shared, name: "whole", include: ["test/**/*.test.ts"] } },
    ],
  },
});
