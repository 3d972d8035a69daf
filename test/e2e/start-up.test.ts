import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { ask, statusOf } from "./chat-call.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { linesOf } from "./one-line-errors.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

const limit = 240_000;

describe("surface: what keeps a gateway from starting is one line and exit status 1", () => {
  test(
    "a port that is taken",
    async () => {
      const origin = await runOrigin();
      const args = ["serve", "--store", "memory", "--port", String(origin.port)];
      const { code, stderr } = await runCommand(args);
      expect([code, linesOf(stderr)]).toEqual([
        1,
        [expect.stringMatching(/^reprise: 127\.0\.0\.1:\d+ is taken by another program\. Choose/)],
      ]);
    },
    limit,
  );

  test.each([
    ["a folder below a file", ["--data", "file/sub"], /cannot use file\/sub: .*\. Choose a folder/],
    ["a file for a folder", ["--data", "file"], /cannot use file: it is a file, not a folder\. Choose a folder/],
    [
      "a folder where the system takes none",
      ["--store", "sqlite:/proc/x"],
      /cannot use \/proc\/x: ENOENT.*\. Choose a folder/,
    ],
    [
      "an address of another machine",
      ["--host", "203.0.113.1"],
      /203\.0\.113\.1 is not an address of this machine\. Correct/,
    ],
    ["a host that does not resolve", ["--host", "nowhere.invalid"], /nowhere\.invalid cannot be resolved\. Correct/],
  ])(
    "%s",
    async (_, args, told) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "file"), "");
      const { code, stderr } = await runCommand(["serve", "--port", "0", ...args], { cwd });
      expect([code, linesOf(stderr)]).toEqual([1, [expect.stringMatching(told)]]);
    },
    limit,
  );

  test(
    "the database of another program is left alone",
    async () => {
      const data = temporaryFolder();
      const foreign = new DatabaseSync(join(data, "cache.db"));
      foreign.exec("CREATE TABLE photos (id INTEGER PRIMARY KEY)");
      foreign.close();
      const { code, stderr } = await runCommand(["serve", "--port", "0", "--data", data]);
      expect([code, linesOf(stderr)]).toEqual([
        1,
        [expect.stringMatching(/it is the database of another program\. Choose/)],
      ]);
      expect(readdirSync(data).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(["cache.db"]);
    },
    limit,
  );
});

describe("R6, R15: a store that is not as expected", () => {
  test(
    "a corrupt database is set aside and named, and the cache begins afresh",
    async () => {
      const origin = await runOrigin();
      const data = temporaryFolder();
      writeFileSync(join(data, "cache.db"), "this was never a database ".repeat(1_000));
      const gateway = await spawnGateway(["--data", data, "--upstream", origin.url]);
      expect(statusOf(await ask(gateway))).toBe("MISS");
      await askUntilStored(gateway);
      const aside = readdirSync(data).find((name) => name.startsWith("cache.db.not-a-database"));
      expect(aside).toBeDefined();
      const told = gateway
        .stdout()
        .split("\n")
        .filter((line) => line.includes("set aside"));
      expect(told).toEqual([expect.stringContaining(String(aside))]);
    },
    limit,
  );

  test(
    "entries of a newer format are left alone, and it is said in one line",
    async () => {
      const origin = await runOrigin();
      const data = temporaryFolder();
      const args = ["--data", data, "--upstream", origin.url];
      const first = await spawnGateway(args);
      await ask(first);
      first.child.kill("SIGTERM");
      await first.exit;
      const database = new DatabaseSync(join(data, "cache.db"));
      database.exec(
        "PRAGMA user_version = 9; CREATE TABLE entries_v9 (id INTEGER PRIMARY KEY); INSERT INTO entries_v9 VALUES (1)",
      );
      database.close();
      const second = await spawnGateway(args);
      expect(statusOf(await ask(second))).toBe("HIT");
      const told = second
        .stdout()
        .split("\n")
        .filter((line) => line !== "");
      expect(told).toEqual([expect.stringMatching(/also used by a newer version \(format 9\)/)]);
    },
    limit,
  );
});
