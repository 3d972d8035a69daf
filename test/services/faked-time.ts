import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requiredProgram } from "./required.ts";

/**
 * The wall clock of child processes, set by the test while they run: libfaketime answers them in place of the system,
 * and reads how far it is to be wrong from a file. What measures durations stays right, as it does when an operator or
 * NTP sets the clock of a machine.
 */

export interface FakedTime {
  /** For the child. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on its wall clock is this much ahead. */
  set(aheadSeconds: number): void;
}

export function fakedTime(folder: string): FakedTime {
  const file = join(folder, "faked-time");
  const set = (aheadSeconds: number): void => {
    const seconds = Math.round(aheadSeconds);
    writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  };
  set(0);
  const library = execFileSync(requiredProgram("faketime"), ["-f", "+0", "printenv", "LD_PRELOAD"], {
    encoding: "utf8",
  });
  return {
    environment: {
      LD_PRELOAD: library.trim(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}
