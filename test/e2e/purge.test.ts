import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { tokenOf } from "./admin-call.ts";
import { ask, question, statusOf } from "./chat-call.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { linesOf } from "./one-line-errors.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;

/** `reprise purge` as somebody beside this gateway runs it. */
function purge({ url, folder }: Pick<RunningGateway, "url" | "folder">, args: readonly string[]) {
  return runCommand(["purge", ...args, "--port", new URL(url).port, "--data", folder]);
}

function tagged(tag: string) {
  return { "x-ai-cache-tags": tag };
}

describe("reprise purge", () => {
  test(
    "takes back by tag, with the token of the data folder, and says what it did",
    async () => {
      const gateway = await runGateway(await runOrigin(), inMemory);
      await ask(gateway, question("a"), tagged("doc:1"));
      await ask(gateway, question("b"), tagged("doc:2"));
      const done = await purge(gateway, ["--tag", "doc:1", "--tag", "doc:3"]);
      expect(done).toEqual({ code: 0, stdout: "Taken back: 2 groups of answers, 0 entries by key.\n", stderr: "" });
      expect(statusOf(await ask(gateway, question("a")))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("b")))).toBe("HIT");
    },
    limit,
  );

  test(
    "takes each of the others, together and for one tenant, as JSON",
    async () => {
      const gateway = await runGateway(await runOrigin(), inMemory);
      const id = String((await ask(gateway)).headers["x-ai-cache-entry"]);
      const groups = ["--user", "ann", "--model", "m", "--namespace", "", "--version-label", "7"];
      const all = await purge(gateway, [...groups, "--key", id, "--tag", "a", "b", "--json"]);
      expect([all.code, all.stderr, JSON.parse(all.stdout)]).toEqual([0, "", { ok: true, scopes: 6, entries: 1 }]);
      expect(statusOf(await ask(gateway))).toBe("MISS");
      const tenant = decodeURIComponent(id.split(":")[0] as string);
      expect(JSON.parse((await purge(gateway, ["--tenant", "another", "--json"])).stdout)).toMatchObject({ ok: true });
      expect(statusOf(await ask(gateway))).toBe("HIT");
      expect((await purge(gateway, ["--tenant", tenant])).code).toBe(0);
      expect(statusOf(await ask(gateway))).toBe("MISS");
      expect((await purge(gateway, ["--all"])).stdout).toBe("Taken back: 1 group of answers, 0 entries by key.\n");
      expect(statusOf(await ask(gateway))).toBe("MISS");
    },
    limit,
  );

  test(
    "finds gateway and token in the configuration, the environment, or by --url",
    async () => {
      const cwd = temporaryFolder();
      const origin = await runOrigin();
      const adminToken = "the-admin-token-of-the-file";
      const gateway = await runGateway(origin, { ...inMemory, security: { adminToken } });
      const port = Number(new URL(gateway.url).port);
      writeFileSync(join(cwd, "reprise.json"), JSON.stringify({ server: { port }, security: { adminToken } }));
      expect(await runCommand(["purge", "--all"], { cwd })).toMatchObject({ code: 0, stderr: "" });
      const environment = { REPRISE_ADMIN_TOKEN: adminToken };
      for (const url of [gateway.url, `${gateway.url}/`, `${gateway.url}/v1`])
        expect(await runCommand(["purge", "--all", "--url", url], { environment })).toMatchObject({
          code: 0,
          stderr: "",
        });
      const wrong = await runCommand(["purge", "--all", "--url", gateway.url], {
        environment: { REPRISE_ADMIN_TOKEN: "not-the-admin-token" },
      });
      expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
      expect(wrong.stderr).toContain("has another admin token. Name its data folder with --data");
      expect(wrong.stderr).not.toContain("not-the-admin-token");
    },
    limit,
  );

  test.each([
    [[], "There is nothing named to purge."],
    [["--tag", ""], "--tag must be a text that is not empty."],
    [["--key", "nonsense"], "--key must be the id of an entry"],
    [["--tenant", ""], "--tenant must be a text that is not empty."],
    [["--all", "--url", "ftp://x"], "--url must be an http or https URL"],
    [["--all", "--port", "99999"], "server.port"],
    [["--tags", "a"], "unknown option '--tags'"],
    [["doc:42"], "too many arguments"],
  ])(
    "%j is misuse, status 2, before anybody is asked",
    async (args, told) => {
      const cwd = temporaryFolder();
      const { code, stdout, stderr } = await runCommand(["purge", ...args], { cwd });
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(told);
      linesOf(stderr);
    },
    limit,
  );

  test(
    "without a gateway says what to do, status 1",
    async () => {
      const folder = temporaryFolder();
      const nobody = { url: "http://127.0.0.1:1", folder };
      const never = await purge(nobody, ["--all"]);
      expect([never.code, never.stdout]).toEqual([1, ""]);
      expect(never.stderr).toContain(`There is no admin token in ${join(folder, "admin-token")}. Start the gateway`);
      writeFileSync(join(folder, "admin-token"), "a-token-of-a-gateway-that-ended\n");
      const ended = await purge(nobody, ["--all"]);
      expect([ended.code, ended.stdout]).toEqual([1, ""]);
      expect(linesOf(ended.stderr)).toHaveLength(1);
      expect(ended.stderr).toContain(
        "No gateway answers at http://127.0.0.1:1 (ECONNREFUSED). Start it with reprise serve",
      );
      const json = await purge(nobody, ["--all", "--json"]);
      expect([json.code, json.stderr]).toEqual([1, ""]);
      expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: "gateway_unreachable" } });
      mkdirSync(join(folder, "inner", "admin-token"), { recursive: true });
      const unreadable = await purge({ ...nobody, folder: join(folder, "inner") }, ["--all"]);
      expect([unreadable.code, unreadable.stderr]).toEqual([1, expect.stringContaining("cannot be read (EISDIR)")]);
    },
    limit,
  );

  test(
    "shows the token of the data folder to this machine only, and to no other program in vain",
    async () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "admin-token"), "a-token-for-this-machine\n");
      const far = await runCommand(["purge", "--all", "--data", folder, "--url", "http://gateway.invalid:8787"]);
      expect([far.code, far.stderr]).toEqual([
        1,
        "reprise: There is no admin token for http://gateway.invalid:8787. Set REPRISE_ADMIN_TOKEN to that of the gateway.\n",
      ]);
      const other = createServer((_, response) => void response.writeHead(404).end("<html>"));
      onTestFinished(() => void other.close());
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      const { code, stderr } = await purge({ url, folder }, ["--all"]);
      expect([code, stderr]).toEqual([1, expect.stringContaining("is no gateway of this version (status 404)")]);
    },
    limit,
  );

  test(
    "a store that does not take it is status 1, and is said",
    async () => {
      const gateway = await runGateway(await runOrigin(), { store: { url: "redis://127.0.0.1:1" } });
      const { code, stdout, stderr } = await purge(gateway, ["--all"]);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("The store did not take it, and nothing is known to be done.");
    },
    limit,
  );
});

describe("I3: two gateways over one folder", () => {
  test(
    "what is purged at one is not served by the other, which has it in memory",
    async () => {
      const origin = await runOrigin();
      const folder = temporaryFolder();
      const args = ["--upstream", origin.url, "--data", folder, "--log-level", "silent"];
      const [one, other] = [await spawnGateway(args), await spawnGateway(args)];
      origin.generation = 1;
      await ask(one, question(), tagged("doc:42"));
      await expect
        .poll(async () => statusOf(await ask(other, question(), tagged("doc:42"))), { timeout: 20_000 })
        .toBe("HIT");
      origin.generation = 2;
      expect(tokenOf({ folder })).toMatch(/^[\w-]{43}$/);
      expect((await purge({ url: one.url, folder }, ["--tag", "doc:42"])).code).toBe(0);
      const here = await ask(one, question(), tagged("doc:42"));
      expect([statusOf(here), here.text.includes("generation-2")]).toEqual(["MISS", true]);
      // Its copies are looked at again when they are a second old.
      await expect
        .poll(async () => (await ask(other, question(), tagged("doc:42"))).text.includes("generation-2"), {
          timeout: 20_000,
          interval: 50,
        })
        .toBe(true);
      expect(statusOf(await ask(other, question(), tagged("doc:42")))).toBe("HIT");
    },
    limit,
  );
});
