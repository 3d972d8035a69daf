import dns from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type AddressRefusedError, guardedAgent, guardedFetch } from "./guarded-agent.ts";

/** Answers for names as it is told, one answer a question: the last one again and again. */
function answersFor(answers: Readonly<Record<string, readonly (readonly string[])[]>>): { readonly asked: string[] } {
  const asked: string[] = [];
  const spy = vi.spyOn(dns, "lookup").mockImplementation(((
    host: string,
    _: object,
    found: (...all: unknown[]) => void,
  ) => {
    const turns = answers[host] ?? [];
    const turn = turns[Math.min(asked.filter((one) => one === host).length, turns.length - 1)] ?? [];
    asked.push(host);
    found(
      null,
      turn.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as never);
  onTestFinished(() => spy.mockRestore());
  return { asked };
}

async function serving(answer?: (path: string) => { status: number; location: string }) {
  const heard: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((incoming, response) => {
    heard.push({ path: incoming.url as string, authorization: incoming.headers.authorization });
    const { status, ...headers } = answer?.(incoming.url as string) ?? { status: 200 };
    response.writeHead(status, headers).end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { heard, port: (server.address() as AddressInfo).port };
}

function agent(allowPrivate = false) {
  const refused: AddressRefusedError[] = [];
  const rules = { allowPrivate, onRefused: (error: AddressRefusedError) => void refused.push(error) };
  const dispatcher = guardedAgent(rules, { connectTimeoutMs: 5_000 });
  onTestFinished(() => dispatcher.destroy());
  return { refused, rules, ask: (url: string) => request(url, { dispatcher }).then(({ statusCode }) => statusCode) };
}

describe("X9: a connection is made to the address that was checked, and to no other", () => {
  test("a name that leads to this machine is not followed, and nobody is asked there", async () => {
    const { port, heard } = await serving();
    answersFor({ "api.example.com": [["127.0.0.1"]] });
    const { ask, refused } = agent();
    await expect(ask(`http://api.example.com:${port}/`)).rejects.toMatchObject({
      code: "address_refused",
      message: "api.example.com leads to an address that is refused (loopback)",
    });
    expect(heard).toEqual([]);
    expect(refused).toMatchObject([{ host: "api.example.com", address: "127.0.0.1", kind: "loopback" }]);
    expect(refused[0]?.remedy).toContain("allowPrivate");
  });

  test("with allowPrivate it is", async () => {
    const { port } = await serving();
    answersFor({ "api.example.com": [["127.0.0.1"]] });
    expect(await agent(true).ask(`http://api.example.com:${port}/`)).toBe(200);
  });

  test("DNS rebinding: each connection asks once, and another answer is checked as the first one was", async () => {
    const { port, heard } = await serving();
    const { asked } = answersFor({ vllm: [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]] });
    const first = agent();
    expect(await first.ask(`http://vllm:${port}/`)).toBe(200);
    expect(asked).toEqual(["vllm"]);
    const { ask, refused } = agent();
    await expect(ask(`http://vllm:${port}/`)).rejects.toMatchObject({ kind: "metadata" });
    expect(asked).toEqual(["vllm", "vllm"]);
    expect(await ask(`http://vllm:${port}/`)).toBe(200);
    expect([heard.length, refused.length]).toEqual([2, 1]);
  });

  test("of several addresses only those are tried that may be", async () => {
    const { port, heard } = await serving();
    answersFor({ gpu: [["169.254.169.254", "::ffff:169.254.169.254", "224.0.0.1", "127.0.0.1"]] });
    expect(await agent().ask(`http://gpu:${port}/`)).toBe(200);
    expect(heard).toHaveLength(1);
  });

  test("an address of the configuration is taken as it stands", async () => {
    const { port } = await serving();
    const { asked } = answersFor({});
    expect(await agent().ask(`http://127.0.0.1:${port}/`)).toBe(200);
    expect(asked).toEqual([]);
  });

  test("a name that nobody answers for is told as ever", async () => {
    vi.spyOn(dns, "lookup").mockImplementationOnce(((_: string, __: object, found: (error: Error) => void) =>
      found(Object.assign(new Error("getaddrinfo ENOTFOUND api.example.com"), { code: "ENOTFOUND" }))) as never);
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(agent().ask("http://api.example.com:1/")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});

describe("X9: a redirect", () => {
  const places = [
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:8080/",
    "http://10.0.0.1/",
    "http://0x7f000002:8080/",
    "http://localhost:8080/",
    "http://vault.internal:8200/v1/secret",
    "http://metadata.google.internal/computeMetadata/v1/",
  ];
  test.each(places)("to %s is not followed, though the hub may redirect", async (location) => {
    const { port, heard } = await serving(() => ({ status: 302, location }));
    const { rules, refused } = agent();
    const fetch = guardedFetch(rules, `http://127.0.0.1:${port}`);
    await expect(fetch(`http://127.0.0.1:${port}/model`)).rejects.toMatchObject({ cause: { code: "address_refused" } });
    expect([heard.length, refused.length]).toEqual([1, 1]);
  });

  test("to a name that leads to this machine is not followed", async () => {
    const { port, heard } = await serving(() => ({ status: 307, location: "http://cdn.example.com/" }));
    answersFor({ "cdn.example.com": [["127.0.0.1"]] });
    const fetch = guardedFetch({ allowPrivate: false }, `http://127.0.0.1:${port}`);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ cause: { code: "address_refused" } });
    expect(heard).toHaveLength(1);
  });

  test("to another origin does not take the credential along", async () => {
    const storage = await serving();
    const location = `http://127.0.0.1:${storage.port}/file`;
    const { port, heard } = await serving(() => ({ status: 302, location }));
    const fetch = guardedFetch({ allowPrivate: false }, `http://127.0.0.1:${port}`);
    const headers = { authorization: "Bearer of-the-hub" };
    expect((await fetch(`http://127.0.0.1:${port}/`, { headers })).status).toBe(200);
    expect(heard[0]?.authorization).toBe("Bearer of-the-hub");
    expect(storage.heard).toEqual([{ path: "/file", authorization: undefined }]);
  });
});
