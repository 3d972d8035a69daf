import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { describe, test } from "vitest";

/**
 * Tests against real servers name the programs they need. A program that is missing fails the tests with one line that
 * says what to install; `REPRISE_TEST_SERVICES=off` skips them instead, and says so.
 */

/** Where each program comes from in Debian, and where it lies when that is not on PATH (`*` is any version). */
const programs: Readonly<Record<RequiredProgram, { readonly debianPackage: string; readonly folder?: string }>> = {
  "redis-server": { debianPackage: "redis-server" },
  memcached: { debianPackage: "memcached" },
  openssl: { debianPackage: "openssl" },
  faketime: { debianPackage: "faketime" },
  "valkey-server": { debianPackage: "valkey-server" },
  postgres: { debianPackage: "postgresql", folder: "/usr/lib/postgresql/*/bin" },
  chromium: { debianPackage: "chromium" },
  prometheus: { debianPackage: "prometheus" },
  promtool: { debianPackage: "prometheus" },
  nginx: { debianPackage: "nginx", folder: "/usr/sbin" },
  python3: { debianPackage: "python3 and python3-pip" },
  varnishd: { debianPackage: "varnish and varnish-modules", folder: "/usr/sbin" },
};

export type RequiredProgram =
  | "redis-server"
  | "memcached"
  | "openssl"
  | "postgres"
  | "faketime"
  | "valkey-server"
  | "chromium"
  | "prometheus"
  | "promtool"
  | "nginx"
  | "python3"
  | "varnishd";

const isOff = process.env["REPRISE_TEST_SERVICES"] === "off";

/** The path of the program, `undefined` where it is not installed. */
export function findProgram(program: RequiredProgram): string | undefined {
  const { folder } = programs[program];
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((place) => place !== "");
  const folders = [...onPath, ...(folder === undefined ? [] : matchingFolders(folder))];
  return folders.map((place) => join(place, program)).find(isExecutable);
}

/** As `findProgram`; throws the one line that says what to install. */
export function requiredProgram(program: RequiredProgram): string {
  const path = findProgram(program);
  if (path !== undefined) return path;
  throw new Error(
    `${program} is missing: install it (Debian package ${programs[program].debianPackage}), or set REPRISE_TEST_SERVICES=off to skip the tests that need it`,
  );
}

/** `describe` for tests that need these programs. */
export function describeWithServices(
  needed: RequiredProgram | readonly RequiredProgram[],
  name: string,
  tests: () => void,
): void {
  const required = typeof needed === "string" ? [needed] : needed;
  if (isOff) process.stderr.write(`SKIPPED, because REPRISE_TEST_SERVICES=off: ${name} (${required.join(", ")})\n`);
  const missing = required.filter((program) => findProgram(program) === undefined);
  if (isOff || missing.length === 0) {
    describe.skipIf(isOff)(name, tests);
    return;
  }
  describe(name, () => {
    for (const program of missing) test(`needs ${program}`, () => void requiredProgram(program));
  });
}

function matchingFolders(pattern: string): readonly string[] {
  if (!pattern.includes("*")) return [pattern];
  const [before = "", after = ""] = pattern.split("/*/");
  try {
    const newestFirst = readdirSync(before).sort((a, b) => Number(b) - Number(a));
    return newestFirst.map((version) => join(before, version, after));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
