import { expect, test } from "vitest";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

test("who guesses at the admin token on the way to an upstream is told no more than by a wrong one", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const token = tokenOf(gateway);
  const wrong = (index: number) => `x${String(index).padStart(4, "0")}${token.slice(5)}`;
  expect((await ask(gateway, question(), bearer(token))).status).toBe(401);
  for (let index = 0; index < 11; index++) await ask(gateway, question(), bearer(wrong(index)));
  const calls = origin.callCount;
  const answers = [
    await ask(gateway, question(), bearer(wrong(11))),
    await ask(gateway, question(), bearer(token)),
    await exchange(`${gateway.url}/v1/files?key=${wrong(12)}`),
    await exchange(`${gateway.url}/v1/files?key=${token}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(200));
  expect(answers[1]?.headers["x-ai-cache-status"]).toBe(answers[0]?.headers["x-ai-cache-status"]);
  expect(origin.callCount).toBe(calls + 4);
  expect(JSON.stringify(origin.calls.map(({ path, headers }) => [path, headers]))).not.toContain(token);
  // He who has it is let in all the same, where it is meant.
  expect((await callAdmin(gateway, "/config")).status).toBe(200);
});

test("nor is he who is let in by a key, and the token reaches no upstream", async () => {
  const origin = await runOrigin();
  const upstreams = { main: { url: origin.url, apiKey: "sk-upstream-1" } };
  const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" } });
  const token = tokenOf(gateway);
  const { key } = JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text);
  const shown = (text: string) => ask(gateway, question(), { ...bearer(key), "x-custom": text });
  expect((await shown(token)).status).toBe(401);
  for (let index = 0; index < 11; index++) await shown(`x${String(index).padStart(4, "0")}${token.slice(5)}`);
  expect((await shown(token)).status).toBe(200);
  expect(origin.calls.at(-1)?.headers["x-custom"]).toHaveLength(token.length);
  expect(JSON.stringify(origin.calls.map(({ headers }) => headers))).not.toContain(token);
});
