import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const run = (code: string) =>
  spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: import.meta.dirname, encoding: "utf8" });

/** Something that does not keep a process alive by itself. */
const later = 'const later = () => new Promise((resolve) => setTimeout(() => resolve("done"), 50).unref());';

test("work that only unreferenced timers wait for ends the process when nothing keeps it awake", () => {
  expect(run(`${later} console.log(await later());`)).toMatchObject({ status: 13, stdout: "" });
});

test("work is waited for, and the process ends after it", () => {
  const code = `import { awake } from "./awake.ts"; ${later} console.log(await awake(later));`;
  expect(run(code)).toMatchObject({ status: 0, stdout: "done\n" });
});

test("work that fails fails, and the process ends", () => {
  const code = `import { awake } from "./awake.ts"; ${later}
    await awake(() => later().then(() => Promise.reject(new Error("no")))).catch(({ message }) => console.log(message));`;
  expect(run(code)).toMatchObject({ status: 0, stdout: "no\n" });
});
