import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommand, startCommand } from "./gateway-process.ts";
import { linesOf } from "./one-line-errors.ts";
import { temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;

/** How a configuration file names an environment variable. */
function fromVariable(name: string): string {
  return `$\{${name}}`;
}

describe("surface: misuse is exit status 2 and says what is wrong", () => {
  test.each([
    [["nonsense"], "unknown command 'nonsense'"],
    [["promts", "--help"], "unknown command 'promts'\n(Did you mean prompts?)"],
    [["help", "promts"], "(Did you mean prompts?)"],
    [["prompts", "lst", "-h"], "unknown command 'lst'\n(Did you mean list?)"],
    [["embeddings", "exprt", "--help"], "(Did you mean export?)"],
    [["serve", "--nope"], "unknown option '--nope'"],
    [["serve", "extra"], "too many arguments"],
    [["serve", "--port"], "argument missing"],
    [["doctor", "--upstrem", "x"], "--upstream"],
    [["serve", "--semantics", "serve"], "--semantics"],
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
        environment: { NOT_SECRET: "ftp://x", REPRISE_STORE: "mysql://me:hunter2@x" },
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
      const { code, stderr } = await runCommand(["doctor"], {
        cwd,
        environment: { REPRISE_STORE: "mysql://me:hunter2@x" },
      });
      expect([code, linesOf(stderr)]).toEqual([
        2,
        [
          expect.stringContaining('reprise.json: upstreams.a b = "a b": must be named with'),
          expect.stringContaining('reprise.json: models.x* = "c": must be the name of an upstream'),
          expect.stringContaining('REPRISE_STORE: store.url = "mysql://(hidden)@x": must be `sqlite`'),
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
