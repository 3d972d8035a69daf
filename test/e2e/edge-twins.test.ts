import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { invalidate } from "./admin-call.ts";
import { ask, bearer, chatPath, question, statusOf } from "./chat-call.ts";
import { type Exchanged, type ExchangeOptions, exchange } from "./http-exchange.ts";
import { inMemory, onDisk, type RunningGateway, runBoth, runGateway } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

/** Answers to calls that policy opened, by GET as well: at the digest of their body. */

/** A cache in front that can be told to forget; it is away, and nothing is waited for. */
const front = { kind: "webhook", url: "http://127.0.0.1:1", secret: "0123456789abcdef" };
const opened = {
  ...inMemory,
  layers: { edge: { purge: { front } } },
  rules: [{ match: { namespace: "faq" }, edge: "public" }],
};
const faq = { "x-ai-cache-namespace": "faq" };
const signed = { ...inMemory, layers: { edge: { twins: "signed", purge: { front } } } };

function digestOf(body: object): string {
  return `sha256-${createHash("sha256").update(JSON.stringify(body)).digest("hex")}`;
}

function get(gateway: RunningGateway, path: string, options: ExchangeOptions = {}): Promise<Exchanged> {
  return exchange(gateway.url + path, options);
}

function codeOf({ text }: Exchanged): string {
  return JSON.parse(text).error.code;
}

function locationOf({ headers }: Exchanged): string {
  return String(headers["content-location"]);
}

describe("twins for everybody", () => {
  test("the path is the digest of the body as it was sent; what is there is the answer, byte for byte", async () => {
    const { origin, gateway } = await runBoth(opened);
    const first = await ask(gateway, question(), faq);
    const path = locationOf(first);
    expect(path).toMatch(/^\/v1\/edge\/pub-[\w-]{22}\/sha256-[0-9a-f]{64}$/);
    expect(path.endsWith(digestOf(question()))).toBe(true);
    expect(first.headers["accept-query"]).toBe("application/json");
    expect(first.headers["cache-control"]).toBe("private, no-store");
    const again = await ask(gateway, question(), faq);
    expect([statusOf(again), locationOf(again)]).toEqual(["HIT", path]);
    const got = await get(gateway, path);
    expect([got.status, got.text, got.headers["content-type"]]).toEqual([200, first.text, "application/json"]);
    expect(got.headers).toMatchObject({
      "cache-control": expect.stringMatching(/^public, max-age=60, stale-if-error=86400$/),
      "cdn-cache-control": expect.stringMatching(/^max-age=3\d{3}, stale-if-error=86400$/),
      "cache-status": expect.stringMatching(/^reprise; hit; ttl=\d+; detail=edge$/),
      "x-ai-cache-layer": "edge",
      vary: "Accept-Encoding",
    });
    expect(got.headers).not.toHaveProperty("age");
    // The answer may be computed anew within a second, which no date would tell.
    expect(got.headers).not.toHaveProperty("last-modified");
    const since = { "if-modified-since": new Date().toUTCString() };
    expect((await get(gateway, path, { headers: since })).status).toBe(200);
    expect(got.headers).not.toHaveProperty("x-ai-cache-entry");
    const spaced = JSON.stringify(question(), undefined, 1);
    const other = await exchange(gateway.url + chatPath, { body: spaced, headers: faq });
    expect([statusOf(other), locationOf(other) === path]).toEqual(["HIT", false]);
    expect((await get(gateway, locationOf(other))).text).toBe(first.text);
    expect(origin.callCount).toBe(1);
  });

  test("E1: GET and QUERY of a twin with its tag, a list, W/ and * are 304 without a body", async () => {
    const { origin, gateway } = await runBoth(opened);
    const path = locationOf(await ask(gateway, question(), faq));
    const query = { method: "QUERY", body: question() };
    const type = { ...faq, "content-type": "application/json" };
    const asked = (condition?: string) => [
      () => get(gateway, path, condition === undefined ? {} : { headers: { "if-none-match": condition } }),
      () =>
        get(gateway, chatPath, {
          ...query,
          headers: condition === undefined ? type : { ...type, "if-none-match": condition },
        }),
    ];
    const whole = await get(gateway, path);
    const etag = String(whole.headers["etag"]);
    for (const condition of [etag, `"x", ${etag}`, `W/${etag}`, "*"]) {
      for (const ask of asked(condition)) {
        const got = await ask();
        expect([condition, got.status, got.body.length, got.headers["etag"]]).toEqual([condition, 304, 0, etag]);
        expect(got.headers["cache-status"]).toMatch(/^reprise; hit; /);
      }
    }
    for (const ask of [...asked('"x"'), ...asked()]) {
      const got = await ask();
      expect([got.status, got.text]).toEqual([200, whole.text]);
    }
    expect(origin.callCount).toBe(1);
  });

  test("QUERY is answered as POST is, and what it computes is kept; its answer names the twin", async () => {
    const { origin, gateway } = await runBoth(opened);
    const headers = { ...faq, "content-type": "application/json" };
    const first = await get(gateway, chatPath, { method: "QUERY", body: question(), headers });
    expect([first.status, statusOf(first)]).toEqual([200, "MISS"]);
    // Who asks, and what for, is in fields that no cache takes into its key: the twin is what may be kept.
    expect(first.headers).toMatchObject({
      "cache-control": "private, no-store",
      vary: expect.stringMatching(/^Accept-Encoding, Authorization\b/),
      "accept-query": "application/json",
      "content-location": expect.stringContaining(digestOf(question())),
      etag: expect.any(String),
    });
    for (const field of ["cdn-cache-control", "surrogate-control", "surrogate-key", "cache-tag", "cache-groups"])
      expect(first.headers).not.toHaveProperty(field);
    expect((await get(gateway, locationOf(first))).text).toBe(first.text);
    expect(statusOf(await ask(gateway, question(), faq))).toBe("HIT");
    const closed = await get(gateway, chatPath, {
      method: "QUERY",
      body: question(),
      headers: { "content-type": "application/json" },
    });
    expect([closed.status, closed.headers["cache-control"]]).toEqual([200, "private, no-store"]);
    expect(closed.headers).not.toHaveProperty("etag");
    for (const [type, status] of [
      [{}, 400],
      [{ "content-type": "text/plain" }, 415],
    ] as const) {
      const got = await get(gateway, chatPath, { method: "QUERY", body: question(), headers: { ...faq, ...type } });
      expect([got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        ...[status, "unsupported_query", "private, no-store"],
      ]);
    }
    expect(origin.callCount).toBe(2);
  });

  test("nothing but an opened call that is whole and stored has one", async () => {
    const { origin, gateway } = await runBoth({
      ...opened,
      rules: [...opened.rules, { match: { model: "personal" }, edge: "public", perUser: true }],
    });
    const none: readonly (readonly [object, Record<string, string>])[] = [
      [question(), {}],
      [question(undefined, { stream: true }), faq],
      [question("unstored"), { ...faq, "cache-control": "no-store" }],
      [question("not to be kept"), { ...faq, "x-ai-cache": "read" }],
      [question("other layers"), { ...faq, "x-ai-cache-layers": "exact" }],
    ];
    for (const [body, headers] of none) {
      const got = await ask(gateway, body, headers);
      expect([body, got.headers["content-location"]]).toEqual([body, undefined]);
    }
    origin.plan({ status: 500, body: "{}", headers: { "content-location": "/v1/answers/poison" } });
    expect((await ask(gateway, question("fails"), faq)).headers).not.toHaveProperty("content-location");
    origin.plan(undefined);
    const personal = await ask(gateway, { ...question(), model: "personal" }, { "x-ai-user": "ann" });
    expect(locationOf(personal)).toMatch(/^\/v1\/edge\/sig-/);
  });

  test("policy that closes the call again closes what is there", async () => {
    const { origin, gateway } = await runBoth({ ...onDisk, rules: opened.rules });
    const path = locationOf(await askUntilStored(gateway, question(), faq));
    await gateway.close();
    const open = await runGateway(origin, { rules: opened.rules }, gateway.folder);
    expect((await get(open, path)).status).toBe(200);
    await open.close();
    const narrowed = await runGateway(
      origin,
      { rules: [{ match: { namespace: "faq" }, edge: "signed" }] },
      gateway.folder,
    );
    expect([(await get(narrowed, path)).status, statusOf(await ask(narrowed, question(), faq))]).toEqual([404, "HIT"]);
  });

  test("a rule opens it for one user, and for no other", async () => {
    const { gateway } = await runBoth({ ...inMemory, rules: [{ match: { user: "ann" }, edge: "public" }] });
    const opens = await ask(gateway, question(), { "x-ai-user": "ann" });
    expect((await get(gateway, locationOf(opens))).text).toBe(opens.text);
    const closed = await ask(gateway, question("of another"), { "x-ai-user": "bob" });
    expect([closed.status, closed.headers["content-location"]]).toEqual([200, undefined]);
  });

  test("it is gone with the answer", async () => {
    const { gateway } = await runBoth(opened);
    const tagged = { ...faq, "x-ai-cache-tags": "doc:42" };
    for (const wish of [{ tags: ["doc:42"] }, { all: true }, { namespace: "faq" }]) {
      const path = locationOf(await ask(gateway, question(), tagged));
      expect((await get(gateway, path)).status).toBe(200);
      await invalidate(gateway, wish);
      const got = await get(gateway, path);
      expect([wish, got.status, codeOf(got)]).toEqual([wish, 404, "PROMPT_NOT_FOUND"]);
    }
    const first = await ask(gateway, question(), tagged);
    await invalidate(gateway, { keys: [first.headers["x-ai-cache-entry"]] });
    expect((await get(gateway, locationOf(first))).status).toBe(404);
  });

  test("tenants have scopes of their own, and so has each upstream, model, version and namespace", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers: { edge: { twins: "public" } } });
    const calls = await Promise.all([
      ask(gateway, question(), bearer("one")),
      ask(gateway, question(), bearer("two")),
      ask(gateway, question(), { ...bearer("one"), "x-ai-cache-namespace": "n" }),
      ask(gateway, question(), { ...bearer("one"), "x-ai-cache-version": "7" }),
      ask(gateway, { ...question(), model: "another" }, bearer("one")),
      exchange(`${gateway.url}/v1/completions`, { body: { model: "m", prompt: "x" }, headers: bearer("one") }),
    ]);
    expect(new Set(calls.map((call) => locationOf(call).split("/")[3])).size).toBe(calls.length);
    expect(JSON.stringify(calls.map(locationOf))).not.toMatch(/one|two/);
  });
});

describe("twins behind a signature", () => {
  test("who has the URL that a POST told gets the answer; any change of it is refused", async () => {
    const { gateway } = await runBoth(signed);
    const first = await ask(gateway, question(), bearer("sk-1"));
    const path = locationOf(first);
    expect(path).toMatch(/^\/v1\/edge\/sig-[\w-]{22}\/sha256-[0-9a-f]{64}\?exp=\d{10}&sig=[\w-]{43}$/);
    const got = await get(gateway, path);
    expect([got.status, got.text]).toEqual([200, first.text]);
    expect(got.headers["cache-control"]).toMatch(/^private, max-age=60$/);
    expect(got.headers["cdn-cache-control"]).toMatch(/^max-age=[1-9]\d{1,2}$/);
    const [bare = "", query = ""] = path.split("?");
    const [, expires = "", signature = ""] = /exp=(\d+)&sig=(.*)/.exec(query) ?? [];
    const second = await ask(gateway, question("another"), bearer("sk-1"));
    const forged = [
      bare,
      `${bare}?`,
      `${bare}?sig=${signature}&exp=${expires}`,
      `${path}&utm_source=x`,
      `${bare}?exp=${Number(expires) + 1}&sig=${signature}`,
      `${bare}?exp=0${expires}&sig=${signature}`,
      `${bare}?exp=${expires}&sig=${signature.slice(0, -1)}`,
      `${bare}?exp=${expires}&sig=${"A".repeat(43)}`,
      `${locationOf(second).split("?")[0]}?${query}`,
    ];
    for (const target of forged) {
      const got = await get(gateway, target);
      expect([target, got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        ...[target, 403, "invalid_signature", "private, no-store"],
      ]);
    }
  });

  test("a POST by another tenant is told another scope, and never the answer of the first", async () => {
    const { gateway } = await runBoth(signed);
    const [one, two] = [await ask(gateway, question(), bearer("1")), await ask(gateway, question(), bearer("2"))];
    const scope = (call: Exchanged) => locationOf(call).split("/")[3];
    expect(scope(one)).not.toBe(scope(two));
  });
});

describe("digests", () => {
  test("E4: what nobody registered is 404 and kept by nobody; too much of it is 429; registered, it is there", async () => {
    const gateway = await runGateway((await runBoth(inMemory)).origin, {
      ...inMemory,
      layers: { edge: { twins: "public", unknownPerMinute: 20 } },
    });
    const known = locationOf(await ask(gateway, question("known")));
    const scope = known.split("/")[3];
    const random = (index: number) => `sha256-${createHash("sha256").update(String(index)).digest("hex")}`;
    const paths = Array.from({ length: 25 }, (_, index) => `/v1/edge/${scope}/${random(index)}`);
    const wanted = `/v1/edge/${scope}/${digestOf(question("wanted"))}`;
    const statuses: number[] = [];
    for (const path of [wanted, ...paths]) {
      const got = await get(gateway, path);
      statuses.push(got.status);
      expect(got.headers["cache-control"]).toBe("private, no-store");
      expect(codeOf(got)).toBe(got.status === 404 ? "PROMPT_NOT_FOUND" : "too_many_unknown");
      if (got.status === 429) expect(got.headers["retry-after"]).toMatch(/^\d+$/);
    }
    expect(statuses).toEqual([...Array(20).fill(404), ...Array(6).fill(429)]);
    expect((await get(gateway, known)).status).toBe(200);
    expect(locationOf(await ask(gateway, question("wanted")))).toBe(wanted);
    expect((await get(gateway, wanted)).status).toBe(200);
  });

  test("E5: a digest that is not that of the body is 400, and neither of the two is there afterwards", async () => {
    const { origin, gateway } = await runBoth({ ...inMemory, layers: { edge: { twins: "public" } } });
    const scope = locationOf(await ask(gateway, question("first"))).split("/")[3];
    const own = digestOf(question());
    const wrong = digestOf(question("another"));
    for (const [claimed, code] of [
      [wrong, "digest_mismatch"],
      [own.slice(0, -1), "invalid_digest"],
      [own.toUpperCase(), "invalid_digest"],
      [own.replace("sha256-", "SHA256-"), "invalid_digest"],
      [own.slice(7), "invalid_digest"],
      [`${own}, ${own}`, "invalid_digest"],
      ["", "invalid_digest"],
    ] as const) {
      const got = await ask(gateway, question(), { "x-ai-cache-digest": claimed });
      expect([claimed, got.status, codeOf(got)]).toEqual([claimed, 400, code]);
    }
    expect(origin.callCount).toBe(1);
    for (const digest of [own, wrong]) expect((await get(gateway, `/v1/edge/${scope}/${digest}`)).status).toBe(404);
    const right = await ask(gateway, question(), { "x-ai-cache-digest": own });
    expect([right.status, locationOf(right)]).toEqual([200, `/v1/edge/${scope}/${own}`]);
    expect(origin.calls.at(-1)?.headers).not.toHaveProperty("x-ai-cache-digest");
  });

  test("what is no address is refused with a reason", async () => {
    const { origin, gateway } = await runBoth(opened);
    const path = locationOf(await ask(gateway, question(), faq));
    const [, , , scope = "", digest = ""] = path.split("/");
    for (const [target, status, code] of [
      [`/v1/edge/pub-unknown/${digest}`, 404, "unknown_scope"],
      [`/v1/edge/${scope}/${digest.toUpperCase()}`, 400, "invalid_digest"],
      [`/v1/edge/${scope}/${digest}/`, 400, "invalid_digest"],
      [`/v1/edge/${scope}/../${scope}/${digest}`, 400, "invalid_digest"],
      [`/v1/edge/${scope}`, 400, "invalid_digest"],
      [`/v1/edge/`, 400, "invalid_digest"],
      [`/v1/edge/${scope.replace("pub-", "sig-")}/${digest}`, 403, "invalid_signature"],
      [`${path}?`, 400, "unexpected_query"],
      [`${path}?x=1`, 400, "unexpected_query"],
    ] as const) {
      const got = await get(gateway, target);
      expect([target, got.status, codeOf(got), got.headers["cache-control"]]).toEqual([
        ...[target, status, code, "private, no-store"],
      ]);
    }
    expect((await get(gateway, path, { method: "DELETE" })).status).toBe(405);
    expect(origin.callCount).toBe(1);
  });
});
