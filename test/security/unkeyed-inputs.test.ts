import { expect, it } from "vitest";
import { classifyHeader } from "../../src/policy/scope.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";
import { chatPath, question } from "../e2e/chat-call.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";

/** Fields of all kinds: those that are known, and some that nobody has heard of. */
const fields: Readonly<Record<string, string>> = {
  ...{ authorization: "Bearer a", "x-api-key": "a", cookie: "a=b", "api-key": "a", "x-goog-api-key": "a" },
  ...{
    "openai-organization": "a",
    "openai-project": "a",
    "openai-beta": "a",
    "x-unheard-of": "a",
    "x-forwarded-host": "a",
  },
  ...{
    "anthropic-version": "a",
    "anthropic-beta": "a",
    "x-host": "a",
    "x-original-url": "/a",
    "x-http-method-override": "GET",
  },
  ...{
    "user-agent": "a",
    "x-request-id": "a",
    traceparent: "a",
    "accept-language": "a",
    referer: "http://a",
    via: "1.1 a",
  },
  ...{
    "x-amz-date": "a",
    origin: "http://a",
    "x-portkey-trace": "a",
    "x-region": "a",
    forwarded: "for=a",
    "x-real-ip": "1.1.1.1",
  },
};

it("X2: whatever of a call reaches the origin and could change its answer parts it from other calls", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "off" } } });
  const ask = async (headers: object, query: string): Promise<string> => {
    const { headers: told } = await exchange(`${gateway.url}${chatPath}${query}`, {
      body: question("What reaches you?"),
      headers: { "content-type": "application/json", ...headers },
    });
    await gateway.flush();
    return String(told["x-ai-cache-status"]);
  };
  expect(await ask({}, "")).toBe("MISS");
  for (const [name, value] of Object.entries(fields)) {
    const outcome = await ask({ [name]: value }, "");
    if (outcome === "MISS") continue;
    // It was answered from the cache: so the origin gets nothing of it, or it is known to change nothing.
    await ask({ [name]: value, "cache-control": "no-store" }, "");
    const received = origin.calls.at(-1)?.headers[name];
    const isNeutral = classifyHeader(name, openAiChat.keyedHeaders) === "neutral";
    expect([name, outcome, received]).toEqual([name, "HIT", isNeutral ? value : undefined]);
  }
  for (const query of ["?a=1", "?a=2", "?api-version=1", "?key=k", "?%61=1", "?a=1&a=2", "?a=1;b=2"])
    expect([query, await ask({}, query)]).toEqual([query, "MISS"]);
});
