import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { Dashboard } from "../../src/gateway/dashboard.ts";
import { type Exchanged, exchange } from "../e2e/http-exchange.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { dashboardFolder } from "./dashboard-page.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

describe("the files of the dashboard", () => {
  test("are less than 60 KB, compressed, in all", () => {
    const names = readdirSync(dashboardFolder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const sizes = names
      .filter(({ name }) => !name.endsWith(".txt"))
      .map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name)), { level: 9 }).length);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
  });

  test("hold nothing inline and nothing from elsewhere, and what is written of the packages inside", () => {
    const page = readFileSync(join(dashboardFolder, "index.html"), "utf8");
    expect(page).not.toMatch(/<style|\son\w+=|style=|<script(?![^>]*\ssrc=)/i);
    expect(page.match(/(?:src|href)="[^"]*"/g)).toSatisfy((links: string[]) =>
      links.every((link) => /="\.\/assets\//.test(link)),
    );
    expect(readFileSync(join(dashboardFolder, "THIRD-PARTY-NOTICES.txt"), "utf8")).toMatch(/preact[\s\S]*uplot/);
  });

  test("take nothing of the gateway but types", () => {
    const folder = new URL("../../dashboard/", import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
    const imports = sources.flatMap((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      return text.match(/^import [^;]*from "(?:\.\.\/)+src\/[^"]*"/gm) ?? [];
    });
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((line) => !line.startsWith("import type "))).toEqual([]);
  });
});

describe("surface: /dashboard/", () => {
  test("the page is asked for anew, its parts are kept for good, and both come compressed", async () => {
    const { gateway } = await runBoth(inMemory);
    const page = await exchange(`${gateway.url}/dashboard/`, { headers: { "accept-encoding": "br, gzip" } });
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-encoding": "gzip",
      "cache-control": "no-cache",
      vary: "accept-encoding",
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    const script = await partOf(gateway, ".js");
    expect(script.status).toBe(200);
    expect(script.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": policy,
    });
    expect(script.headers["content-encoding"]).toBeUndefined();
  });

  test("who has it is told that it is current; another encoding is another thing", async () => {
    const { gateway } = await runBoth(inMemory);
    const url = `${gateway.url}/dashboard/`;
    const plain = String((await exchange(url)).headers.etag);
    const gzipped = String((await exchange(url, { headers: { "accept-encoding": "gzip" } })).headers.etag);
    expect(plain).toMatch(/^"[\w-]+"$/);
    expect(gzipped).not.toBe(plain);
    const again = await exchange(url, { headers: { "if-none-match": `"other", W/${plain}` } });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, plain]);
    expect((await exchange(url, { headers: { "if-none-match": gzipped } })).status).toBe(200);
    const refused = await exchange(url, { headers: { "accept-encoding": "gzip;q=0" } });
    expect(refused.headers["content-encoding"]).toBeUndefined();
  });

  test("HEAD says the same without a body", async () => {
    const { gateway } = await runBoth(inMemory);
    const url = `${gateway.url}/dashboard/`;
    const [head, get] = [await exchange(url, { method: "HEAD" }), await exchange(url)];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers["content-length"]).toBe(String(get.body.length));
  });

  test("without the slash it leads to it; what is not there is 404; other methods are 405; nothing reaches the origin", async () => {
    const { gateway, origin } = await runBoth(inMemory);
    const at = (path: string, method = "GET") => exchange(gateway.url + path, { method });
    const redirect = await at("/dashboard");
    expect([redirect.status, redirect.headers.location]).toEqual([308, "dashboard/"]);
    for (const path of ["none.js", "..%2f..%2fpackage.json", "../../package.json", "assets/", "%zz"]) {
      const lost = await at(`/dashboard/${path}`);
      expect([path, lost.status, lost.headers["content-security-policy"]]).toEqual([path, 404, policy]);
    }
    const posted = await exchange(`${gateway.url}/dashboard/`, { body: "x".repeat(100_000) });
    expect([posted.status, posted.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect((await at("/dashboard/", "QUERY")).status).toBe(405);
    expect(origin.callCount).toBe(0);
  });

  test("a build without it says so, and what to do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reprise-no-dashboard-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const dashboard = new Dashboard(folder);
    const server = createServer((request, response) => void dashboard.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { readonly port: number };
    const { status, text } = await exchange(`http://127.0.0.1:${port}/dashboard/`);
    expect([status, text]).toEqual([404, expect.stringContaining("npm run build")]);
  });
});

async function partOf({ url }: { readonly url: string }, ending: string): Promise<Exchanged> {
  const page = await exchange(`${url}/dashboard/`);
  const [, name] = new RegExp(`"\\./(assets/[^"]*${ending})"`).exec(page.text) ?? [];
  return exchange(`${url}/dashboard/${name}`);
}
