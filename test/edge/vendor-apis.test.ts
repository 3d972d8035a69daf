import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAdmin, invalidate } from "../e2e/admin-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { type GatewayBehind, startGatewayBehind } from "./gateway-behind.ts";
import {
  awsKeys,
  cloudflareToken,
  fastlyToken,
  startCloudFrontApi,
  startCloudflareApi,
  startFastlyApi,
  startWebhookReceiver,
  type VendorApi,
  webhookSecret,
} from "./vendor-apis.ts";

/** The gateway and the APIs of CDNs: stand-ins that are as strict as the real ones are documented to be. */

const site = "https://www.example.com";

describe("a gateway behind CDNs", () => {
  let gateway: GatewayBehind;
  let apis: Readonly<Record<"cloudflare" | "fastly" | "cloudfront" | "webhook", VendorApi>>;

  beforeAll(async () => {
    gateway = await startGatewayBehind();
    apis = {
      cloudflare: await startCloudflareApi(),
      fastly: await startFastlyApi(),
      cloudfront: await startCloudFrontApi(),
      webhook: await startWebhookReceiver(),
    };
    gateway.tell(settings());
  });
  afterAll(async () => {
    await gateway?.stop();
    await Promise.all(Object.values(apis ?? {}).map((api) => api.stop()));
  });

  const settings = (token = cloudflareToken) => ({
    cloudflare: { kind: "cloudflare", zone: "zone-1", token, site, url: apis.cloudflare.url, repeatAfter: 0 },
    fastly: { kind: "fastly", service: "service-1", token: fastlyToken, site, url: apis.fastly.url, repeatAfter: 0 },
    cloudfront: { kind: "cloudfront", distribution: "E1", ...awsKeys, url: apis.cloudfront.url, repeatAfter: 0 },
    webhook: { kind: "webhook", secret: webhookSecret, url: apis.webhook.url, repeatAfter: 0 },
  });
  const each = () => Object.entries(apis);
  const forget = () => {
    for (const api of Object.values(apis)) {
      api.purged.length = 0;
      api.statuses.length = 0;
    }
  };

  it("tells each of them the label of the answer and its paths", async () => {
    await gateway.publish("opening-hours");
    forget();
    await callAdmin(gateway, "/answers/opening-hours", { method: "DELETE" });
    for (const [name, { purged }] of each()) {
      const wished = [
        "tag:answer-opening-hours",
        ...["", ".txt", ".html"].map((end) => `path:/v1/answers/opening-hours${end}`),
      ];
      await eventually(`${name} is told`, () => wished.every((one) => purged.includes(one)));
    }
  });

  it("tells them labels as answers carry them, many of them, within what a request may hold", async () => {
    const tags = Array.from({ length: 50 }, (_, at) => `doc:${at}`);
    forget();
    for (let batch = 0; batch < 8; batch++)
      expect((await invalidate(gateway, { tags: tags.map((tag) => `${tag}-${batch}`) })).status).toBe(200);
    for (const [name, api] of each()) {
      await eventually(`${name} is told all`, () => new Set(api.purged).size >= 400);
      expect(api.statuses.filter((status) => status !== 200)).toEqual([]);
      expect(api.purged.filter((label) => !/^tag:[a-z][a-z2-7]{10}$/.test(label))).toEqual([]);
    }
  });

  it("tells them that everything is to go", async () => {
    forget();
    await invalidate(gateway, { all: true });
    for (const [name, { purged }] of each()) await eventually(`${name} is told`, () => purged.includes("all"));
  });

  it("goes on trying with one that turns it down, and keeps no other waiting", async () => {
    gateway.tell(settings("a-token-that-was-revoked"));
    forget();
    await invalidate(gateway, { tags: ["doc:of-a-revoked-token"] });
    await eventually("Fastly is told", () => apis.fastly.purged.length > 0);
    await eventually("Cloudflare has turned it down", () => apis.cloudflare.statuses.includes(403));
    const failing = async () => {
      const { caches } = JSON.parse((await callAdmin(gateway, "/edge/purges")).text);
      return caches.find(({ cache }: { readonly cache: string }) => cache === "cloudflare");
    };
    await eventually("it is shown", async () => (await failing()).state === "failing");
    expect(await failing()).toMatchObject({ pending: 1, error: "status 403: Authentication error" });
    gateway.tell(settings());
    await eventually("Cloudflare is told", () => apis.cloudflare.purged.length > 0);
  });
});
