import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/setup/longest-first.ts";

// Nothing is asserted about time, so the limit is only there to end what hangs, on a busy machine too.
const shared = {
  setupFiles: "test/setup/unhandled-rejections.ts",
  pool: "forks",
  // More than cores: many wait for servers and leases.
  maxWorkers: 3,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
  // Loaded once a worker: nothing in src keeps what another test could meet, and what a test sets for its process it sets back.
  isolate: false,
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts"] } },
      // Contract, integration, conformance, chaos, end to end and the examples: real servers and the built package.
      { test: { ...shared, name: "whole", include: ["test/**/*.test.ts"] } },
    ],
  },
});
