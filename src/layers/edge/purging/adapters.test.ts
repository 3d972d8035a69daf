import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signedHeaders } from "./aws-signature.ts";
import { cloudflare } from "./cloudflare.ts";
import { cloudfront } from "./cloudfront.ts";
import { fastly } from "./fastly.ts";
import { nginx } from "./nginx.ts";
import type { PurgeBatch } from "./purge-adapter.ts";
import { varnish } from "./varnish.ts";
import { webhook } from "./webhook.ts";

const at = Date.UTC(2026, 10, 27, 12, 30, 5);
const batch = (what: Partial<PurgeBatch>): PurgeBatch => ({ tags: [], urls: [], all: false, id: "a-b", at, ...what });
const tags = (count: number) => Array.from({ length: count }, (_, place) => `t-${place}`);
const reply = (status: number, body = "", headers: Record<string, string> = {}) => ({ status, body, headers });
const bodies = (requests: readonly { readonly body?: string }[]) => requests.map(({ body }) => JSON.parse(body ?? ""));

describe("Varnish", () => {
  const adapter = varnish({ url: "http://127.0.0.1:6081", secret: "s3cret" });

  it("is told labels in one field, paths each, and everything at once", () => {
    expect(adapter.requests(batch({ tags: ["a", "b"], urls: ["/v1/answers/x"] }))).toEqual([
      {
        method: "PURGE",
        url: "http://127.0.0.1:6081/",
        headers: { authorization: "Bearer s3cret", "x-purge-labels": "a b" },
      },
      {
        method: "PURGE",
        url: "http://127.0.0.1:6081/v1/answers/x",
        headers: { authorization: "Bearer s3cret" },
      },
    ]);
    expect(adapter.requests(batch({ all: true, tags: ["a"] })).map(({ headers }) => headers["x-purge-all"])).toEqual([
      "1",
    ]);
  });

  it("never gets a field longer than it reads", () => {
    const labels = Array.from({ length: 200 }, (_, place) => `${place}`.padEnd(64, "x"));
    const fields = adapter.requests(batch({ tags: labels })).map(({ headers }) => headers["x-purge-labels"] as string);
    expect(Math.max(...fields.map((field) => field.length))).toBeLessThan(8_000);
    expect(fields.join(" ").split(" ")).toEqual(labels);
  });
});

describe("nginx", () => {
  const adapter = nginx({ url: "http://127.0.0.1:6082", secret: "s3cret" });

  it("is told paths; labels it does not know", () => {
    const requests = adapter.requests(batch({ tags: ["a"], urls: ["/v1/answers/x?v=1"] }));
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET http://127.0.0.1:6082/v1/answers/x?v=1",
    ]);
  });

  it("has purged only when its stub says so", () => {
    expect(adapter.read(reply(503, "", { "x-purged": "1" })).kind).toBe("done");
    expect(adapter.read(reply(200)).kind).toBe("again");
    expect(adapter.read(reply(503)).kind).toBe("again");
    expect(adapter.read(reply(403)).kind).toBe("again");
  });
});

describe("Cloudflare", () => {
  const adapter = cloudflare({ zone: "z1", token: "tok", site: "https://www.example.com", plan: "free" });

  it("gets a hundred labels a request, and URLs with their host", () => {
    const requests = adapter.requests(batch({ tags: tags(101), urls: ["/v1/answers/x"] }));
    expect(bodies(requests)).toEqual([
      { tags: tags(101).slice(0, 100) },
      { tags: ["t-100"] },
      { files: ["https://www.example.com/v1/answers/x"] },
    ]);
    expect(requests[0]).toMatchObject({
      method: "POST",
      url: "https://api.cloudflare.com/client/v4/zones/z1/purge_cache",
      headers: { authorization: "Bearer tok" },
    });
    expect(bodies(adapter.requests(batch({ all: true, tags: tags(3) })))).toEqual([{ purge_everything: true }]);
  });

  it("knows success, limits and mistakes apart", () => {
    expect(adapter.read(reply(200, '{"success": true}'))).toEqual({ kind: "done" });
    expect(adapter.read(reply(200, '{"success": false}')).kind).toBe("again");
    expect(adapter.read(reply(429, "", { "retry-after": "7" }))).toMatchObject({ kind: "again", afterMs: 7_000 });
    expect(adapter.read(reply(403)).kind).toBe("again");
    expect(adapter.read(reply(400, "bad tag"))).toEqual({ kind: "refused", reason: "status 400: bad tag" });
  });
});

describe("Fastly", () => {
  const adapter = fastly({ service: "SU1", token: "tok", site: "https://www.example.com" });

  it("gets 256 surrogate keys a request, and never a soft purge", () => {
    const requests = adapter.requests(batch({ tags: tags(257), urls: ["/v1/answers/x"] }));
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST https://api.fastly.com/service/SU1/purge",
      "POST https://api.fastly.com/service/SU1/purge",
      "POST https://api.fastly.com/purge/www.example.com/v1/answers/x",
    ]);
    expect(bodies(requests.slice(0, 2)).map(({ surrogate_keys: keys }) => keys.length)).toEqual([256, 1]);
    for (const { headers } of requests) {
      expect(headers["fastly-key"]).toBe("tok");
      expect(headers).not.toHaveProperty("fastly-soft-purge");
    }
    expect(adapter.requests(batch({ all: true })).map(({ url }) => url)).toEqual([
      "https://api.fastly.com/service/SU1/purge_all",
    ]);
  });
});

describe("CloudFront", () => {
  const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-secret" };
  const adapter = cloudfront({ distribution: "E1", ...keys });

  it("gets labels and paths in one list, as XML, with the same reference for the same rows", () => {
    const [request] = adapter.requests(batch({ tags: ["a&b"], urls: ["/v1/answers/x"] }));
    expect(request?.url).toBe("https://cloudfront.amazonaws.com/2020-05-31/distribution/E1/invalidation");
    expect(request?.body).toContain("<CallerReference>a-b-0</CallerReference>");
    expect(request?.body).toContain(
      "<Items><Path>#a&amp;b</Path><Path>/v1/answers/x</Path></Items><Quantity>2</Quantity>",
    );
    const [all] = adapter.requests(batch({ all: true, tags: ["a"] }));
    expect(all?.body).toContain("<Items><Path>/*</Path></Items><Quantity>1</Quantity>");
  });

  it("is busy with a 400, which is no refusal", () => {
    expect(adapter.read(reply(400, "<Code>TooManyInvalidationsInProgress</Code>")).kind).toBe("again");
    expect(adapter.read(reply(400, "<Code>InvalidArgument</Code>")).kind).toBe("refused");
    expect(adapter.read(reply(201)).kind).toBe("done");
  });

  it("signs time, host, body and the token of a session", () => {
    const [request] = cloudfront({ distribution: "E1", ...keys, sessionToken: "st" }).requests(batch({ urls: ["/a"] }));
    const { authorization, ...others } = request?.headers ?? {};
    expect(others).toEqual({
      "content-type": "application/xml",
      host: "cloudfront.amazonaws.com",
      "x-amz-date": "20261127T123005Z",
      "x-amz-security-token": "st",
    });
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261127\/us-east-1\/cloudfront\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
  });
});

describe("the signature of AWS", () => {
  // "get-vanilla" of the test suite that AWS publishes with its signature: its credentials, its time, its signature.
  it("is the one that AWS computes for its own example", () => {
    const signed = signedHeaders(
      { method: "GET", url: "https://example.amazonaws.com/", headers: {}, body: "" },
      { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
      { region: "us-east-1", service: "service", at: Date.UTC(2015, 7, 30, 12, 36, 0) },
    );
    expect(signed["authorization"]).toContain(
      "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    );
  });
});

describe("a webhook", () => {
  it("gets a body that it can check", () => {
    const adapter = webhook({ url: "https://purge.example.com/hook", secret: "shared" });
    const [request] = adapter.requests(batch({ tags: ["a"] }));
    const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature } = request?.headers ?? {};
    expect(JSON.parse(request?.body ?? "")).toEqual({ type: "purge", tags: ["a"], urls: [], all: false });
    expect(time).toBe(String(at / 1_000));
    const expected = createHmac("sha256", "shared").update(`${id}.${time}.${request?.body}`).digest("base64");
    expect(signature).toBe(`v1,${expected}`);
  });
});
