#!/usr/bin/env node
import process from "node:process";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`reprise: Node ${process.versions.node} is too old; it needs 22.19 or later.\n`);
  process.exit(1);
}
const { keepCompiled, useCompileCache } = await import("./compile-cache.ts");
useCompileCache();
const { run } = await import("./program.ts");
await run(process.argv);
keepCompiled();
