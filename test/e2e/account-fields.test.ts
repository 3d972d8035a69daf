import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { bearer, question } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway, runOrigin } from "./running-gateway.ts";

test("callers do not choose the account that the operator's credential is booked on, unless he says so", async () => {
  const origin = await runOrigin();
  const { url } = origin;
  const gateway = await runGateway(origin, {
    ...inMemory,
    tenancy: { mode: "keys" },
    upstreams: {
      main: { url, apiKey: "sk-operator" },
      free: { url, apiKey: "sk-operator", accountFields: "pass" },
      engine: { url },
    },
  });
  const { key } = JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text);
  const chosen = { ...bearer(key), "OpenAI-Organization": "org-1", "openai-project": "p-1", "x-title": "kept" };
  const seen = async (upstream: string) => {
    origin.reset();
    const json = { ...chosen, "content-type": "application/json" };
    await exchange(`${gateway.url}/u/${upstream}/v1/chat/completions`, { headers: json, body: question(upstream) });
    await exchange(`${gateway.url}/u/${upstream}/v1/files?$userProject=p-1`, { headers: chosen });
    return origin.calls.map(({ headers, path }) => [
      headers["openai-organization"],
      headers["openai-project"],
      headers["x-title"],
      path,
    ]);
  };
  const [call, file] = ["/v1/chat/completions", "/v1/files"];
  expect(await seen("main")).toEqual([
    [undefined, undefined, "kept", call],
    [undefined, undefined, "kept", file],
  ]);
  for (const upstream of ["free", "engine"])
    expect(await seen(upstream)).toEqual([
      ["org-1", "p-1", "kept", call],
      ["org-1", "p-1", "kept", `${file}?$userProject=p-1`],
    ]);
});
