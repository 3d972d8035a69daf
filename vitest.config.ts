import { defineConfig } from "vitest/config";

const shared = { setupFiles: "test/setup/unhandled-rejections.ts", pool: "forks" } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts"] } },
      // Contract, integration, conformance, chaos, end to end and the examples: real servers and the built package.
      { test: { ...shared, name: "whole", include: ["test/**/*.test.ts"] } },
    ],
  },
});
