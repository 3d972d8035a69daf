import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Gate, type PlannedReply } from "../../src/testing/index.ts";
import { callAdmin, invalidate } from "./admin-call.ts";
import { ask, contentOf, question } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { type Exchanged, type ExchangeOptions, exchange } from "./http-exchange.ts";
import { openConnection } from "./raw-connection.ts";
import { inMemory, onDisk, type RunningGateway, runBoth, runGateway } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

/** Reviewed answers, each at a URL that caches in front of the gateway may keep. */

const tagged = { "x-ai-cache-tags": "doc:42" };

/** Asks, and publishes what is answered; returns its text. */
async function publish(gateway: RunningGateway, slug: string, more: object = {}): Promise<string> {
  const answer = await askUntilStored(gateway, question(`What of ${slug}?`), tagged);
  const entry = answer.headers["x-ai-cache-entry"];
  const published = await callAdmin(gateway, "/answers", { body: { slug, entry, ...more } });
  expect([published.status, published.text]).toEqual([200, expect.stringContaining(slug)]);
  return contentOf(answer);
}

function get(gateway: RunningGateway, name: string, options: ExchangeOptions = {}): Promise<Exchanged> {
  return exchange(`${gateway.url}/v1/answers/${name}`, options);
}

/** An answer of a model, as it sends it. */
function answering(content: string): PlannedReply {
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  const body = { id: "c", object: "chat.completion", created: 1, model: "scripted-large", choices };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function codeOf({ text }: Exchanged): string {
  return JSON.parse(text).error.code;
}

/** A cache in front that can be told to forget; it is away, and nothing is waited for. */
const front = { kind: "webhook", url: "http://127.0.0.1:1", secret: "0123456789abcdef" };

describe("published answers", () => {
  test("an entry becomes JSON, text and HTML, for every cache to keep, and tells nothing of who asked", async () => {
    const { origin, gateway } = await runBoth({ ...inMemory, layers: { edge: { purge: { front } } } });
    const text = await publish(gateway, "opening-hours", { title: "When we're open", language: "en" });
    const [json, plain, html] = await Promise.all(
      ["", ".txt", ".html"].map((end) => get(gateway, `opening-hours${end}`)),
    );
    expect(JSON.parse(json?.text as string)).toEqual({
      ...{ slug: "opening-hours", version: 1, title: "When we're open", language: "en", text, model: "scripted-large" },
      computedAt: expect.any(String),
      publishedAt: expect.any(String),
    });
    expect(plain?.text).toBe(`${text}\n`);
    expect(html?.text).toContain('<html lang="en">');
    expect(html?.text).toContain("<h1>When we&#39;re open</h1>");
    expect([json, plain, html].map((one) => one?.headers["content-type"])).toEqual([
      ...["application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"],
    ]);
    for (const answer of [json, plain, html] as Exchanged[]) {
      expect(answer.headers).toMatchObject({
        "cache-control": "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400",
        "cdn-cache-control": "max-age=3600, stale-while-revalidate=600, stale-if-error=86400",
        "surrogate-control": "max-age=3600, stale-while-revalidate=600, stale-if-error=86400",
        "cache-status": "reprise; hit; ttl=3600; detail=edge",
        vary: "Accept-Encoding",
        etag: expect.stringMatching(/^"sha256-[\w-]{43}"$/),
        "content-security-policy": expect.stringContaining("default-src 'none'"),
      });
      const labels = String(answer.headers["surrogate-key"]).split(" ");
      expect(labels[0]).toBe("answer-opening-hours");
      expect(answer.headers["cache-tag"]).toBe(labels.join(","));
      expect(answer.headers["cache-groups"]).toBe(labels.map((label) => `"${label}"`).join(", "));
      const told = answer.rawHeaders.join("\n") + answer.text;
      expect(told).not.toMatch(/doc:42|anonymous|x-ai-cache-entry|set-cookie/i);
    }
    expect(origin.callCount).toBe(1);
  });

  test("E1: If-None-Match with its tag, a list, W/ and *: 304 without a body; another tag or none gets it all", async () => {
    const { gateway } = await runBoth(inMemory);
    await publish(gateway, "faq");
    const whole = await get(gateway, "faq");
    const etag = String(whole.headers["etag"]);
    for (const condition of [etag, `"other", ${etag}`, `W/${etag}`, "*", `"a,b" , W/"c",${etag}`]) {
      for (const method of ["GET", "HEAD"]) {
        const got = await get(gateway, "faq", { method, headers: { "if-none-match": condition } });
        expect([condition, got.status, got.body.length]).toEqual([condition, 304, 0]);
        for (const name of ["etag", "cache-control", "cdn-cache-control", "vary", "last-modified", "surrogate-key"])
          expect([name, got.headers[name]]).toEqual([name, whole.headers[name]]);
        expect(got.headers["cache-status"]).toMatch(/^reprise; hit; ttl=\d+; detail=edge$/);
      }
    }
    for (const condition of ['"other"', etag.slice(1, -1), `"other"${etag}`, "", `${etag}x`]) {
      const got = await get(gateway, "faq", { headers: { "if-none-match": condition } });
      expect([condition, got.status, got.text]).toEqual([condition, 200, whole.text]);
    }
    const since = String(whole.headers["last-modified"]);
    expect((await get(gateway, "faq", { headers: { "if-modified-since": since } })).status).toBe(304);
    expect((await get(gateway, "faq", { headers: { "if-match": '"other"' } })).status).toBe(412);
    const head = await get(gateway, "faq", { method: "HEAD" });
    expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([
      ...[200, 0, String(whole.body.length)],
    ]);
  });

  test("each coding has a tag of its own, and one range is right", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan(answering("The sea is wide. ".repeat(200)));
    await publish(gateway, "sea");
    const coded = await Promise.all(
      ["identity", "gzip", "br"].map((coding) => get(gateway, "sea.txt", { headers: { "accept-encoding": coding } })),
    );
    expect(coded.map(({ headers }) => headers["content-encoding"])).toEqual([undefined, "gzip", "br"]);
    expect(new Set(coded.map(({ headers }) => headers["etag"])).size).toBe(3);
    const decoded = [coded[0]?.body, gunzipSync(coded[1]?.body ?? ""), brotliDecompressSync(coded[2]?.body ?? "")];
    expect(new Set(decoded.map(String)).size).toBe(1);
    const [whole] = coded as [Exchanged];
    const part = await get(gateway, "sea.txt", { headers: { range: "bytes=2-5" } });
    expect([part.status, part.text, part.headers["content-range"]]).toEqual([
      ...[206, whole.text.slice(2, 6), `bytes 2-5/${whole.body.length}`],
    ]);
    for (const range of [
      "bytes=999999999-",
      "bytes=5-2",
      "bytes=a-b",
      "bytes=0-1,3-4",
      "bytes=-0",
      "bytes=",
      `bytes=${"9".repeat(400)}-`,
    ]) {
      const got = await get(gateway, "sea.txt", { headers: { range } });
      expect([range, got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        ...[range, 416, "range_refused", "private, no-store"],
      ]);
    }
    expect((await get(gateway, "sea.txt", { headers: { range: "lines=1-2" } })).text).toBe(whole.text);
    const stale = { range: "bytes=2-5", "if-range": '"other"' };
    expect((await get(gateway, "sea.txt", { headers: stale })).text).toBe(whole.text);
  });

  test("what a model wrote is text, whatever it looks like", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const nasty = `</main><script>alert("x")</script><img src=x onerror='y'>&lt;\u0001`;
    origin.plan(answering(nasty));
    await publish(gateway, "nasty", { title: `"><script>` });
    const { text, headers } = await get(gateway, "nasty.html");
    expect(text).not.toMatch(/<script|<img/);
    expect(text).not.toContain("\u0001");
    expect(text).toContain("&lt;/main&gt;&lt;script&gt;alert(&quot;x&quot;)");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("versions: a draft is for the administrator alone, the newest is shown, an earlier one can be again", async () => {
    const { gateway } = await runBoth(inMemory);
    const text = await publish(gateway, "policy", { draft: true });
    expect((await get(gateway, "policy")).status).toBe(404);
    const preview = await callAdmin(gateway, "/answers/policy");
    expect([preview.headers["cache-control"], JSON.parse(preview.text).shown.text]).toEqual([
      "private, no-store",
      `${text}\n`,
    ]);
    expect((await callAdmin(gateway, "/answers", { body: { slug: "policy", version: 1 } })).status).toBe(200);
    expect(JSON.parse((await get(gateway, "policy")).text)).toMatchObject({ version: 1, text });
    const other = await ask(gateway, question("another"));
    const entry = other.headers["x-ai-cache-entry"];
    await callAdmin(gateway, "/answers", { body: { slug: "policy", entry } });
    expect(JSON.parse((await get(gateway, "policy")).text)).toMatchObject({ version: 2, text: contentOf(other) });
    await callAdmin(gateway, "/answers", { body: { slug: "policy", version: 1 } });
    expect(JSON.parse((await get(gateway, "policy")).text)).toMatchObject({ version: 1, text });
    const { answers } = JSON.parse((await callAdmin(gateway, "/answers")).text);
    expect(answers).toMatchObject([{ slug: "policy", state: "live", version: 1, latest: 2 }]);
  });

  test("unpublished is gone at once, for good or until it is published anew", async () => {
    const { gateway } = await runBoth();
    await publish(gateway, "gone");
    const { etag = "" } = (await get(gateway, "gone")).headers;
    expect((await callAdmin(gateway, "/answers/gone", { method: "DELETE" })).status).toBe(200);
    for (const name of ["gone", "gone.txt", "gone.html"]) {
      const got = await get(gateway, name, { headers: { "if-none-match": etag } });
      expect([got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        410,
        "answer_withdrawn",
        "private, no-store",
      ]);
    }
    expect((await callAdmin(gateway, "/answers/never", { method: "DELETE" })).status).toBe(404);
    await publish(gateway, "gone");
    expect((await get(gateway, "gone")).status).toBe(200);
  });

  test("what takes back the answer takes back what was published of it", async () => {
    const { gateway } = await runBoth(inMemory);
    const publishing = async () => {
      await publish(gateway, "a");
      expect((await get(gateway, "a")).status).toBe(200);
      return decodeURIComponent(JSON.parse((await callAdmin(gateway, "/entries")).text).entries[0].id);
    };
    for (const wish of [{ tags: ["doc:42"] }, { all: true }, { model: "scripted-large" }, { tenant: "anonymous" }]) {
      await publishing();
      expect((await invalidate(gateway, wish)).status).toBe(200);
      expect([wish, (await get(gateway, "a")).status]).toEqual([wish, 410]);
    }
    const id = await publishing();
    expect((await invalidate(gateway, { keys: [id] })).status).toBe(200);
    expect((await get(gateway, "a")).status).toBe(410);
    const entry = await publishing();
    expect((await callAdmin(gateway, "/feedback", { body: { entry, verdict: "wrong" } })).status).toBe(200);
    expect((await get(gateway, "a")).status).toBe(410);
    const { latest } = JSON.parse((await callAdmin(gateway, "/answers/a")).text);
    for (let version = 1; version <= latest; version++) {
      const again = await callAdmin(gateway, "/answers", { body: { slug: "a", version } });
      expect([version, again.status, JSON.parse(again.text).path]).toEqual([version, 400, "version"]);
    }
    expect((await get(gateway, "a")).status).toBe(410);
    await publish(gateway, "a", { tags: ["page:7"] });
    expect((await invalidate(gateway, { tags: ["page:8"] })).status).toBe(200);
    expect((await get(gateway, "a")).status).toBe(200);
    expect((await invalidate(gateway, { tags: ["page:7"] })).status).toBe(200);
    expect((await get(gateway, "a")).status).toBe(410);
  });

  test("what comes from a prompt is asked again when its tag is purged, and is not served until then", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const prompt = { path: "/v1/chat/completions", body: question("The news?"), every: "1h" };
    const published = await callAdmin(gateway, "/answers", { body: { slug: "news", prompt, tags: ["doc:7"] } });
    expect([published.status, JSON.parse(published.text)]).toMatchObject([200, { version: 1, every: "1h" }]);
    const before = JSON.parse((await get(gateway, "news")).text);
    const gate = new Gate();
    origin.plan({ ...answering("Something else happened."), holds: [{ at: "headers", gate }] });
    expect((await invalidate(gateway, { tags: ["doc:7"] })).status).toBe(200);
    const first = await get(gateway, "news");
    expect([first.status, first.headers["cache-control"]]).toEqual([503, "private, no-store"]);
    gate.release();
    await eventually("asked again", async () => (await get(gateway, "news")).status === 200);
    const after = JSON.parse((await get(gateway, "news")).text);
    expect([before.version, after.version, after.text]).toEqual([1, 2, "Something else happened."]);
    await callAdmin(gateway, "/answers/news", { method: "DELETE" });
    expect((await get(gateway, "news")).status).toBe(410);
  });

  test("survives a restart, withdrawn ones too", async () => {
    const { origin, gateway } = await runBoth(onDisk);
    const text = await publish(gateway, "kept");
    await publish(gateway, "taken");
    await callAdmin(gateway, "/answers/taken", { method: "DELETE" });
    await gateway.close();
    const again = await runGateway(origin, {}, gateway.folder);
    expect(JSON.parse((await get(again, "kept")).text).text).toBe(text);
    expect((await get(again, "taken")).status).toBe(410);
  });
});

describe("bad input", () => {
  test("names with tricks, queries, other methods and poisoned fields change nothing and are kept by nobody", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    await publish(gateway, "plain");
    const clean = await get(gateway, "plain");
    for (const name of [
      "../healthz",
      "%2e%2e/healthz",
      "..%2f..",
      "a/b",
      "A",
      "plain/",
      "",
      ".txt",
      "plain.exe",
      "a%00",
      "plain%2ehtml",
      "-a",
      "x".repeat(200),
    ]) {
      const got = await get(gateway, name);
      expect([name, got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        ...[name, 400, "invalid_slug", "private, no-store"],
      ]);
    }
    for (const query of ["?", "?utm_source=x", "?version=1", "?a?b"]) {
      const got = await get(gateway, `plain${query}`);
      expect([query, got.status, got.headers["cache-control"]]).toEqual([query, 400, "private, no-store"]);
    }
    for (const method of ["POST", "PUT", "DELETE", "PURGE", "OPTIONS"]) {
      const got = await get(gateway, "plain", { method });
      expect([method, got.status, got.headers["allow"]]).toEqual([method, 405, "GET, HEAD"]);
    }
    const poisoned = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "gopher",
      "x-original-url": "/v1/answers/other",
      "x-rewrite-url": "/healthz",
      "x-http-method-override": "DELETE",
      forwarded: "host=evil.example",
      origin: "https://evil.example",
      "cache-control": ["public", "no-store", "max-age=999999999"],
      pragma: "no-cache",
      cookie: "session=1",
      authorization: "Bearer sk-someone",
      "x-ai-cache": "off",
    };
    const got = await get(gateway, "plain", { headers: poisoned });
    expect([got.status, got.text]).toEqual([200, clean.text]);
    const without = ({ date: _, connection: __, ...rest }: Exchanged["headers"]) => rest;
    expect(without(got.headers)).toEqual(without(clean.headers));
    expect(JSON.stringify(got.rawHeaders)).not.toContain("evil");
    const connection = await openConnection(gateway);
    connection.socket.write(
      "GET http://evil.example/v1/answers/plain HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n",
    );
    await connection.closed;
    expect(connection.received()).not.toContain("evil");
    expect(origin.callCount).toBe(1);
  });

  test("what cannot be published is refused with the field and the rule", async () => {
    const { gateway } = await runBoth(inMemory);
    const tool = await ask(gateway, question("for a user"), { "x-ai-user": "ann" });
    const ofUser = tool.headers["x-ai-cache-entry"];
    for (const [wish, status, path] of [
      [{}, 400, "slug"],
      [{ slug: "../x", entry: ofUser }, 400, "slug"],
      [{ slug: "x" }, 400, "entry"],
      [{ slug: "x", entry: "nothing" }, 400, "entry"],
      [{ slug: "x", entry: "anonymous:nothing" }, 404, undefined],
      [{ slug: "x", entry: ofUser }, 400, "entry"],
      [{ slug: "x", version: 3 }, 404, undefined],
      [{ slug: "x", entry: ofUser, version: 3 }, 400, "entry"],
      [{ slug: "x", entry: ofUser, title: "a\nb" }, 400, "title"],
      [{ slug: "x", entry: ofUser, language: "<x>" }, 400, "language"],
      [{ slug: "x", entry: ofUser, tags: ["Böse"] }, 400, "tags.0"],
      [{ slug: "x", entry: ofUser, html: "<b>" }, 400, "html"],
      [{ slug: "x", prompt: { path: "/v1/models", body: {}, every: "1h" } }, 400, "prompt.path"],
      [{ slug: "x", prompt: { path: "/v1/chat/completions", body: {}, every: "1s" } }, 400, "prompt.every"],
    ] as const) {
      const got = await callAdmin(gateway, "/answers", { body: wish });
      expect([wish, got.status, JSON.parse(got.text).path]).toEqual([wish, status, path]);
    }
    expect((await get(gateway, "x")).status).toBe(404);
    expect(JSON.parse((await callAdmin(gateway, "/answers")).text)).toEqual({ answers: [] });
  });
});
