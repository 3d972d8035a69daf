import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { GeminiContents } from "../../bench/prefix/providers/gemini-contents.ts";
import { eventually } from "./eventually.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway } from "./running-gateway.ts";

/** The emulated Gemini API behind the gateway, over real connections. */
async function runGemini() {
  const provider = new GeminiContents(1_024);
  const asked: { readonly method: string; readonly path: string; readonly isNamed: boolean }[] = [];
  const server = createServer(async (request, response) => {
    const text = (await buffer(request)).toString("utf8");
    const body = text === "" ? {} : JSON.parse(text);
    const { pathname } = new URL(request.url ?? "", "http://127.0.0.1");
    const method = request.method ?? "";
    asked.push({ method, path: pathname, isNamed: typeof body.cachedContent === "string" });
    const owner = String(request.headers["x-goog-api-key"]);
    const { status, body: answer } = provider.handle(method, pathname, owner, body, performance.now());
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { provider, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("surface: beginnings that Gemini keeps are made, named, lost, made again, and deleted when the gateway ends", async () => {
  const gemini = await runGemini();
  const { provider, asked } = gemini;
  const gateway = await runGateway(gemini, {
    ...{ ...inMemory, layers: { prefix: { breakpoints: true }, semantic: { mode: "off" } } },
    upstream: { protocol: "gemini", breakpoints: "always" },
  });
  let turn = 0;
  const ask = async () => {
    const body = {
      systemInstruction: { parts: [{ text: "A rule of the house. ".repeat(400) }] },
      contents: [{ role: "user", parts: [{ text: `How, ${turn++}?` }] }],
    };
    const path = "/v1beta/models/gemini-2.5-flash:generateContent";
    const headers = { "content-type": "application/json", "x-goog-api-key": "k" };
    const { status, text } = await exchange(gateway.url + path, { body, headers });
    expect([status, text.includes("So.")]).toEqual([200, true]);
  };
  const askUntilNamed = async () => {
    const from = asked.length;
    await eventually("a call names one", async () => {
      await ask();
      return asked.slice(from).some(({ isNamed }) => isNamed);
    });
  };
  await askUntilNamed();
  provider.lose();
  const before = asked.length;
  await ask();
  expect(
    asked
      .slice(before)
      .map(({ method, isNamed }) => [method, isNamed])
      .slice(0, 2),
  ).toEqual([
    ["POST", true],
    ["POST", false],
  ]);
  await askUntilNamed();
  await gateway.close();
  expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/v1beta/cachedContents/1" });
  expect(provider.alive(performance.now())).toEqual([]);
});
