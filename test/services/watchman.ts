import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * Servers must not outlive the test process, not even one that is killed and can do nothing more. A shell that belongs
 * to no terminal and no group of ours is told which processes live; when its input ends, so do they.
 */
const script = `
living=
while read -r sign pid; do
  others=
  for one in $living; do [ "$one" = "$pid" ] || others="$others $one"; done
  living=$others
  [ "$sign" = + ] && living="$living $pid"
done
for one in $living; do kill -9 "$one"; done`;

let watchman: ChildProcess | undefined;

export function watch(pid: number): void {
  tell(`+ ${pid}\n`);
}

/** It has ended; its number may belong to another process soon. */
export function unwatch(pid: number): void {
  tell(`- ${pid}\n`);
}

function tell(line: string): void {
  if (watchman === undefined) {
    watchman = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    watchman.unref();
    watchman.on("error", () => undefined);
    (watchman.stdin as Socket).on("error", () => undefined).unref();
  }
  watchman.stdin?.write(line);
}
