/** `npm start`: installs what is missing, builds what is stale, runs `reprise serve` with the given arguments. */
import { spawn } from "node:child_process";
import { argv, exit, kill, pid } from "node:process";
import { buildIfStale } from "./build.mjs";
import { inProject, projectNode } from "./project.mjs";
import { setUp } from "./setup.mjs";

try {
  setUp();
  buildIfStale();
} catch (error) {
  console.error(`reprise: ${error.message}`);
  exit(1);
}

const gateway = spawn(projectNode(), [inProject("dist", "cli", "main.js"), "serve", ...argv.slice(2)], {
  stdio: "inherit",
});
// An interrupt from the terminal reaches the gateway by itself: it is in the same process group.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => gateway.kill(signal));
gateway.on("error", (error) => {
  console.error(`reprise: cannot start the gateway: ${error.message}`);
  exit(1);
});
gateway.on("exit", (code, signal) => {
  if (signal === null) exit(code ?? 1);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
  kill(pid, signal);
});
