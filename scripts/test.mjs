/**
 * `npm test`: installs what is missing and runs every check in order, stopping at the first that fails. The last line
 * is always `N passed, N failed`. Arguments go to vitest. Node's own modules only until the set-up has run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { argv, exit } from "node:process";
import { inProject, projectEnvironment, projectNode, root } from "./project.mjs";
import { installServices } from "./services.mjs";
import { setUp } from "./setup.mjs";
import { showUsage } from "./usage.mjs";

const report = inProject("node_modules", ".cache", "reprise", "vitest.json");

/** Each is a name and a command; programs are looked up in node_modules/.bin. */
const checks = [
  ["format and lint", ["biome", "check", "--error-on-warnings", "--no-errors-on-unmatched"]],
  ["rules of the source", ["node", "scripts/check-source.mjs"]],
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["types of the dashboard", ["tsc", "-p", "dashboard/tsconfig.json"]],
  ["import law", ["depcruise", "src"]],
  ["supply chain", ["node", "scripts/check-supply-chain.mjs"]],
  ["build", ["node", "scripts/build.mjs"]],
  ["unused code", ["knip"]],
  ["package", ["node", "scripts/check-package.mjs"]],
  ...(existsSync(inProject("scripts", "check-docs.mjs")) ? [["docs", ["node", "scripts/check-docs.mjs"]]] : []),
];

showUsage(
  "Usage: npm test -- [arguments of vitest]\n\nInstalls what is missing and runs every check in order; stops at the first that fails. With arguments they go to vitest.",
);
main();

function main() {
  try {
    setUp();
    installServices();
  } catch (error) {
    console.error(`reprise: ${error.message}`);
    finish(0, 1);
  }
  for (const [name, command] of checks) {
    console.log(`\n> ${name}: ${command.join(" ")}`);
    if (run(command) === 0) continue;
    console.error(`\nnpm test stopped: the check "${name}" failed (${command.join(" ")})`);
    finish(0, 1);
  }
  runTests(argv.slice(2));
}

function runTests(options) {
  console.log("\n> tests: vitest run");
  rmSync(report, { force: true });
  mkdirSync(inProject("node_modules", ".cache", "reprise"), { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = run(["vitest", "run", ...reporters, ...options]);
  const { passed, failed, skipped } = resultOf();
  if (skipped > 0) console.log(`\n${skipped} tests were SKIPPED`);
  if (passed + failed === 0) console.error("\nnpm test failed: no test ran");
  // Errors outside any test (an unhandled rejection) show only in the exit status.
  const failures = failed === 0 && (status !== 0 || passed === 0) ? 1 : failed;
  finish(passed, failures);
}

function resultOf() {
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0 };
  const result = JSON.parse(readFileSync(report, "utf8"));
  // A file that fails before or beside its tests (a syntax error, a hook) has no failed test to its name.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + brokenFiles.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/** The exit status; 1 when the command could not be run or was killed. */
function run([program, ...options]) {
  const command = program === "node" ? projectNode() : inProject("node_modules", ".bin", program);
  const result = spawnSync(command, options, {
    cwd: root,
    env: projectEnvironment(),
    stdio: "inherit",
    shell: process.platform === "win32" && program !== "node",
  });
  if (result.error) console.error(`${program}: ${result.error.message}`);
  return result.status ?? 1;
}

function finish(passed, failed) {
  console.log(`\n${passed} passed, ${failed} failed`);
  exit(failed === 0 ? 0 : 1);
}
