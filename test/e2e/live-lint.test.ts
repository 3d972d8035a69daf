import { expect, test } from "vitest";
import { lintSchema } from "../../src/gateway/admin/lint-route.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer } from "./chat-call.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

const rules = "A rule of the house. ".repeat(400);
const tools = ["look", "find", "send"].map((name) => {
  return { type: "function", function: { name, parameters: { type: "object", properties: {} } } };
});

test("surface: GET /admin/v1/lint tells what keeps the prompts that came from sharing their starts", async () => {
  const layers = { prefix: { lint: "full" }, semantic: { mode: "off" } };
  const { gateway } = await runBoth({ ...inMemory, layers });
  for (let turn = 0; turn < 6; turn++) {
    const messages = [
      { role: "system", content: rules },
      { role: "user", content: `How, ${turn}?` },
    ];
    const body = { model: "gpt-4o", tools: turn % 2 === 0 ? tools : tools.toReversed(), messages };
    expect((await ask(gateway, body, bearer("a"))).status).toBe(200);
  }
  const read = async (query = "") => {
    const { status, text } = await callAdmin(gateway, `/lint${query}`);
    expect(status).toBe(200);
    return lintSchema.parse(JSON.parse(text));
  };
  // The one that was answered last is heard of behind its answer.
  await expect.poll(async () => (await read()).heard).toBe(6);
  const { mode, calls, findings } = await read();
  expect([mode, calls]).toEqual(["full", 6]);
  expect(findings[0]).toMatchObject({ cause: "tool-order", what: "order of tools", section: "tools[0]", ofCalls: 6 });
  expect(findings[0]?.remedy).toContain("sortTools");
  const tenant = findings[0]?.tenant ?? "";
  expect((await read(`?tenant=${encodeURIComponent(tenant)}`)).findings).toHaveLength(findings.length);
  expect((await read("?tenant=nobody")).findings).toEqual([]);
  expect((await callAdmin(gateway, "/lint?of=all")).status).toBe(400);
  const forgotten = await callAdmin(gateway, "/invalidate", { body: { tenant, all: true } });
  expect(forgotten.status).toBe(200);
  expect(await read()).toMatchObject({ calls: 0, heard: 0, findings: [] });
});
