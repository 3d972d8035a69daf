import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { ask, statusOf } from "./chat-call.ts";
import { runCommand, spawnGateway, startCommand } from "./gateway-process.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 30_000;

/** How a configuration file names an environment variable. */
function fromVariable(name: string): string {
  return `$\{${name}}`;
}

/** One line each, none of them a stack trace. */
function linesOf(stderr: string): readonly string[] {
  const lines = stderr.trimEnd().split("\n");
  for (const line of lines) expect(line).not.toMatch(/^\s+at |node:internal|Error:/);
  return lines;
}

describe("surface: misuse is exit status 2 and says what is wrong", () => {
  test.each([
    [["nonsense"], "unknown command 'nonsense'"],
    [["serve", "--nope"], "unknown option '--nope'"],
    [["serve", "extra"], "too many arguments"],
    [["serve", "--port"], "argument missing"],
    [["doctor", "--upstrem", "x"], "--upstream"],
    [["serve", "--semantic", "serve"], "--semantic"],
  ])(
    "%j",
    async (args, told) => {
      const { code, stdout, stderr } = await runCommand(args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(told);
      linesOf(stderr);
    },
    limit,
  );

  test(
    "no command shows the commands",
    async () => {
      const { code, stderr } = await runCommand([]);
      expect(code).toBe(2);
      for (const name of ["serve", "doctor"]) expect(stderr).toContain(name);
    },
    limit,
  );

  test(
    "each kind of mistake is one line with source, path, value, rule and remedy",
    async () => {
      const cwd = temporaryFolder();
      const mistakes = {
        server: { prot: 1, port: "abc" },
        upstreams: {
          a: { url: "https://user:hunter2@host/v1" },
          b: { url: fromVariable("NOT_SECRET"), protocol: "grpc" },
        },
        layers: { exact: { ttl: "1 fortnight", ttlJitter: 2, maxEntryBytes: "much" } },
        rules: [{ ttl: "soon" }, { match: { modle: "x" } }],
        security: { masterKey: 12345 },
        telemetry: "loud",
      };
      writeFileSync(join(cwd, "reprise.json"), JSON.stringify(mistakes));
      const { code, stdout, stderr } = await runCommand(["serve", "--host", ""], {
        cwd,
        environment: { NOT_SECRET: "ftp://x", REPRISE_STORE: "redis://x" },
      });
      expect([code, stdout]).toEqual([2, ""]);
      const lines = linesOf(stderr);
      for (const [source, path, shown, rule] of [
        ["reprise.json", "server.prot", "1", "is not an option"],
        ["reprise.json", "server.port", '"abc"', "must be an integer from 0 to 65535"],
        ["reprise.json", "upstreams.a.url", '"https://(hidden)@host/v1"', "must be an http or https URL"],
        ["reprise.json", "upstreams.b.url", '"ftp://x"', "must be an http or https URL"],
        ["reprise.json", "upstreams.b.protocol", '"grpc"', "must be one of openai, anthropic"],
        ["reprise.json", "layers.exact.ttl", '"1 fortnight"', "must be a duration"],
        ["reprise.json", "layers.exact.ttlJitter", "2", "must be a number from 0 to 0.5"],
        ["reprise.json", "layers.exact.maxEntryBytes", '"much"', "must be a size"],
        ["reprise.json", "rules.0.ttl", '"soon"', "must be a duration"],
        ["reprise.json", "rules.1.match.modle", '"x"', "is not an option"],
        ["reprise.json", "security.masterKey", "(hidden)", "must be a text"],
        ["reprise.json", "telemetry", '"loud"', "must be a section"],
        ["--host", "server.host", '""', "must be a text"],
      ] as const) {
        const line = lines.find((one) => one.startsWith(`reprise: ${source}: ${path} = ${shown}: ${rule}`));
        expect([path, line]).toEqual([path, expect.stringMatching(/\. [A-Z][^.]*.*\.$/)]);
      }
      expect(lines).toHaveLength(13);
      expect(stderr).not.toMatch(/hunter2|12345/);
    },
    limit,
  );

  test(
    "what is only wrong together is told, too",
    async () => {
      const cwd = temporaryFolder();
      const upstreams = { "a b": { url: "http://127.0.0.1:1/v1" } };
      writeFileSync(join(cwd, "reprise.json"), JSON.stringify({ upstreams, models: { "x*": "c" } }));
      const { code, stderr } = await runCommand(["doctor"], { cwd, environment: { REPRISE_STORE: "redis://x" } });
      expect([code, linesOf(stderr)]).toEqual([
        2,
        [
          expect.stringContaining('reprise.json: upstreams.a b = "a b": must be named with'),
          expect.stringContaining('reprise.json: models.x* = "c": must be the name of an upstream'),
          expect.stringContaining('REPRISE_STORE: store.url = "redis://x": must be `sqlite`'),
        ],
      ]);
    },
    limit,
  );

  test.each([
    ["c.yaml", "a: [1\nb: 2", "cannot be parsed"],
    ["c.yaml", "server: {port: 1, port: 2}", "Map keys must be unique"],
    ["c.json", '{"security":{"masterKey":"topsecret"  "x":1}}', "cannot be parsed (JSON)"],
    ["c.yaml", "just text", "must be a section"],
    ["c.json", "[]", "must be a section"],
    ["c.yaml", "upstreams: {}", "must name at least one upstream"],
    ["c.yaml", `upstreams:\n  a:\n    url: ${fromVariable("NOWHERE")}`, "NOWHERE, which is not set"],
    ["missing.yaml", undefined, "there is no such file"],
  ])(
    "%s holding %j",
    async (name, content, told) => {
      const cwd = temporaryFolder();
      if (content !== undefined) writeFileSync(join(cwd, name), content);
      const { code, stderr } = await runCommand(["serve", "--config", name], { cwd });
      expect([code, linesOf(stderr)]).toEqual([2, [expect.stringContaining(told)]]);
      expect(stderr).toContain(`reprise: ${name}: `);
      expect(stderr).not.toContain("topsecret");
    },
    limit,
  );
});

describe("surface: help and version", () => {
  test.each([["--help"], ["serve", "--help"], ["doctor", "--help"], ["help", "serve"]])(
    "%s %s",
    async (...args) => {
      const { code, stdout, stderr } = await runCommand(args.filter((arg) => arg !== undefined));
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^Usage: reprise/);
      for (const line of stdout.split("\n").slice(0, -5))
        if (!line.startsWith("SIG")) expect(line.length).toBeLessThanOrEqual(120);
    },
    limit,
  );

  test(
    "--version",
    async () => {
      expect(await runCommand(["--version"])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      });
    },
    limit,
  );

  test(
    "a reader that stops reading is no fault",
    async () => {
      const run = startCommand(["--help"]);
      run.child.stdout?.destroy();
      expect((await run.exit).code).toBe(0);
      expect(run.stderr()).toBe("");
    },
    limit,
  );
});

describe("surface: flags over environment over file", () => {
  test(
    "a file in YAML that names a variable, a variable over it, and a flag over both",
    async () => {
      const [filed, environed, flagged] = [await runOrigin(), await runOrigin(), await runOrigin()];
      const cwd = temporaryFolder();
      const yaml = `upstreams:\n  filed:\n    url: ${fromVariable("FILED_URL")}\ntelemetry: {logLevel: silent}\nserver:\n  host: 127.0.0.2\n`;
      writeFileSync(join(cwd, "reprise.yaml"), yaml);
      const environment = { FILED_URL: filed.url, REPRISE_HOST: "127.0.0.3" };
      for (const [args, extra, reached, host] of [
        [[], {}, filed, "127.0.0.3"],
        [[], { REPRISE_UPSTREAM: environed.url }, environed, "127.0.0.3"],
        [["--upstream", flagged.url, "--host", "127.0.0.1"], { REPRISE_UPSTREAM: environed.url }, flagged, "127.0.0.1"],
      ] as const) {
        const gateway = await spawnGateway([...args], { cwd, environment: { ...environment, ...extra } });
        expect(gateway.url).toContain(`//${host}:`);
        expect((await ask(gateway, undefined, { "x-ai-cache": "off" })).status).toBe(200);
        expect(reached.callCount).toBe(1);
        gateway.child.kill("SIGTERM");
        expect((await gateway.exit).code).toBe(0);
      }
    },
    limit,
  );

  test(
    "SIGHUP reads the file again; a mistake in it changes nothing",
    async () => {
      const [first, second] = [await runOrigin(), await runOrigin()];
      const cwd = temporaryFolder();
      const write = (config: object) => writeFileSync(join(cwd, "reprise.json"), JSON.stringify(config));
      write({ upstreams: { a: { url: first.url } } });
      const gateway = await spawnGateway([], { cwd });
      await ask(gateway);
      for (const [config, told] of [
        [{ upstreams: { a: { url: second.url } } }, "configuration reloaded"],
        [{ upstreams: { a: { url: "nowhere" } } }, "not reloaded: reprise.json: upstreams.a.url"],
      ] as const) {
        write(config);
        const heard = new Promise<void>((resolve) =>
          gateway.child.stderr?.on("data", () => gateway.stderr().includes(told) && resolve()),
        );
        gateway.child.kill("SIGHUP");
        await heard;
        expect((await ask(gateway)).status).toBe(200);
      }
      expect([first.callCount, second.callCount]).toEqual([1, 1]);
    },
    limit,
  );
});

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
      expect([statusOf(await ask(gateway)), statusOf(await ask(gateway))]).toEqual(["MISS", "HIT"]);
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

describe("surface: doctor", () => {
  test(
    "all is well: every check is ok, exit status 0, and nothing was made",
    async () => {
      const origin = await runOrigin();
      const cwd = temporaryFolder();
      const args = ["doctor", "--port", "0", "--upstream", origin.url];
      const { code, stdout, stderr } = await runCommand(args, { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.trimEnd().split("\n")) expect(line).toMatch(/^ok {4}\S/);
      expect(existsSync(join(cwd, ".reprise"))).toBe(false);
      const json = await runCommand([...args, "--json"], { cwd });
      const { ok, findings } = JSON.parse(json.stdout);
      expect([json.code, ok]).toEqual([0, true]);
      expect(findings.map(({ check }: { check: string }) => check)).toEqual([
        "configuration",
        "node",
        "clock",
        "store",
        "port",
        "upstream default",
      ]);
    },
    limit,
  );

  test(
    "what is wrong is found, each with its remedy, exit status 1",
    async () => {
      const origin = await runOrigin();
      await origin.close();
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "file"), "");
      const args = ["doctor", "--data", "file/sub", "--upstream", origin.url, "--port", "0"];
      const { code, stdout } = await runCommand(args, { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/FAIL {2}store .*is not a folder\n {21}Choose another folder/);
      expect(stdout).toMatch(/FAIL {2}upstream default .*ECONNREFUSED\n {21}Check the URL/);
      const { ok, findings } = JSON.parse((await runCommand([...args, "--json"], { cwd })).stdout);
      expect(ok).toBe(false);
      const wrong = findings.filter(({ problem }: { problem?: object }) => problem !== undefined);
      expect(wrong).toMatchObject([
        { check: "store", problem: { severity: "error" } },
        { check: "upstream default", problem: { severity: "error" } },
      ]);
    },
    limit,
  );

  test(
    "beside a running gateway it reads the store and says that the port is in use",
    async () => {
      const origin = await runOrigin();
      const data = join(temporaryFolder(), "made", "on", "start");
      const gateway = await spawnGateway(["--data", data, "--upstream", origin.url]);
      await ask(gateway);
      const { port } = new URL(gateway.url);
      const { code, stdout } = await runCommand(["doctor", "--data", data, "--upstream", origin.url, "--port", port]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/warn {2}port .*EADDRINUSE/);
      expect(stdout).toMatch(/ok {4}store .*entries/);
      expect(statusOf(await ask(gateway))).toBe("HIT");
      expect(statSync(data).mode & 0o777).toBe(0o700);
      expect(statSync(join(data, "cache.db")).mode & 0o777).toBe(0o600);
    },
    limit,
  );
});
