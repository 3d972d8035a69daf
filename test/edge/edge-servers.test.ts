import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nginx } from "../../src/layers/edge/purging/nginx.ts";
import type { PurgeAdapter } from "../../src/layers/edge/purging/purge-adapter.ts";
import { varnish } from "../../src/layers/edge/purging/varnish.ts";
import { eventually } from "../e2e/eventually.ts";
import { type ExchangeOptions, exchange } from "../e2e/http-exchange.ts";
import { nginxSecret, startNginx } from "../services/nginx.ts";
import { describeWithServices } from "../services/required.ts";
import { startVarnish, varnishSecret } from "../services/varnish.ts";
import { type ReflectingOrigin, startReflectingOrigin } from "./reflecting-origin.ts";
import { sendPurge } from "./send-purge.ts";

/**
 * The configurations that users copy, in the real servers, in front of an origin that reflects whatever reaches it: what is
 * published is kept, asked for anew, served when the origin is away and forgotten when that is wished; nothing that a client
 * says can get into what others are served; all the rest is never stored.
 */

interface Front {
  readonly url: string;
  readonly adapter: PurgeAdapter;
  /** Fields of the origin's answer by which it is stored, and too old at once. */
  readonly old: () => Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const fronts = {
  nginx: async (at: string): Promise<Front> => {
    const server = await startNginx(at);
    const adapter = nginx({ url: server.purgeUrl, secret: nginxSecret });
    return {
      url: server.url,
      adapter,
      old: () => ({ "x-accel-expires": `@${Math.floor(Date.now() / 1_000) - 1}` }),
      stop: () => server.stop(),
    };
  },
  varnishd: async (at: string): Promise<Front> => {
    const server = await startVarnish(at);
    const adapter = varnish({ url: server.url, secret: varnishSecret });
    return { url: server.url, adapter, old: () => ({ age: "3601" }), stop: () => server.stop() };
  },
} as const;

describe.each(["nginx", "varnishd"] as const)("%s with our configuration", (name) => {
  describeWithServices(name, "in front of an origin that reflects", () => {
    let origin: ReflectingOrigin;
    let front: Front;
    let slug = "";
    let count = 0;

    beforeAll(async () => {
      origin = await startReflectingOrigin();
      front = await fronts[name](origin.at);
    });
    afterAll(async () => {
      await front?.stop();
      await origin?.stop();
    });
    beforeEach(() => {
      slug = `answer-${count++}`;
      Object.assign(origin, { fields: {}, status: 200, version: 1, hold: undefined });
    });

    const get = (path = `/v1/answers/${slug}`, options: ExchangeOptions = {}) => exchange(front.url + path, options);
    const version = async () => JSON.parse((await get()).text).version;
    const arrived = () => origin.requests.filter(({ url }) => url.startsWith(`/v1/answers/${slug}`));
    const purge = (what: Parameters<typeof sendPurge>[1]) => sendPurge(front.adapter, what);

    it("answers repeats without the origin, and HEAD as well", async () => {
      const first = await get();
      for (let repeat = 0; repeat < 5; repeat++) expect((await get()).text).toBe(first.text);
      const head = await get(undefined, { method: "HEAD" });
      expect([head.status, head.text, head.headers["x-cache"]]).toEqual([200, "", "HIT"]);
      expect(arrived()).toHaveLength(1);
    });

    it("asks the origin once for many who ask at once", async () => {
      await Promise.all(Array.from({ length: 20 }, () => get()));
      expect(arrived()).toHaveLength(1);
    });

    it("says 304 to a client that has it", async () => {
      const { etag } = (await get()).headers;
      const again = await get(undefined, { headers: { "if-none-match": etag as string } });
      expect([again.status, again.text]).toEqual([304, ""]);
      expect(arrived()).toHaveLength(1);
    });

    it("says 200 to a client that has another one", async () => {
      await get();
      expect((await get(undefined, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    });

    it("keeps the whole of it, whatever part is asked for, and gives the part", async () => {
      const first = await get(undefined, { headers: { range: "bytes=2-8" } });
      const { text: whole } = await get();
      // What it does not have yet it may also give as a whole.
      expect([whole, whole.slice(2, 9)]).toContain(first.text);
      const part = await get(undefined, { headers: { range: "bytes=2-8" } });
      expect(JSON.parse(whole).url).toBe(`/v1/answers/${slug}`);
      expect(arrived().map(({ headers }) => headers.range)).toEqual([undefined]);
      expect([part.status, part.text]).toEqual([206, whole.slice(2, 9)]);
      for (const range of ["bytes=999999-", "bytes=9-2", "bytes=x", "lines=1-2", "bytes=0-0,2-3,5-6,-1"]) {
        const { status, text } = await get(undefined, { headers: { range } });
        expect([range, [200, 206, 416].includes(status)]).toEqual([range, true]);
        if (status === 200) expect(text).toBe(whole);
      }
      expect((await get()).text).toBe(whole);
      expect(arrived()).toHaveLength(1);
    });

    it("asks for what is old with its validator, and serves it meanwhile", async () => {
      origin.fields = front.old();
      await get();
      origin.fields = {};
      expect((await get()).status).toBe(200);
      await eventually("the origin is asked behind the back of the client", () => arrived().length === 2);
      expect(arrived()[1]?.headers["if-none-match"]).toBe('"version-1"');
    });

    it("serves what is old while the origin fails", async () => {
      origin.fields = front.old();
      await get();
      Object.assign(origin, { status: 500, version: 2 });
      for (let repeat = 0; repeat < 3; repeat++) {
        const { status, text } = await get();
        expect([status, JSON.parse(text).version]).toEqual([200, 1]);
      }
    });

    it("forgets a path that is purged", async () => {
      await get();
      await get(`/v1/answers/${slug}.html`);
      origin.version = 2;
      expect(await version()).toBe(1);
      await purge({ urls: [`/v1/answers/${slug}`] });
      expect(await version()).toBe(2);
      const other = JSON.parse((await get(`/v1/answers/${slug}.html`)).text);
      expect(other.version).toBe(1);
    });

    it("does not serve what was purged when the origin is away", async () => {
      await get();
      await purge({ urls: [`/v1/answers/${slug}`] });
      Object.assign(origin, { status: 503, version: 2 });
      const { status, text } = await get();
      expect(status).toBeGreaterThanOrEqual(500);
      expect(text).not.toContain('"version":1');
    });

    it("is told by nobody who does not know the secret", async () => {
      await get();
      origin.version = 2;
      const stranger = { nginx, varnishd: varnish }[name]({ url: purgeUrlOf(front), secret: "not-the-secret-of-it" });
      await expect(sendPurge(stranger, { urls: [`/v1/answers/${slug}`] })).rejects.toThrow("403");
      expect(await version()).toBe(1);
    });

    it("stores nothing that is not for everybody", async () => {
      const forbidden: readonly Readonly<Record<string, string | string[]>>[] = [
        { "cache-control": "private, no-store", "cdn-cache-control": [] },
        { "cache-control": "no-store" },
        { "cache-control": ["public, max-age=60", "private"] },
        { "cache-control": ["private", "public, max-age=60"], "cdn-cache-control": [] },
        { "cache-control": "public, max-age=60, no-cache" },
        { "set-cookie": "session=1" },
      ];
      for (const [at, fields] of forbidden.entries()) {
        origin.fields = fields;
        const path = `/v1/answers/${slug}-${at}`;
        await get(path);
        expect((await get(path)).headers["x-cache"], JSON.stringify(fields)).not.toBe("HIT");
      }
    });

    it.each([404, 410])("lets those who ask for what answers %i not wait for each other", async (status) => {
      Object.assign(origin, { status, fields: { "cache-control": "no-store", "cdn-cache-control": [] } });
      await get();
      const { promise, resolve } = Promise.withResolvers<void>();
      origin.hold = promise;
      const asked = Promise.all([get(), get(), get()]);
      const reached = expect.poll(() => arrived().length, { timeout: 20_000 }).toBe(4);
      await reached.finally(resolve);
      expect((await asked).map((answer) => answer.status)).toEqual([status, status, status]);
    });

    it("stores no refusal", async () => {
      for (const status of [400, 404, 410, 429, 500, 503, 200]) {
        const fields = status === 200 ? {} : { "cache-control": "no-store", "cdn-cache-control": [] };
        Object.assign(origin, { status, fields });
        expect((await get()).status).toBe(status);
      }
    });

    it("lets nothing of a request but its path into what is stored", async () => {
      const marker = "evil.example";
      const attempts: readonly [string, ExchangeOptions][] = [
        ...[
          ...[
            "x-forwarded-host",
            "x-forwarded-for",
            "x-forwarded-proto",
            "forwarded",
            "x-original-url",
            "x-rewrite-url",
          ],
          ...[
            "x-http-method-override",
            "cookie",
            "authorization",
            "accept",
            "accept-language",
            "cache-control",
            "pragma",
          ],
        ].map((field): [string, ExchangeOptions] => ["", { headers: { [field]: marker } }]),
        ["", { headers: { host: marker } }],
        [`?utm_content=${marker}`, {}],
        [`?slug=a;slug=${marker}`, {}],
        [`?a=1&a=${marker}`, {}],
        ["", { method: "GET", body: marker, headers: { "content-type": "application/x-www-form-urlencoded" } }],
      ];
      for (const [at, [query, options]] of attempts.entries()) {
        const path = `/v1/answers/${slug}-${at}`;
        const what = `${query} ${JSON.stringify(options)}`;
        expect((await get(path + query, options)).text, what).not.toContain(marker);
        const clean = await get(path);
        expect([clean.status, clean.text.includes(marker)], what).toEqual([200, false]);
      }
      for (const { url, headers, body } of arrived())
        expect(JSON.stringify([url, headers, body])).not.toContain(marker);
    });

    it("lets no way of writing a path lead to another answer", async () => {
      const tricks = [
        ...[
          `/v1/answers/${slug}%2f..%2fother`,
          `/v1/answers/${slug};x`,
          `/v1/answers/${slug}%00`,
          `/v1/answers/${slug}/x`,
        ],
        ...[`/v1/answers/${slug}%0d%0ax-evil:%201`, `/v1/answers/${slug.toUpperCase()}`, `/v1/answers/%20${slug}`],
        ...[`/v1/answers/${slug}%3fa=1`, `/v1/answers/${slug}%23a`, `/v1/answers/${slug}\\..\\other`, "/v1/answers/"],
      ];
      for (const path of tricks) {
        const { status, headers } = await get(path);
        expect([400, 404], path).toContain(status);
        expect(headers["x-cache"]).not.toBe("HIT");
      }
      expect(arrived()).toEqual([]);
    });

    it("refuses other methods, whatever a field says", async () => {
      for (const method of ["POST", "PUT", "DELETE", "PATCH"])
        expect([method, (await get(undefined, { method, body: "x" })).status]).toEqual([method, 405]);
      await get(undefined, { headers: { "x-http-method-override": "DELETE" } });
      expect(arrived().map(({ method }) => method)).toEqual(["GET"]);
    });

    it("never stores a call, even where the origin allows it", async () => {
      const marker = (caller: string) => ({ authorization: `Bearer ${caller}`, "content-type": "application/json" });
      const before = origin.requests.length;
      for (const path of ["/v1/models", "/v1/chat/completions", "/admin/v1/stats", "/v1/answers", "/v1/files/a.css"]) {
        for (const caller of ["caller-one", "caller-two"]) {
          const { text } = await get(path, { headers: marker(caller) });
          expect(JSON.parse(text).headers.authorization).toBe(`Bearer ${caller}`);
        }
      }
      const body = { model: "m", messages: [] };
      for (const caller of ["caller-one", "caller-two"])
        await get("/v1/chat/completions", { headers: marker(caller), body });
      expect(origin.requests.length - before).toBe(12);
    });

    if (name === "varnishd") {
      it("forgets what has a label, and everything", async () => {
        await get();
        await get("/v1/answers/kept");
        origin.version = 2;
        await purge({ tags: ["another", `answer-${slug}`] });
        expect(await version()).toBe(2);
        expect(JSON.parse((await get("/v1/answers/kept")).text).version).toBe(1);
        origin.version = 3;
        await purge({ all: true });
        expect(await version()).toBe(3);
        expect(JSON.parse((await get("/v1/answers/kept")).text).version).toBe(3);
      });

      it("keeps twins too, each signature by itself", async () => {
        const twin = `/v1/edge/pub-abc/sha256-${count}`;
        await get(`${twin}?exp=1&sig=a`);
        expect((await get(`${twin}?exp=1&sig=a`)).headers["x-cache"]).toBe("HIT");
        expect((await get(`${twin}?exp=1&sig=b`)).headers["x-cache"]).toBe("MISS");
      });

      it("serves nothing that is older than it may be, while the origin is well", async () => {
        const cases = [
          // Past `stale-while-revalidate`, and never to be served stale: a twin, and what was fetched by a signed URL.
          { age: "4300" },
          { age: "61", "cdn-cache-control": "max-age=60" },
          { age: "61", "cdn-cache-control": [], "cache-control": "public, max-age=60" },
        ];
        for (const [at, fields] of cases.entries()) {
          const path = `/v1/answers/${slug}-${at}`;
          Object.assign(origin, { fields, version: 1 });
          await get(path);
          Object.assign(origin, { fields: {}, version: 2 });
          const { text, headers } = await get(path);
          expect([at, JSON.parse(text).version, headers["x-cache"]]).toEqual([at, 2, "MISS"]);
          expect((await get(path)).headers["x-cache"]).toBe("HIT");
        }
      });

      it("serves that while the origin fails, as long as it may be stale then", async () => {
        origin.fields = { age: "4300" };
        await get();
        Object.assign(origin, { status: 500, fields: {}, version: 2 });
        for (let repeat = 0; repeat < 3; repeat++) expect(await version()).toBe(1);
        const other = `/v1/answers/${slug}-other`;
        Object.assign(origin, { status: 200, fields: { age: "61", "cdn-cache-control": "max-age=60" } });
        await get(other);
        Object.assign(origin, { status: 500, fields: {}, version: 3 });
        expect((await get(other)).status).toBeGreaterThanOrEqual(500);
      });

      it("tells clients nothing that is for caches", async () => {
        const { headers } = await get();
        for (const field of ["surrogate-key", "xkey", "cdn-cache-control", "x-while"])
          expect(headers).not.toHaveProperty(field);
      });
    }

    // The last one: the origin does not come back.
    it("serves what is old when the origin is gone", async () => {
      origin.fields = front.old();
      await get();
      await origin.stop();
      for (let repeat = 0; repeat < 3; repeat++) {
        const { status, text } = await get();
        expect([status, JSON.parse(text).version]).toEqual([200, 1]);
      }
    });
  });
});

function purgeUrlOf(front: Front): string {
  const [request] = front.adapter.requests({ tags: [], urls: ["/"], all: false, id: "", at: 0 });
  return (request as { readonly url: string }).url.slice(0, -1);
}
