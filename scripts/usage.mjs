/** What a script is for, in place of what it does, where `--help` asks. Node's own modules only, Node 20. */
import { argv, exit } from "node:process";
import { parseArgs } from "node:util";

/** Shows it and ends the process, if it was asked for. */
export function showUsage(usage) {
  if (!argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) return;
  console.log(usage);
  exit(0);
}

/** The options, as `parseArgs` reads them; one that there is not ends the process with the usage and status 2. */
export function readOptions(usage, options) {
  showUsage(usage);
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    exit(2);
  }
}
