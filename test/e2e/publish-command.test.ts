import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, contentOf, question } from "./chat-call.ts";
import { type Finished, runCommand } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

test("reprise publish and unpublish: a draft is reviewed, shown, kept fresh by a prompt, and withdrawn", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const answer = await ask(gateway, question("When are you open?"));
  const entry = String(answer.headers["x-ai-cache-entry"]);
  const reprise = (...args: string[]): Promise<Finished> =>
    runCommand([...args, "--url", gateway.url, "--data", gateway.folder]);
  const status = async () => (await exchange(`${gateway.url}/v1/answers/hours`)).status;

  const drafted = await reprise("publish", "hours", "--entry", entry, "--title", "Hours", "--tag", "doc:1", "--draft");
  expect([drafted.code, drafted.stdout, await status()]).toEqual([0, expect.stringContaining("is a draft"), 404]);
  const seen = await reprise("publish", "hours");
  expect([seen.code, seen.stdout]).toEqual([0, expect.stringContaining(contentOf(answer).slice(0, 40))]);
  const shown = await reprise("publish", "hours", "--show-version", "1", "--json");
  expect([shown.code, JSON.parse(shown.stdout)]).toMatchObject([0, { state: "live", version: 1 }]);
  expect(await status()).toBe(200);

  const file = join(gateway.folder, "prompt.json");
  writeFileSync(file, JSON.stringify(question("And at Easter?")));
  const fresh = ["--prompt", file, "--every", "1h", "--credential", `authorization: Bearer \${PATH}`];
  expect((await reprise("publish", "hours", ...fresh)).code).toBe(0);
  expect(origin.calls.at(-1)?.headers["authorization"]).toBe(`Bearer ${process.env["PATH"]}`);
  const listed = await reprise("publish");
  expect([listed.code, listed.stdout.trim()]).toEqual([0, "hours: live, version 2 of 2, asked every 1h"]);

  expect([(await reprise("unpublish", "hours")).code, await status()]).toEqual([0, 410]);
  const refusals = [
    [["unpublish", "never"], 1, "Nothing is published under never"],
    [["publish", "--entry", entry], 2, "There is no name"],
    [["publish", "x", "--prompt", `${file}.gone`, "--every", "1h"], 2, "cannot be read (ENOENT)"],
  ] as const;
  const refused = await Promise.all(refusals.map(([args]) => reprise(...args)));
  for (const [index, [args, code, message]] of refusals.entries())
    expect([args, refused[index]?.code, refused[index]?.stderr]).toEqual([
      args,
      code,
      expect.stringContaining(message),
    ]);
});
