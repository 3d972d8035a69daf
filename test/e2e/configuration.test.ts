import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask } from "./chat-call.ts";
import { spawnGateway } from "./gateway-process.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;

/** How a configuration file names an environment variable. */
function fromVariable(name: string): string {
  return `$\{${name}}`;
}

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

  test.each([
    [{}, [], "like questions: observed only; --semantic serve answers them\n"],
    [
      { rules: [{ semantic: "off" }] },
      ["--semantic", "serve"],
      "answered from the cache, but for rules that say otherwise\n",
    ],
  ])(
    "what is started says whether it answers like questions: %j %j",
    async (config, flags, said) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "reprise.json"), JSON.stringify(config));
      const gateway = await spawnGateway(flags, { cwd });
      expect(gateway.stderr()).toContain(said);
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
      const stays = "all options and certificates of before stay in force";
      for (const [config, told] of [
        [{ upstreams: { a: { url: second.url } } }, /configuration reloaded/],
        [
          { upstreams: { a: { url: "nowhere" } } },
          RegExp(`not reloaded: reprise.json: upstreams.a.url.*\\n.*${stays}`),
        ],
        [
          { upstreams: { a: { url: first.url } }, server: { tls: { cert: "no.pem", key: "no.pem" } } },
          RegExp(`not reloaded: server.tls.cert: no.pem cannot be read.*\\n.*${stays}`),
        ],
      ] as const) {
        write(config);
        const heard = new Promise<void>((resolve) =>
          gateway.child.stderr?.on("data", () => told.test(gateway.stderr()) && resolve()),
        );
        gateway.child.kill("SIGHUP");
        await heard;
        expect((await ask(gateway)).status).toBe(200);
      }
      expect([first.callCount, second.callCount]).toEqual([1, 1]);
      expect(gateway.stderr().match(/configuration reloaded/g)).toHaveLength(1);
    },
    limit,
  );
});
