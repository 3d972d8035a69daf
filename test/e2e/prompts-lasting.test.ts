import process from "node:process";
import { expect, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, question } from "./chat-call.ts";
import { spawnGateway } from "./gateway-process.ts";
import { runOrigin } from "./running-gateway.ts";
import { openDoors, runWorkers } from "./running-workers.ts";

/** Prompts of the embedded store: of all workers at once, and of whoever opens it after a crash. */

function systemOf({ calls }: ScriptedOrigin): unknown {
  const { messages = [] } = (calls.at(-1)?.json ?? {}) as {
    readonly messages?: readonly { readonly content: string }[];
  };
  return messages[0]?.content;
}

const fresh = { "cache-control": "no-store" };

test("what was acknowledged is known to every worker, and is there after all of them were killed", async () => {
  const origin = await runOrigin();
  const gateway = await runWorkers(origin, {}, 2);
  const doors = await openDoors(gateway, 2);
  const set = (text: string) => callAdmin(gateway, "/prompts/hotel", { method: "PUT", body: { text } });
  for (const text of ["Be kind.", "Be brief."]) {
    expect((await set(text)).status).toBe(200);
    const version = text === "Be kind." ? "1" : "2";
    for (const door of doors) {
      expect((await door.ask(question(), { ...fresh, "x-ai-prompt": `hotel@${version}` })).status).toBe(200);
      expect(systemOf(origin)).toBe(text);
    }
  }
  for (const door of doors)
    await expect
      .poll(async () => {
        await door.ask(question(), { ...fresh, "x-ai-prompt": "hotel" });
        return systemOf(origin);
      })
      .toBe("Be brief.");
  await set("Be both.");
  for (const { pid } of doors) process.kill(pid, "SIGKILL");
  gateway.child.kill("SIGKILL");
  await gateway.exit;
  const again = await spawnGateway(gateway.args);
  await ask(again, question(), { "x-ai-prompt": "hotel" });
  expect(systemOf(origin)).toBe("Be both.");
});
