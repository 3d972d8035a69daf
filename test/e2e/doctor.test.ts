import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;

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
        "embedder",
        "vectors",
        "admin API",
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
        { check: "admin API", problem: { severity: "warning" } },
        { check: "upstream default", problem: { severity: "error" } },
      ]);
    },
    limit,
  );

  test.runIf(process.platform === "linux")(
    "a folder that cannot be made is not said to be made at the first start",
    async () => {
      const { code, stdout } = await runCommand(["doctor", "--store", "sqlite:/proc/x", "--port", "0"]);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /FAIL {2}store {10}\/proc\/x cannot be made: \/proc takes no folder \(ENOENT\)\n {21}Choose another folder/,
      );
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
      const examine = () => runCommand(["doctor", "--data", data, "--upstream", origin.url, "--port", port]);
      let seen = await examine();
      // The question's vector is written after the answer.
      await eventually("its vector is there", async () => {
        if (seen.stdout.includes("vectors in it: 1\n")) return true;
        seen = await examine();
        return false;
      });
      const { code, stdout } = seen;
      expect(code).toBe(0);
      expect(stdout).toMatch(/warn {2}port .*EADDRINUSE/);
      expect(stdout).toMatch(/ok {4}store .*; values in it: [1-9]\d*, /);
      expect(stdout).toMatch(/ok {4}vectors .*semantic\.db is sound; vectors in it: 1\n/);
      expect(stdout).toContain(`ok    admin API      its token is in ${join(data, "admin-token")}`);
      expect(stdout).not.toContain(readFileSync(join(data, "admin-token"), "utf8").trim());
      expect(statusOf(await ask(gateway))).toBe("HIT");
      expect(statSync(data).mode & 0o777).toBe(0o700);
      expect(statSync(join(data, "cache.db")).mode & 0o777).toBe(0o600);
    },
    limit,
  );
});

describe("surface: doctor, of like questions", () => {
  test(
    "servers of vectors, of the embedder and of the judge that are away are named, without what is secret",
    async () => {
      const origin = await runOrigin();
      const models = await runOrigin();
      await models.close();
      const cwd = temporaryFolder();
      const embedder = { kind: "openai-compatible", url: models.url, model: "m", apiKey: "secret-of-embedder" };
      const vectors = "postgres://somebody:secret-of-vectors@127.0.0.1:1/cache";
      const judge = { url: models.url, apiKey: "secret-of-judge" };
      writeFileSync(join(cwd, "config.json"), JSON.stringify({ layers: { semantic: { embedder, vectors, judge } } }));
      const args = ["doctor", "--config", "config.json", "--upstream", origin.url, "--port", "0"];
      const { code, stdout } = await runCommand(args, { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/FAIL {2}embedder .*cannot be asked.*\n {21}Check that the server runs/);
      expect(stdout).toMatch(/FAIL {2}vectors .*PostgreSQL.*\n {21}Check that the server runs/);
      expect(stdout).toMatch(/warn {2}judge .*\n {21}Check the URL/);
      expect(stdout).not.toContain("secret");
    },
    limit,
  );

  test(
    "a file of vectors that is damaged is an error; without the layer nobody looks",
    async () => {
      const origin = await runOrigin();
      const data = temporaryFolder();
      writeFileSync(join(data, "semantic.db"), "no database at all ".repeat(500));
      const args = ["doctor", "--data", data, "--upstream", origin.url, "--port", "0"];
      const { code, stdout } = await runCommand(args);
      expect(code).toBe(1);
      expect(stdout).toMatch(/FAIL {2}vectors .*semantic\.db.*\n {21}\S.*move/);
      const off = await runCommand([...args, "--semantic", "off"]);
      expect(off.code).toBe(0);
      expect(off.stdout).not.toMatch(/vectors|embedder/);
    },
    limit,
  );
});
