import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { callAdmin, invalidate, tokenOf } from "./admin-call.ts";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, runBoth, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const adminToken = "an-admin-token-of-ours";

describe("surface: the admin API is for those who show its token", () => {
  test("the token is made at the first start, kept for its owner alone, and stays the same", async () => {
    const origin = await runOrigin();
    const first = await runGateway(origin);
    const file = join(first.folder, "admin-token");
    const token = readFileSync(file, "utf8").trim();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await callAdmin(first, "/config")).status).toBe(200);
    await first.close();
    chmodSync(file, 0o644);
    const second = await runGateway(origin, inMemory, first.folder);
    expect(tokenOf(second)).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await callAdmin(second, "/config")).status).toBe(200);
  });

  test("whoever shows another, none, or shows it in the wrong place, is turned away and learns nothing", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const token = tokenOf(gateway);
    const url = `${gateway.url}/admin/v1/invalidate`;
    const wrong: readonly (readonly [string, string | undefined, string])[] = [
      [url, undefined, 'Bearer realm="reprise admin"'],
      [url, "Bearer wrong", 'Bearer realm="reprise admin", error="invalid_token"'],
      [url, `Bearer ${token}x`, 'Bearer realm="reprise admin", error="invalid_token"'],
      [url, `Bearer ${token.slice(1)}`, 'Bearer realm="reprise admin", error="invalid_token"'],
      [url, `Basic ${token}`, 'Bearer realm="reprise admin", error="invalid_token"'],
      [url, token, 'Bearer realm="reprise admin", error="invalid_token"'],
      [`${url}?token=${token}`, undefined, 'Bearer realm="reprise admin"'],
      [`${gateway.url}/admin/v1/nothing`, undefined, 'Bearer realm="reprise admin"'],
      [`${gateway.url}/admin`, "Bearer wrong", 'Bearer realm="reprise admin", error="invalid_token"'],
    ];
    for (const [at, authorization, challenge] of wrong) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, headers: fields, text } = await exchange(at, { body: { all: true }, headers });
      expect([at, status, fields["www-authenticate"], fields["content-type"]]).toEqual([
        ...[at, 401, challenge, "application/problem+json"],
      ]);
      expect(JSON.parse(text)).toMatchObject({ title: "Unauthorized", status: 401, code: "unauthorized" });
      expect(text).not.toContain(token);
    }
    expect(total(await scrape(gateway), "reprise_security_events_total", { kind: "auth_fail" })).toBe(wrong.length);
    expect(total(await scrape(gateway), "reprise_invalidations_total")).toBe(0);
    expect(origin.callCount).toBe(0);
  });

  test("shown to a path of an upstream it goes no further, whatever the path and the field", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const token = tokenOf(gateway);
    const chat = question("hello");
    const shown: readonly (readonly [path: string, headers: Record<string, string>, body?: object])[] = [
      ["/v1/admin/v1/stats", bearer(token)],
      ["/v1/admin/invalidate", bearer(token), { all: true }],
      ["/u/main/admin/v1/stats", bearer(token)],
      ["/u/nobody/admin/v1/stats", bearer(token)],
      ["/v1/models", { authorization: `bearer  ${token}` }],
      ["/v1/models", { authorization: token }],
      ["/v1/models", { "api-key": token }],
      ["/v1/models", { cookie: `session=${token}` }],
      ["/v1/models", { authorization: `Basic ${Buffer.from(`admin:${token}`).toString("base64")}` }],
      [`/v1beta/models?key=${token}`, {}],
      [`/v1/models?api_key=${token}%20`, {}],
      ["/v1/chat/completions", bearer(token), chat],
      ["/u/main/v1/chat/completions", bearer(`${token}x`), chat],
      ["/v1/messages", { "x-api-key": token }, chat],
      ["/v1beta/models/scripted:generateContent", { "x-goog-api-key": token }, chat],
    ];
    for (const [path, headers, body] of shown) {
      const { status, text } = await exchange(`${gateway.url}${path}`, { headers, ...(body && { body }) });
      expect([path, status]).toEqual([path, 401]);
      expect(text).toContain("shows the admin token of the gateway, which opens /admin/v1 alone");
      expect(text).not.toContain(token);
    }
    expect(origin.callCount).toBe(0);
    const calls = (result: string) => ({ layer: "overall", result });
    const page = await scrape(gateway);
    expect(total(page, "reprise_requests_total", calls("error"))).toBe(4);
    for (const other of [token.slice(0, -1), `x${token.slice(1)}`, token.slice(1)])
      expect((await ask(gateway, chat, bearer(other))).status).toBe(200);
    expect(origin.callCount).toBe(3);
  });

  test("a configured token counts, and then no file is made", async () => {
    const origin = await runOrigin();
    const environment = { REPRISE_ADMIN_TOKEN: adminToken };
    const folder = temporaryFolder();
    const args = ["--upstream", origin.url, "--store", "memory", "--data", folder, "--log-level", "debug"];
    const gateway = await spawnGateway(args, { environment });
    const config = await exchange(`${gateway.url}/admin/v1/config`, { headers: bearer(adminToken) });
    expect(config.status).toBe(200);
    expect(JSON.parse(config.text).security).toMatchObject({ adminToken: "(hidden)", allowPrivateUpstreams: false });
    expect(() => tokenOf({ folder })).toThrow("ENOENT");
    expect(gateway.stdout() + gateway.stderr() + config.text).not.toContain(adminToken);
  });

  test("after a reload another token counts, and the configuration in force is the new one", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const file = join(folder, "reprise.json");
    const configure = (token: string, ttl: string, port: number) => {
      const upstreams = { main: { url: origin.url } };
      const layers = { exact: { ttl } };
      writeFileSync(file, JSON.stringify({ upstreams, layers, server: { port }, security: { adminToken: token } }));
    };
    configure(adminToken, "1m", 0);
    const gateway = await spawnGateway(["--config", file, "--store", "memory", "--data", folder]);
    const statusWith = async (token: string) =>
      (await exchange(`${gateway.url}/admin/v1/config`, { headers: bearer(token) })).status;
    const other = "another-token-of-ours";
    expect([await statusWith(adminToken), await statusWith(other)]).toEqual([200, 401]);
    configure(other, "2m", 1);
    gateway.child.kill("SIGHUP");
    await expect.poll(() => statusWith(other), { timeout: 20_000 }).toBe(200);
    expect(await statusWith(adminToken)).toBe(401);
    const { text } = await exchange(`${gateway.url}/admin/v1/config`, { headers: bearer(other) });
    const logged = await exchange(`${gateway.url}/admin/v1/audit`, { headers: bearer(other) });
    expect(logged.text).toContain('"action":"configuration reload","stage":"seen","by":{"kind":"operator"}');
    // The address needs a restart.
    expect(JSON.parse(text)).toMatchObject({ layers: { exact: { ttl: 120_000 } }, server: { port: 0 } });
  });

  test("without a place to keep a token the gateway runs, and its admin API is closed", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    mkdirSync(join(folder, "admin-token"));
    const gateway = await runGateway(origin, inMemory, folder);
    expect(statusOf(await ask(gateway))).toBe("MISS");
    const { status, text } = await exchange(`${gateway.url}/admin/v1/config`, { headers: bearer("") });
    expect([status, JSON.parse(text).code]).toEqual([403, "admin_closed"]);
    expect(JSON.parse(text).detail).toContain("REPRISE_ADMIN_TOKEN");
  });

  test("an empty file is no token that anybody could show", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "admin-token"), "\n");
    const gateway = await runGateway(origin, inMemory, folder);
    for (const headers of [{}, bearer(""), { authorization: "Bearer" }]) {
      expect((await exchange(`${gateway.url}/admin/v1/config`, { headers })).status).toBe(403);
    }
  });
});

describe("surface: what is below /admin never reaches an upstream", () => {
  test.each([
    ["GET", "/admin", 404],
    ["GET", "/admin/", 404],
    ["POST", "/admin/v1/chat/completions", 404],
    ["GET", "/admin/v2/config", 404],
    ["POST", "/admin/v1/invalidate/", 404],
    ["GET", "/admin/v1/%zz", 400],
    ["GET", "/admin/../v1/models", 404],
    ["GET", "/admin/v1/invalidate", 405],
    ["DELETE", "/admin/v1/invalidate", 405],
    ["POST", "/admin/v1/config", 405],
    ["PROPFIND", "/admin/v1/config", 404],
    ["GET", "//admin/v1/config", 404],
    ["GET", "/Admin/v1/config", 404],
    ["GET", "/%61dmin/v1/%zz", 400],
    ["GET", "/admin%2Fv1/config?a=b", 404],
    ["POST", "/admin;a/v1/invalidate", 404],
    ["GET", "/.//admin/v1/config", 404],
    ["GET", "/admin\\v1\\config", 404],
  ])("%s %s is %i", async (method, path, status) => {
    const { origin, gateway } = await runBoth(inMemory);
    const headers = { ...bearer(tokenOf(gateway)), "content-type": "application/json" };
    const answer = await exchange(gateway.url + path, { method, headers, ...(method === "POST" ? { body: "{" } : {}) });
    expect([answer.status, answer.headers["content-type"]]).toEqual([status, "application/problem+json"]);
    expect(JSON.parse(answer.text)).toMatchObject({ type: "about:blank", status, code: expect.any(String) });
    if (status === 405) expect(answer.headers["allow"]).toMatch(/^(POST|GET, HEAD)$/);
    expect(origin.callCount).toBe(0);
  });
});

describe("POST /admin/v1/invalidate", () => {
  test("takes back by tag, model, namespace, user, key, tenant and all; what else there is stays", async () => {
    const { gateway } = await runBoth();
    const other = question("something else");
    const tagged = { "x-ai-cache-tags": "doc:42", "x-ai-cache-namespace": "live", "x-ai-user": "ann" };
    const refill = async () => {
      const entry = await ask(gateway, question(), tagged);
      await ask(gateway, other);
      expect(statusOf(await ask(gateway, question(), tagged))).toBe("HIT");
      return String(entry.headers["x-ai-cache-entry"]);
    };
    const id = await refill();
    const tenant = decodeURIComponent(id.split(":")[0] as string);
    for (const [wish, entries, isAlone] of [
      [{ tags: ["doc:42"] }, 0, true],
      [{ tags: ["doc:42"], tenant }, 0, true],
      [{ namespace: "live" }, 0, true],
      [{ user: "ann", tenant }, 0, true],
      [{ keys: [id] }, 1, true],
      [{ version: "" }, 0, false],
      [{ model: "scripted-large" }, 0, false],
      [{ tenant }, 0, false],
      [{ all: true }, 0, false],
    ] as const) {
      const { status, headers, text } = await invalidate(gateway, wish);
      expect([wish, status, JSON.parse(text)]).toEqual([wish, 200, { scopes: entries === 1 ? 0 : 1, entries }]);
      expect([headers["content-type"], headers["cache-control"]]).toEqual([
        ...["application/json; charset=utf-8", "private, no-store"],
      ]);
      expect([wish, statusOf(await ask(gateway, other))]).toEqual([wish, isAlone ? "HIT" : "MISS"]);
      expect([wish, statusOf(await ask(gateway, question(), tagged))]).toEqual([wish, "MISS"]);
      await refill();
    }
    for (const wish of [{ tags: ["doc:43"] }, { tags: ["doc:42"], tenant: "another" }, { tenant: "another" }]) {
      expect((await invalidate(gateway, wish)).status).toBe(200);
      expect(statusOf(await ask(gateway, question(), tagged))).toBe("HIT");
    }
  });

  test.each([
    ["{", "invalid_json", "", "must be strict JSON"],
    ["", "invalid_json", "", "must be strict JSON"],
    ['{"all":true,"all":true}', "invalid_json", "all", "must be strict JSON"],
    ['{"tags":["a",7]}', "invalid_request", "tags.1", "must be a text that is not empty"],
    ['{"tag":["a"]}', "invalid_request", "tag", expect.stringContaining("is not something to invalidate by")],
    ['{"__proto__":1}', "invalid_request", "__proto__", expect.stringContaining("is not something to invalidate by")],
    ["{}", "invalid_request", "all", "must be true when nothing else is named"],
    ["[]", "invalid_request", "", "must be an object that names what to invalidate"],
  ])("%s is 400 with path and rule", async (body, code, path, rule) => {
    const { gateway } = await runBoth(inMemory);
    const { status, headers, text } = await invalidate(gateway, body);
    expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({ status: 400, title: "Bad Request", code, path, rule });
    expect(JSON.parse(text).detail.length).toBeGreaterThan(rule.length ?? 0);
  });

  test("a body that is too large is 413", async () => {
    const { gateway } = await runBoth(inMemory);
    const { status, text } = await invalidate(gateway, `{"tags":["${"x".repeat(1024 * 1024)}"]}`);
    expect([status, JSON.parse(text).code]).toEqual([413, "body_too_large"]);
  });

  test("curl needs no content type", async () => {
    const { gateway } = await runBoth(inMemory);
    const authorization = `Authorization: Bearer ${tokenOf(gateway)}`;
    const run = await curl(["-H", authorization, "-d", '{"all":true}', `${gateway.url}/admin/v1/invalidate`]);
    expect([run.status, JSON.parse(run.body)]).toEqual([200, { scopes: 1, entries: 0 }]);
  });

  test("a store that is away acknowledges nothing: 503, and the answer stays as it was", async () => {
    const origin = await runOrigin();
    // Nobody listens there.
    const gateway = await runGateway(origin, { store: { url: "redis://127.0.0.1:1" } });
    const { status, headers, text } = await invalidate(gateway, { all: true });
    expect([status, headers["content-type"], headers["retry-after"]]).toEqual([503, "application/problem+json", "1"]);
    expect(JSON.parse(text)).toMatchObject({ code: "store_unavailable", title: "Service Unavailable" });
    expect(total(await scrape(gateway), "reprise_invalidations_total")).toBe(0);
  });
});

describe("GET /admin/v1", () => {
  test("config shows what is in force, and no secret", async () => {
    const origin = await runOrigin();
    const masterKey = Buffer.alloc(32, "a master key of ours").toString("base64");
    const gateway = await runGateway(origin, {
      store: { url: "redis://me:hunter2@127.0.0.1:1" },
      security: { masterKey },
      layers: { exact: { ttl: "10m" } },
    });
    const { status, text } = await callAdmin(gateway, "/config");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      upstreams: { main: { url: origin.url } },
      layers: { exact: { ttl: 600_000 } },
      security: { masterKey: "(hidden)" },
      store: { url: "redis://***@127.0.0.1:1" },
    });
    for (const secret of [masterKey, "hunter2", tokenOf(gateway)]) expect(text).not.toContain(secret);
    const head = await callAdmin(gateway, "/config", { method: "HEAD" });
    expect([head.status, head.text]).toEqual([200, ""]);
  });

  test("openapi.json tells of every route, its fields and its failures", async () => {
    const { gateway } = await runBoth(inMemory);
    const { status, text } = await callAdmin(gateway, "/openapi.json");
    const document = JSON.parse(text);
    expect([status, document.openapi]).toEqual([200, "3.1.0"]);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/invalidate", "/feedback", "/config", "/openapi.json"]),
    );
    const { post } = document.paths["/invalidate"];
    const { schema } = post.requestBody.content["application/json"];
    expect(Object.keys(schema.properties)).toEqual([
      ...["keys", "tags", "tenant", "user", "model", "namespace", "version", "all"],
    ]);
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(post.responses)).toEqual(["200", "400", "401", "403", "413", "429", "500", "503"]);
    expect(JSON.stringify(document)).not.toContain("$schema");
  });
});
