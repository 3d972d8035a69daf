import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { callAdmin, invalidate } from "../e2e/admin-call.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { type NginxServer, nginxSecret, startNginx } from "../services/nginx.ts";
import { describeWithServices } from "../services/required.ts";
import { startVarnish, type VarnishServer, varnishSecret } from "../services/varnish.ts";
import { type GatewayBehind, startGatewayBehind } from "./gateway-behind.ts";

/** Published answers on their way through nginx and Varnish as we configure them, which the gateway tells to forget. */

describeWithServices(["nginx", "varnishd"], "a gateway behind nginx and Varnish", () => {
  let gateway: GatewayBehind;
  let [nginx, varnish]: [NginxServer | undefined, VarnishServer | undefined] = [undefined, undefined];
  let slug = "";
  let count = 0;

  beforeAll(async () => {
    gateway = await startGatewayBehind();
    [nginx, varnish] = await Promise.all([startNginx(gateway.at), startVarnish(gateway.at)]);
    gateway.tell(caches());
  });
  afterAll(async () => {
    await Promise.all([nginx?.stop(), varnish?.stop()]);
    await gateway?.stop();
  });
  beforeEach(async () => {
    slug = `answer-${count++}`;
    await gateway.publish(slug);
    for (const front of fronts()) {
      await get(front);
      expect((await get(front)).headers["x-cache"]).toBe("HIT");
    }
  });

  const caches = () => ({
    nginx: { kind: "nginx", url: nginx?.purgeUrl, secret: nginxSecret },
    varnish: { kind: "varnish", url: varnish?.url, secret: varnishSecret },
  });
  const fronts = () => [nginx, varnish].map((front) => (front as { readonly url: string }).url);
  const get = (front: string, end = "") => exchange(`${front}/v1/answers/${slug}${end}`);
  const gone = async () => {
    for (const front of fronts())
      await eventually(`${front} says that it is gone`, async () => (await get(front)).status === 410);
  };
  const purges = async () => JSON.parse((await callAdmin(gateway, "/edge/purges")).text).caches;

  it("says once that its coding varies, and the form that a cache makes of the stored one has its entity tag, weak", async () => {
    slug = "long-answer";
    const content = "The sea is wide. ".repeat(200);
    gateway.model.plan({
      body: { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] },
    });
    await gateway.publish(slug);
    for (const [front, made] of [
      [fronts()[0], "gzip"],
      [fronts()[1], "identity"],
    ] as const) {
      for (const coding of ["identity", "gzip"]) {
        const url = `${front}/v1/answers/${slug}`;
        const { headers } = await exchange(url, { headers: { "accept-encoding": coding } });
        expect(headers["vary"]).toBe("Accept-Encoding");
        expect(headers["etag"]).toMatch(coding === made ? /^W\/"/ : /^"/);
        const known = { "accept-encoding": coding, "if-none-match": headers["etag"] as string };
        expect((await exchange(url, { headers: known })).status).toBe(304);
      }
    }
  });

  it("is gone from both when it is withdrawn", async () => {
    expect((await callAdmin(gateway, `/answers/${slug}`, { method: "DELETE" })).status).toBe(200);
    expect((await get(gateway.url)).status).toBe(410);
    await gone();
    await eventually("both are done", async () =>
      (await purges()).every(({ state }: { readonly state: string }) => state === "idle"),
    );
    expect(await purges()).toMatchObject([
      { cache: "nginx", kind: "nginx", refused: 0, doneAt: expect.any(String) },
      { cache: "varnish", kind: "varnish", refused: 0, doneAt: expect.any(String) },
    ]);
  });

  it("is gone from both when the tag of its document is taken back, with what the other layers have", async () => {
    const { text } = await invalidate(gateway, { tags: [`doc:${slug}`] });
    expect(text).toContain("{");
    await gone();
  });

  it("is gone from both when everything is taken back", async () => {
    await invalidate(gateway, { all: true });
    await gone();
  });

  it("is kept with as many tags as a call may have, and gone by the last of them", async () => {
    slug = `tagged-${slug}`;
    await gateway.publish(slug, [...Array.from({ length: 49 }, (_, index) => `doc:${index}`), `doc:${slug}`]);
    for (const front of fronts()) {
      await get(front);
      expect((await get(front)).headers["x-cache"]).toBe("HIT");
    }
    await invalidate(gateway, { tags: [`doc:${slug}`] });
    await gone();
  });

  it("is kept as a twin until a reload closes its call", async () => {
    const answer = await ask(gateway, question("What is opened?"));
    const twin = `${varnish?.url}${answer.headers["content-location"]}`;
    await exchange(twin);
    const kept = await exchange(twin);
    expect([kept.text, kept.headers["x-cache"]]).toEqual([answer.text, "HIT"]);
    gateway.tell(caches(), "off");
    await eventually("it is gone", async () => (await exchange(twin)).status === 404);
    gateway.tell(caches());
    expect((await exchange(twin)).text).toBe(answer.text);
  });

  it("stays where another one is taken back", async () => {
    await invalidate(gateway, { tags: ["doc:another"] });
    await eventually("both are done", async () =>
      (await purges()).every(({ state }: { readonly state: string }) => state === "idle"),
    );
    for (const front of fronts()) expect((await get(front)).status).toBe(200);
  });

  it("has forms of its own, each kept by itself", async () => {
    for (const front of fronts())
      for (const end of [".txt", ".html"]) {
        const first = await get(front, end);
        const second = await get(front, end);
        expect([first.status, second.text, second.headers["x-cache"]]).toEqual([200, first.text, "HIT"]);
      }
  });

  it("counts what was told, and what is still to be told", async () => {
    await callAdmin(gateway, `/answers/${slug}`, { method: "DELETE" });
    await gone();
    await eventually("both are done", async () => {
      const { text } = await exchange(`${gateway.url}/metrics`);
      return ["nginx", "varnish"].every(
        (cache) =>
          new RegExp(`reprise_edge_purge_total\\{adapter="${cache}",result="sent"\\} [1-9]`).test(text) &&
          text.includes(`reprise_edge_purge_queue{adapter="${cache}"} 0`),
      );
    });
  });

  it("hides what the gateway knows the caches by", async () => {
    const { text } = await callAdmin(gateway, "/config");
    expect(text).not.toContain(nginxSecret);
    expect(JSON.parse(text).layers.edge.purge.nginx).toMatchObject({ kind: "nginx", secret: "(hidden)" });
  });
});
