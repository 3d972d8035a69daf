/** Where things are, and which Node runs them. Used before anything is installed: Node's own modules only, Node 20. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const inProject = (...parts) => join(root, ...parts);

const installedNode = inProject("node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** The Node that the project runs on: the one npm installed, or the running one if that is new enough. */
export function projectNode() {
  if (existsSync(installedNode)) return installedNode;
  return isNewEnough(process.versions.node) ? process.execPath : undefined;
}

/** The environment for child processes: tools and Node of this project come first on the path. */
export function projectEnvironment() {
  const path = `${inProject("node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`;
  return { ...process.env, PATH: path };
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
