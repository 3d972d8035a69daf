/** `npm run chaos` and `npm run soak`: the tests under faults and under load, for as long as nobody waits in `npm test`. */
import { spawnSync } from "node:child_process";
import { argv, env, exit } from "node:process";
import { inProject, projectEnvironment, projectNode } from "./project.mjs";
import { showUsage } from "./usage.mjs";

const kinds = {
  chaos: {
    about: "Stores, processes and connections fail while answers are checked.",
    variables: {
      REPRISE_CHAOS_KILLS: ["500", "how many processes are killed while they write"],
      REPRISE_CHAOS_OPERATIONS: ["100000", "how many operations a history of several processes has"],
    },
    tests: "test/chaos",
  },
  soak: {
    about: "A gateway with a small heap under a steady rate of calls: it holds no more at the end than in the middle.",
    variables: { REPRISE_SOAK_MINUTES: ["60", "how long"] },
    tests: "test/chaos/soak.test.ts",
  },
};

const [, , name = "", ...rest] = argv;
const kind = kinds[name];
if (kind === undefined) {
  console.error(`long-tests: name one of ${Object.keys(kinds).join(", ")}`);
  exit(2);
}
const variables = Object.entries(kind.variables);
const lines = variables.map(([variable, [value, what]]) => `  ${variable}  ${what} (default ${value})`);
showUsage(`Usage: npm run ${name} -- [arguments of vitest]\n\n${kind.about}\n\n${lines.join("\n")}`);

const given = Object.fromEntries(variables.map(([variable, [value]]) => [variable, env[variable] ?? value]));
const vitest = inProject("node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(projectNode(), [vitest, "run", "--project", "whole", kind.tests, ...rest], {
  stdio: "inherit",
  env: { ...projectEnvironment(), ...given },
});
exit(status ?? 1);
