import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const module = new URL("../../src/stores/redis.ts", import.meta.url).href;

/** A process in which nothing by the name of ioredis can be found. */
const program = `
import { registerHooks } from "node:module";
registerHooks({
  resolve(name, context, next) {
    if (name === "ioredis") throw new Error("Cannot find module ioredis");
    return next(name, context);
  },
});
const { redis } = await import(${JSON.stringify(module)});
try {
  redis("redis://localhost");
} catch ({ code, path, message, remedy }) {
  console.log(JSON.stringify({ code, path, message, remedy }));
}`;

test("the client is asked for when the first store is made, and its absence is told with the remedy", async () => {
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program]);
  expect(JSON.parse(stdout)).toEqual({
    code: "invalid_option",
    path: "store.url",
    message: "the redis store needs the package ioredis, which is not installed",
    remedy: "npm install ioredis@6",
  });
});
