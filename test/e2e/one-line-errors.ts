import { expect } from "vitest";

/** What a command said on its way out: one line each, none of them a stack trace. */
export function linesOf(stderr: string): readonly string[] {
  const lines = stderr.trimEnd().split("\n");
  for (const line of lines) expect(line).not.toMatch(/^\s+at |node:internal|Error:/);
  return lines;
}
