import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/gateway/index.ts";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, chatPath, statusOf } from "./chat-call.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth, temporaryFolder } from "./running-gateway.ts";

const apart = { ...inMemory, server: { admin: { port: 0, names: ["ops.example.com"] } } };
const codeOf = ({ text }: Exchanged) => JSON.parse(text).code;

describe("server.admin: the admin API, the dashboard and the metrics on a port of their own", () => {
  test("are there and nowhere else; calls of models are at the other one alone", async () => {
    const { origin, gateway } = await runBoth(apart);
    expect(gateway.adminUrl).not.toBe(gateway.url);
    expect((await callAdmin({ ...gateway, url: gateway.adminUrl }, "/stats")).status).toBe(200);
    for (const path of ["/metrics", "/healthz", "/readyz"])
      expect([path, (await exchange(gateway.adminUrl + path)).status]).toEqual([path, 200]);
    // 200 where the dashboard is built, and 404 that says so where it is not; never the page of somebody else.
    expect((await exchange(`${gateway.adminUrl}/dashboard/`)).headers["content-security-policy"]).toContain(
      "default-src 'none'",
    );

    const headers = { authorization: `Bearer ${tokenOf(gateway)}` };
    for (const path of [
      "/admin/v1/stats",
      "/admin",
      "//admin/v1/stats",
      "/%61dmin/v1/stats",
      "/dashboard/",
      "/dashboard",
      "/metrics",
    ]) {
      const answer = await exchange(gateway.url + path, { headers });
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 404, "not_found"]);
      expect(answer.headers["cache-control"]).toBe("private, no-store");
    }
    for (const path of ["/healthz", "/readyz"]) expect((await exchange(gateway.url + path)).status).toBe(200);
    expect(statusOf(await ask(gateway))).toBe("MISS");

    for (const path of [chatPath, "/v1/models", "/u/main/v1/models", "/", "/v1/answers/x"]) {
      const answer = await exchange(gateway.adminUrl + path, { method: "POST", body: "{}" });
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 404, "not_found"]);
    }
    expect((await exchange(`${gateway.adminUrl}/healthz`, { method: "POST", body: "" })).status).toBe(404);
    expect(origin.callCount).toBe(1);
  });

  test("need another port than the public one", () => {
    const file = join(temporaryFolder(), "config.json");
    writeFileSync(file, JSON.stringify({ server: { port: 8787, admin: { port: 8787 } } }));
    const reading = readConfig({ file, environment: {}, flags: {} });
    expect(reading).toMatchObject({ ok: false, mistakes: [{ path: "server.admin.port" }] });
  });

  test("are closed with the gateway", async () => {
    const { gateway } = await runBoth(apart);
    await gateway.close();
    await expect(exchange(`${gateway.adminUrl}/healthz`)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("X13: a page of somebody else in the operator's browser", () => {
  const ways: readonly (readonly [string, object, (gateway: RunningGateway) => string])[] = [
    ["on the one port", inMemory, ({ url }) => url],
    ["on its own", apart, ({ adminUrl }) => adminUrl],
  ];
  test.each(ways)(
    "asks by a name of the public name system (DNS rebinding): 421, whatever token it shows, %s",
    async (_, settings, urlOf) => {
      const { gateway } = await runBoth(settings as never);
      const place = { ...gateway, url: urlOf(gateway) };
      const { port } = new URL(place.url);
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1.nip.io",
        "localhost.evil.example",
        "a@b",
      ]) {
        const answer = await callAdmin(place, "/config", { headers: { host } });
        expect([host, answer.status, codeOf(answer)]).toEqual([host, 421, "unknown_host"]);
        expect((await exchange(`${place.url}/dashboard/`, { headers: { host } })).status).toBe(421);
      }
      for (const host of [
        `localhost:${port}`,
        `127.0.0.1:${port}`,
        `[::1]:${port}`,
        "LOCALHOST",
        "my-machine",
        "gpu.internal",
      ])
        expect([host, (await callAdmin(place, "/config", { headers: { host } })).status]).toEqual([host, 200]);
    },
  );

  test("names that are configured are taken, of a reload as well", async () => {
    const { gateway } = await runBoth(apart);
    const statusBy = async (host: string) =>
      (await callAdmin({ ...gateway, url: gateway.adminUrl }, "/config", { headers: { host } })).status;
    expect([await statusBy("ops.example.com"), await statusBy("other.example.com")]).toEqual([200, 421]);
    gateway.reload({ ...apart, server: { admin: { port: 0, names: ["other.example.com"] } } });
    expect([await statusBy("ops.example.com"), await statusBy("other.example.com")]).toEqual([421, 200]);
  });

  test("has its browser send a request (CSRF): 403, and nothing is done", async () => {
    const { gateway } = await runBoth(inMemory);
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example", "content-type": "text/plain" };
    const answer = await callAdmin(gateway, "/invalidate", { body: { all: true }, headers });
    expect([answer.status, codeOf(answer)]).toEqual([403, "cross_site"]);
    for (const site of ["same-origin", "same-site", "none"])
      expect((await callAdmin(gateway, "/config", { headers: { "sec-fetch-site": site } })).status).toBe(200);
  });

  test("is told nothing by CORS, and there is no cookie that a browser would send along", async () => {
    const { gateway } = await runBoth(inMemory);
    const origin = "https://evil.example";
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
    for (const path of ["/admin/v1/config", "/admin/v1/invalidate", "/dashboard/", "/metrics", "/healthz"]) {
      for (const answer of [
        await exchange(gateway.url + path, { headers: { origin } }),
        await exchange(gateway.url + path, { method: "OPTIONS", headers: { origin, ...asked } }),
        await exchange(gateway.url + path, { headers: { origin, authorization: `Bearer ${tokenOf(gateway)}` } }),
      ])
        for (const name of Object.keys(answer.headers)) expect(name).not.toMatch(/^access-control-|^set-cookie$/);
    }
  });

  test("knows no password: there is none by default", async () => {
    const { gateway } = await runBoth(inMemory);
    expect(tokenOf(gateway).length).toBeGreaterThanOrEqual(43);
    for (const token of ["admin", "reprise", "password", "changeme", "sk-1234", "Bearer", "undefined", "null"]) {
      const answer = await callAdmin(gateway, "/config", { headers: { authorization: `Bearer ${token}` } });
      expect([token, answer.status]).toEqual([token, 401]);
    }
  });
});

describe("security.limits.adminPerMinute", () => {
  test("holds for those who show the token, too, and others are asked for it as ever", async () => {
    const { gateway } = await runBoth({ ...inMemory, security: { limits: { adminPerMinute: 3 } } });
    for (const _ of [1, 2, 3]) expect((await callAdmin(gateway, "/config")).status).toBe(200);
    const answer = await callAdmin(gateway, "/config");
    expect([answer.status, codeOf(answer)]).toEqual([429, "too_many_requests"]);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect((await exchange(`${gateway.url}/admin/v1/config`)).status).toBe(401);
    expect((await exchange(`${gateway.url}/metrics`)).status).toBe(200);
    expect((await ask(gateway)).status).toBe(200);
    gateway.reload({ ...inMemory, security: { limits: { adminPerMinute: 100 } } });
    expect((await callAdmin(gateway, "/config")).status).toBe(200);
  });
});
