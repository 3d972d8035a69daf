import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenOf } from "../e2e/admin-call.ts";
import { ask, contentOf, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { type ExchangeOptions, exchange } from "../e2e/http-exchange.ts";
import { startNginx } from "../services/nginx.ts";
import { describeWithServices } from "../services/required.ts";
import { startBuiltinVarnish } from "../services/varnish.ts";
import { type GatewayBehind, startGatewayBehind } from "./gateway-behind.ts";

/**
 * Caches that nobody has configured with care, in front of the gateway: nginx that stores all it may, and Varnish with the VCL
 * that is built in. What they keep then is up to what the gateway says of its answers.
 */

const fronts = {
  nginx: (at: string) => startNginx(at, "default"),
  varnishd: (at: string) => startBuiltinVarnish(at),
} as const;

describe.each(["nginx", "varnishd"] as const)("%s with its default configuration", (name) => {
  describeWithServices(name, "in front of a gateway", () => {
    let gateway: GatewayBehind;
    let front: { readonly url: string; stop(): Promise<void> };

    beforeAll(async () => {
      gateway = await startGatewayBehind();
      front = await fronts[name](gateway.at);
    });
    afterAll(async () => {
      await front?.stop();
      await gateway?.stop();
    });

    const get = (path: string, options: ExchangeOptions = {}) => exchange(front.url + path, options);
    const isStored = ({ headers }: Awaited<ReturnType<typeof get>>) =>
      name === "nginx" ? headers["x-cache"] === "HIT" : Number(String(headers["x-varnish"]).split(" ").length) > 1;

    it("stores no answer to a call with credentials, even where its origin says that all may (E2)", async () => {
      const before = gateway.careless.requests.length;
      const paths = ["/models", "/models/large", "/files/a.css", "/files/a.json?x=1"].map(
        (path) => `/u/careless/v1${path}`,
      );
      for (const path of paths) {
        for (const caller of ["one", "two"]) {
          const canary = `canary-of-${caller}`;
          const answer = await get(path, { headers: { authorization: `Bearer ${canary}` } });
          const seen = JSON.parse(answer.text).headers.authorization;
          expect([path, seen, isStored(answer)]).toEqual([path, `Bearer ${canary}`, false]);
        }
        const stranger = await get(path);
        expect([path, stranger.text.includes("canary"), isStored(stranger)]).toEqual([path, false, false]);
      }
      expect(gateway.careless.requests.length - before).toBe(paths.length * 3);
    });

    it("stores no answer of a model, from the cache of the gateway or not (E2)", async () => {
      for (const caller of ["one", "two", "one", "two"]) {
        const content = `the canary of ${caller}`;
        const headers = { authorization: `Bearer sk-${caller}` };
        const answer = await ask(front, question(content), headers);
        expect(isStored(answer)).toBe(false);
        expect(contentOf(answer)).toBe(contentOf(await ask(gateway, question(content), headers)));
      }
    });

    it("adds nothing to a call that makes it another one for the gateway", async () => {
      const asked = question(`What comes through ${name}?`);
      const before = gateway.model.callCount;
      await ask(front, asked);
      await eventually("the cache of the gateway answers", async () => {
        const { headers } = await ask(front, asked);
        return headers["x-ai-cache-status"] === "HIT";
      });
      expect(gateway.model.callCount).toBe(before + 1);
    });

    it("stores nothing of the gateway's own, errors included", async () => {
      const admin = { authorization: `Bearer ${tokenOf(gateway)}` };
      const twin = `/v1/edge/pub-${"a".repeat(22)}/sha256-${"0".repeat(64)}`;
      const routes: readonly (readonly [string, number, ExchangeOptions])[] = [
        ["/healthz", 200, {}],
        ["/metrics", 200, {}],
        ["/admin/v1/stats", 200, { headers: admin }],
        ["/admin/v1/stats", 401, {}],
        ["/admin/v1/edge/purges", 200, { headers: admin }],
        ["/v1/answers/nothing-here", 404, {}],
        ["/v1/answers/Not-A-Slug", 400, {}],
        ["/v1/answers/nothing-here?x=1", 400, {}],
        [twin, 404, {}],
      ];
      for (const [path, status, options] of routes) {
        for (let repeat = 0; repeat < 2; repeat++) {
          const answer = await get(path, options);
          expect([path, answer.status, isStored(answer)]).toEqual([path, status, false]);
        }
      }
    });

    it("stores what is published, for as long as browsers may, and asks with its validator", async () => {
      await gateway.publish("opening-hours");
      const first = await get("/v1/answers/opening-hours");
      const second = await get("/v1/answers/opening-hours");
      expect([first.status, isStored(first)]).toEqual([200, false]);
      expect([second.text, isStored(second)]).toEqual([first.text, true]);
      expect(second.headers["cache-control"]).toMatch(/^public, max-age=60\b/);
      const etag = String(first.headers["etag"]);
      expect((await get("/v1/answers/opening-hours", { headers: { "if-none-match": etag } })).status).toBe(304);
    });

    it("stores what has as many tags as a call may have", async () => {
      const tags = Array.from({ length: 50 }, (_, index) => `doc:${index}`);
      await gateway.publish("many-tags", tags);
      const answers = [await get("/v1/answers/many-tags"), await get("/v1/answers/many-tags")];
      expect(answers.map((answer) => [answer.status, isStored(answer)])).toEqual([
        [200, false],
        [200, true],
      ]);
    });

    it("serves everybody what is published, whatever the first one who asks says", async () => {
      await gateway.publish("poisoned");
      const marker = "evil.example";
      const misleading = Object.fromEntries(
        [
          ...[
            "x-forwarded-host",
            "x-forwarded-for",
            "x-forwarded-proto",
            "forwarded",
            "x-original-url",
            "x-rewrite-url",
          ],
          ...["x-http-method-override", "x-evil", "accept-language", "origin", "referer", "x-ai-cache-namespace"],
          ...["x-ai-user", "via", "x-host", "x-forwarded-prefix", "x-forwarded-port"],
        ].map((field) => [field, marker]),
      );
      const first = await get("/v1/answers/poisoned", { headers: misleading });
      const second = await get("/v1/answers/poisoned");
      const direct = await exchange(`${gateway.url}/v1/answers/poisoned`);
      for (const { status, text, headers } of [first, second]) {
        expect([status, text]).toEqual([200, direct.text]);
        expect(JSON.stringify([text, headers])).not.toContain(marker);
      }
    });
  });
});
