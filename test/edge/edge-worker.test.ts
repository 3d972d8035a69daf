import { readFileSync } from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, bearer, contentOf, question } from "../e2e/chat-call.ts";
import { npmPackage } from "../services/npm-package.ts";
import { type GatewayBehind, startGatewayBehind } from "./gateway-behind.ts";

/** The worker of `examples/edge-worker` in workerd, the runtime of Cloudflare, with the Cache API that Miniflare gives it. */

interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

type MiniflareModule = { readonly Miniflare: new (options: object) => Miniflare };

const isOff = process.env["REPRISE_TEST_SERVICES"] === "off";
const wanted = { name: "miniflare", version: "4.20260730.0", file: "dist/src/index.js" } as const;
const found = isOff ? undefined : await npmPackage(wanted);

if (found?.available !== true) {
  const reason = found?.reason ?? "REPRISE_TEST_SERVICES=off";
  process.stderr.write(`\nSKIPPED: the worker was not tested in workerd: ${reason}\n`);
}

describe.skipIf(found?.available !== true)("a worker in front of a gateway", () => {
  let gateway: GatewayBehind;
  let worker: Miniflare;
  let at: { readonly url: string };

  beforeAll(async () => {
    gateway = await startGatewayBehind();
    const { Miniflare } = (await import((found as { readonly file: string }).file)) as MiniflareModule;
    worker = new Miniflare({
      modules: true,
      script: readFileSync(new URL("../../examples/edge-worker/worker.js", import.meta.url), "utf8"),
      compatibilityDate: "2026-01-01",
      bindings: { GATEWAY: gateway.url },
      host: "127.0.0.1",
      port: 0,
    });
    at = { url: (await worker.ready).href.replace(/\/$/, "") };
  });
  afterAll(async () => {
    await worker?.dispose();
    await gateway?.stop();
  });

  const how = (answer: Awaited<ReturnType<typeof ask>>) => answer.headers["x-edge-worker"];

  it("answers a POST that was asked before by its digest, and in the end without the gateway", async () => {
    const first = await ask(at, question("How long is the coast?"));
    expect([first.status, how(first)]).toEqual([200, undefined]);
    const second = await ask(at, question("How long is the coast?"));
    const third = await ask(at, question("How long is the coast?"));
    expect([how(second), how(third)]).toEqual(["MISS", "HIT"]);
    for (const answer of [second, third]) {
      expect(contentOf(answer)).toBe(contentOf(first));
      expect(answer.headers["cache-control"]).toBe("private, no-store");
      expect(answer.headers).not.toHaveProperty("surrogate-key");
    }
    expect(gateway.model.callCount).toBe(1);
  });

  it("answers other bytes with another answer", async () => {
    const first = await ask(at, question("How high is the tower?"));
    const other = await ask(at, question("How high is the bridge?"));
    expect(contentOf(other)).not.toBe(contentOf(first));
    expect(how(other)).toBeUndefined();
  });

  it("keeps callers apart", async () => {
    const asked = question("How deep is the lake?");
    await ask(at, asked, bearer("sk-one"));
    expect(how(await ask(at, asked, bearer("sk-one")))).toBe("MISS");
    const other = await ask(at, asked, bearer("sk-two"));
    expect([other.status, how(other)]).toEqual([200, undefined]);
    expect(how(await ask(at, asked, bearer("sk-two")))).toBe("MISS");
  });

  it("keeps apart who differ in any field that is not of the network", async () => {
    const asked = question("How wide is the river?");
    const one = { "cf-access-client-id": "one", "cf-connecting-ip": "192.0.2.1" };
    await ask(at, asked, one);
    expect(how(await ask(at, asked, { ...one, "cf-connecting-ip": "192.0.2.2" }))).toBe("MISS");
    expect(how(await ask(at, asked, { ...one, "cf-access-client-id": "two" }))).toBeUndefined();
    expect(how(await ask(at, asked, { ...one, "x-ai-prompt": "a-prompt" }))).toBeUndefined();
  });

  it("leaves to the gateway who wants a new answer, and streams", async () => {
    await ask(at, question("How old is the oak?"));
    const asked = await ask(at, question("How old is the oak?"), { "cache-control": "no-cache" });
    expect([how(asked), asked.headers["x-ai-cache-status"]]).toEqual([undefined, "REFRESH"]);
    for (let repeat = 0; repeat < 2; repeat++) {
      const streamed = await ask(at, question("How old is the oak?", { stream: true }));
      expect([how(streamed), streamed.headers["content-type"]]).toEqual([
        undefined,
        expect.stringContaining("text/event-stream"),
      ]);
    }
  });

  it("passes on what is no call", async () => {
    const answer = await fetch(`${at.url}/healthz`);
    expect(await answer.json()).toMatchObject({ status: "ok" });
  });
});
