/** `node scripts/run.mjs PROGRAM ...`: installs what is missing, then runs the program under the Node of the project. */
import { spawn } from "node:child_process";
import { argv, exit } from "node:process";
import { inProject, projectEnvironment, projectNode } from "./project.mjs";
import { setUp } from "./setup.mjs";

const [, , program, ...rest] = argv;
try {
  setUp();
} catch (error) {
  console.error(`reprise: ${error.message}`);
  exit(1);
}

// A shell would go on with the Node it found before the install.
const child = spawn(projectNode(), [inProject(program), ...rest], { stdio: "inherit", env: projectEnvironment() });
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => exit(code ?? 1));
