import process from "node:process";
import { type NpmPackage, npmPackage } from "../services/npm-package.ts";

/** The engine, llama.cpp as an addon of Node, 85 MB; as a program that was built before. */

const version = "3.22.1";
const builds: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "mac-x64",
  "darwin-arm64": "mac-arm64-metal",
};

export async function llamaPackage(): Promise<NpmPackage> {
  const machine = `${process.platform}-${process.arch}`;
  const build = builds[machine];
  if (build === undefined)
    return { available: false, reason: `node-llama-cpp has nothing that was built for ${machine}` };
  const others = [`@node-llama-cpp/${build}@${version}`];
  return npmPackage({ name: "node-llama-cpp", version, file: "dist/index.js", others, withoutOptional: true });
}
