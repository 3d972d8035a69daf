import { afterAll, beforeAll, expect, it } from "vitest";
import { invalidate } from "../e2e/admin-call.ts";
import { ask, bearer, contentOf, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { describeWithServices } from "../services/required.ts";
import { startVarnish, type VarnishServer, varnishSecret } from "../services/varnish.ts";
import { type GatewayBehind, startGatewayBehind } from "./gateway-behind.ts";

/** A real Varnish that answers repeated POSTs by their bodies, with the VCL that users copy. */

describeWithServices("varnishd", "Varnish that answers POSTs by their bodies", () => {
  let gateway: GatewayBehind;
  let varnish: VarnishServer;

  beforeAll(async () => {
    gateway = await startGatewayBehind();
    varnish = await startVarnish(gateway.at, "varnish-post.vcl");
    gateway.tell({ varnish: { kind: "varnish", url: varnish.url, secret: varnishSecret, repeatAfter: 0 } });
  });
  afterAll(async () => {
    await varnish?.stop();
    await gateway?.stop();
  });

  /** How many calls the gateway itself has answered. */
  const called = async () => {
    const { text } = await exchange(`${gateway.url}/metrics`);
    const counts = [...text.matchAll(/^reprise_requests_total\{[^}]*layer="overall"[^}]*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it("answers the third without the gateway, as the gateway does", async () => {
    const first = await ask(varnish, question("How long is the coast?"));
    const second = await ask(varnish, question("How long is the coast?"));
    const before = await called();
    for (let repeat = 0; repeat < 3; repeat++) {
      const answer = await ask(varnish, question("How long is the coast?"));
      expect([answer.status, contentOf(answer), answer.headers["x-cache"]]).toEqual([200, contentOf(first), "HIT"]);
      expect(answer.headers["cache-control"]).toBe("private, no-store");
      expect(answer.headers).not.toHaveProperty("etag");
    }
    expect(contentOf(second)).toBe(contentOf(first));
    expect([await called(), gateway.model.callCount]).toEqual([before, 1]);
  });

  it("asks the gateway for other bytes, and for other callers", async () => {
    const asked = question("How deep is the lake?");
    const first = await ask(varnish, asked, bearer("sk-one"));
    await ask(varnish, asked, bearer("sk-one"));
    expect((await ask(varnish, asked, bearer("sk-one"))).headers["x-cache"]).toBe("HIT");
    const before = gateway.model.callCount;
    const other = await ask(varnish, asked, bearer("sk-two"));
    expect([other.status, other.headers["x-cache"]]).toEqual([200, "MISS"]);
    // The model's words tell callers apart.
    expect(contentOf(other)).not.toBe(contentOf(first));
    await ask(varnish, question("How deep is the sea?"), bearer("sk-one"));
    expect(gateway.model.callCount).toBe(before + 2);
  });

  it.each([
    ["helicone-auth", "Bearer one", "Bearer two"],
    ["cf-access-client-id", "one", "two"],
    ["x-ai-tenant", "acme", "rival"],
    ["X-Output-Language", "de: at", "fr"],
    ["x-of-nobody-known", "1", "1 || x: 2"],
  ])("asks the gateway for another %s, and says nothing of its own to it", async (field, one, two) => {
    const asked = question(`What of ${field}?`);
    for (let repeat = 0; repeat < 2; repeat++) await ask(varnish, asked, { [field]: one });
    const came = Object.keys(gateway.model.calls.at(-1)?.headers ?? {});
    expect(came.filter((name) => /^x-(?:step|asked|twin|fields?|varnish)$/.test(name))).toEqual([]);
    expect((await ask(varnish, asked, { [field]: one })).headers["x-cache"]).toBe("HIT");
    for (const headers of [{ [field]: two }, {}]) {
      const other = await ask(varnish, asked, headers as Record<string, string>);
      expect([other.status, other.headers["x-cache"]]).toEqual([200, "MISS"]);
    }
  });

  it("leaves to the gateway what names a prompt, and who claims a digest", async () => {
    const asked = question("Who wrote the book?");
    for (let repeat = 0; repeat < 3; repeat++) await ask(varnish, asked);
    const claimed = await ask(varnish, asked, { "x-ai-cache-digest": `sha256-${"0".repeat(64)}` });
    expect([claimed.status, claimed.text]).toEqual([400, expect.stringContaining("digest_mismatch")]);
    for (let repeat = 0; repeat < 3; repeat++)
      expect((await ask(varnish, asked, { "x-ai-prompt": "unknown@1" })).status).toBe(400);
  });

  it("a purge takes the note, too, with the answer that is kept with it", async () => {
    const [asked, tagged] = [question("How wide is the river?"), { "x-ai-cache-tags": "doc:river" }];
    const first = await ask(varnish, asked, tagged);
    expect(Object.keys(first.headers).filter((name) => /^(?:xkey|surrogate-key)$/.test(name))).toEqual([]);
    const layerOf = async () => (await ask(varnish, asked, tagged)).headers["x-ai-cache-layer"];
    expect(await layerOf()).toBe("edge");
    const twin = await exchange(gateway.url + String(first.headers["content-location"]));
    const labels = String(twin.headers["surrogate-key"]);
    expect(labels.split(" ").filter((label) => label.startsWith("g"))).toHaveLength(2);
    // Varnish alone is told, and not the gateway: whoever asks then is led by no note, and asks the gateway.
    const headers = { authorization: `Bearer ${varnishSecret}`, "x-purge-labels": labels };
    expect((await exchange(varnish.url, { method: "PURGE", headers })).status).toBe(200);
    expect([await layerOf(), await layerOf()]).toEqual(["exact", "edge"]);
  });

  it("forgets with the tag of a document, and asks anew", async () => {
    const [asked, tagged] = [question("How high is the tower?"), { "x-ai-cache-tags": "doc:tower" }];
    for (let repeat = 0; repeat < 3; repeat++) await ask(varnish, asked, tagged);
    expect((await ask(varnish, asked, tagged)).headers["x-cache"]).toBe("HIT");
    const before = gateway.model.callCount;
    await invalidate(gateway, { tags: ["doc:tower"] });
    await eventually("the model is asked again", async () => {
      expect((await ask(varnish, asked, tagged)).status).toBe(200);
      return gateway.model.callCount > before;
    });
    expect(gateway.model.callCount).toBe(before + 1);
  });

  it("leaves to the gateway who wants a new answer, and streams", async () => {
    const asked = question("How old is the oak?");
    for (let repeat = 0; repeat < 2; repeat++) await ask(varnish, asked);
    const fresh = await ask(varnish, asked, { "cache-control": "no-cache" });
    expect(fresh.headers["x-ai-cache-status"]).toBe("REFRESH");
    for (let repeat = 0; repeat < 3; repeat++) {
      const streamed = await ask(varnish, question("How old is the elm?", { stream: true }));
      expect(streamed.headers["content-type"]).toContain("text/event-stream");
      expect(streamed.text).toContain("[DONE]");
    }
  });

  it("passes on a refusal and a body that it cannot hold, and is led by no field of a client", async () => {
    const steps = { "x-step": "twin", "x-twin": "/admin/v1/stats", "x-asked": "/admin/v1/stats" };
    const led = await ask(varnish, question("How far is the moon?"), steps);
    expect([led.status, contentOf(led).length > 0]).toEqual([200, true]);
    for (let repeat = 0; repeat < 2; repeat++) expect((await ask(varnish, { model: 7 } as object)).status).toBe(400);
    const large = question("x".repeat(1_200_000));
    for (let repeat = 0; repeat < 2; repeat++) expect((await ask(varnish, large)).status).toBe(200);
  });
});
