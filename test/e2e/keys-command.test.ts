import { expect, test } from "vitest";
import { ask, bearer } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { inMemory, runGateway, runOrigin } from "./running-gateway.ts";

/** `reprise keys` as somebody beside a gateway runs it. */

test("a key is made, used, listed, rotated and taken back", async () => {
  const origin = await runOrigin();
  const upstreams = { main: { url: origin.url, apiKey: "sk-upstream-1" } };
  const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" } });
  const keys = async (...args: readonly string[]) => {
    const place = ["--port", new URL(gateway.url).port, "--data", gateway.folder];
    return runCommand(["keys", ...args, ...place], { cwd: gateway.folder });
  };
  const limits = ["--limit", "usdPerDay=2.50", "concurrent=4"];
  const made = await keys("create", "--tenant", "acme", "--name", "batch", "--model", "scripted-*", ...limits);
  const [key = "", , told = ""] = made.stdout.split("\n");
  expect([made.code, key]).toEqual([0, expect.stringMatching(/^rpr_[0-9A-Za-z]{12}_1_[0-9A-Za-z]{49}$/)]);
  const [, id = ""] = /id is (\w{12});/.exec(told) ?? [];
  expect((await ask(gateway, undefined, bearer(key))).status).toBe(200);

  const listed = await keys("list");
  expect(listed.stdout).toMatch(/^id +state +tenant +user +name +models +layers +limits +made +ends\n/);
  expect(listed.stdout).toMatch(
    new RegExp(`\\n${id} +live +acme +batch +scripted-\\* +all +usdPerDay=2.5 concurrent=4 `),
  );

  const rotated = JSON.parse((await keys("rotate", id, "--overlap", "0", "--json")).stdout);
  expect(rotated).toMatchObject({ ok: true, id, key: expect.stringContaining(`rpr_${id}_2_`) });
  const statusOf = async (shown: string) => (await ask(gateway, undefined, bearer(shown))).status;
  expect([await statusOf(key), await statusOf(rotated.key)]).toEqual([401, 200]);

  expect((await keys("revoke", id)).stdout).toBe(
    `The key ${id} is taken back: no gateway takes it 5 seconds from now.\n`,
  );
  expect(await statusOf(rotated.key)).toBe(401);

  const mistaken = await keys("revoke", rotated.key);
  expect([mistaken.code, mistaken.stderr]).toEqual([2, expect.stringContaining("not the id of a key")]);
  expect(mistaken.stderr).not.toContain(rotated.key.slice(20));
});
