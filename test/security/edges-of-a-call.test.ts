import { expect, it } from "vitest";
import { classifyHeader } from "../../src/policy/scope.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";
import { chatPath, question } from "../e2e/chat-call.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { openConnection } from "../e2e/raw-connection.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";

/** What a caller can put around a body, and what an origin can put around an answer. */

/** Fields of all kinds: those that are known, and some that nobody has heard of. */
const fields: Readonly<Record<string, string>> = {
  ...{ authorization: "Bearer a", "x-api-key": "a", cookie: "a=b", "api-key": "a", "x-goog-api-key": "a" },
  ...{
    "openai-organization": "a",
    "openai-project": "a",
    "openai-beta": "a",
    "x-unheard-of": "a",
    "x-forwarded-host": "a",
  },
  ...{
    "anthropic-version": "a",
    "anthropic-beta": "a",
    "x-host": "a",
    "x-original-url": "/a",
    "x-http-method-override": "GET",
  },
  ...{
    "user-agent": "a",
    "x-request-id": "a",
    traceparent: "a",
    "accept-language": "a",
    referer: "http://a",
    via: "1.1 a",
  },
  ...{
    "x-amz-date": "a",
    origin: "http://a",
    "x-portkey-trace": "a",
    "x-region": "a",
    forwarded: "for=a",
    "x-real-ip": "1.1.1.1",
  },
};

it("X2: whatever of a call reaches the origin and could change its answer parts it from other calls", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "off" } } });
  const ask = async (headers: object, query: string): Promise<string> => {
    const { headers: told } = await exchange(`${gateway.url}${chatPath}${query}`, {
      body: question("What reaches you?"),
      headers: { "content-type": "application/json", ...headers },
    });
    await gateway.flush();
    return String(told["x-ai-cache-status"]);
  };
  expect(await ask({}, "")).toBe("MISS");
  for (const [name, value] of Object.entries(fields)) {
    const outcome = await ask({ [name]: value }, "");
    if (outcome === "MISS") continue;
    // It was answered from the cache: so the origin gets nothing of it, or it is known to change nothing.
    await ask({ [name]: value, "cache-control": "no-store" }, "");
    const received = origin.calls.at(-1)?.headers[name];
    const isNeutral = classifyHeader(name, openAiChat.keyedHeaders) === "neutral";
    expect([name, outcome, received]).toEqual([name, "HIT", isNeutral ? value : undefined]);
  }
  for (const query of ["?a=1", "?a=2", "?api-version=1", "?key=k", "?%61=1", "?a=1&a=2", "?a=1;b=2"])
    expect([query, await ask({}, query)]).toEqual([query, "MISS"]);
});

/** Ways to make a cache take the answer to a call for a file: https://portswigger.net/web-security/web-cache-deception */
const endings = [
  ...[
    "/x.css",
    "/x.js",
    "/x.png",
    ".css",
    ".js",
    ";x.css",
    ";.css",
    ";/x.css",
    "%3Bx.css",
    "%2fx.css",
    "%2Fx.css",
    "%5cx.css",
  ],
  ...[
    "%00x.css",
    "%00.css",
    "%0ax.css",
    "%0d%0ax.css",
    "%23x.css",
    "%3fx.css",
    "/%2e%2e/x.css",
    "/..%2fx.css",
    "/../x.css",
    "/./x.css",
  ],
  ...[
    "//x.css",
    "/.css",
    "~x.css",
    "!x.css",
    "$x.css",
    "/favicon.ico",
    "/robots.txt",
    "%20.css",
    "+x.css",
    "@x.css",
    "%e2%80%8b.css",
  ],
];
const beginnings = [
  "//v1/chat/completions",
  "/v1//chat/completions",
  "/v1/./chat/completions",
  "/v1/x/../chat/completions",
];
const others = [
  "/V1/CHAT/COMPLETIONS",
  "/v1/chat/completions/",
  "/%76%31/chat/completions",
  "/v1%2fchat%2fcompletions",
];

it("X3: no other way to write the path of a call is answered from the cache, or may be kept by one", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "off" } } });
  const body = JSON.stringify(question());
  const ask = async (method: string, path: string): Promise<string> => {
    const connection = await openConnection(gateway);
    const lines = [`${method} ${path} HTTP/1.1`, "host: g", "authorization: Bearer a", "connection: close"];
    const content =
      method === "GET"
        ? ["", ""]
        : [`content-length: ${Buffer.byteLength(body)}`, "content-type: application/json", "", body];
    connection.socket.write([...lines, ...content].join("\r\n"));
    await connection.closed;
    return connection.received();
  };
  expect(await ask("POST", chatPath)).toMatch(/x-ai-cache-status: MISS/i);
  await gateway.flush();
  expect(await ask("POST", chatPath)).toMatch(/x-ai-cache-status: HIT/i);
  const paths = [...endings.map((ending) => chatPath + ending), ...beginnings, ...others];
  expect(paths.length).toBeGreaterThanOrEqual(40);
  for (const path of paths) {
    for (const method of ["GET", "POST"]) {
      const answers = [await ask(method, path), await ask(method, path)];
      for (const answer of answers) {
        expect([path, answer]).toEqual([path, expect.stringMatching(/^cache-control: private, no-store\r$/im)]);
        expect([path, answer]).not.toEqual([path, expect.stringMatching(/x-ai-cache-status|^age:/im)]);
      }
    }
  }
  // Four calls of each path at most, and none of them was kept.
  expect(origin.callCount).toBeGreaterThan(paths.length * 2);
  for (const place of ["/v1/answers/a", "/v1/edge/s"]) {
    for (const ending of endings) {
      const answer = await ask("GET", place + ending);
      expect([place + ending, answer]).toEqual([
        place + ending,
        expect.stringMatching(/^HTTP\/1\.1 4\d\d[\s\S]*private, no-store/i),
      ]);
    }
  }
});

it("X4: nothing that an origin says in its header is told to anybody but its caller", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "off" } } });
  const hostile = {
    ...{
      "set-cookie": ["session=1; Path=/", "b=2"],
      "access-control-allow-origin": "*",
      location: "https://elsewhere.example",
    },
    ...{
      "x-ratelimit-remaining": "1",
      traceparent: "00-a",
      "surrogate-key": "a",
      "cache-tag": "a",
      "clear-site-data": "*",
    },
    ...{
      "strict-transport-security": "max-age=1",
      "content-security-policy": "x",
      link: "</a>; rel=preload",
      "x-a": "b",
    },
    ...{
      "cache-control": "public, max-age=600",
      "cdn-cache-control": "max-age=600",
      "surrogate-control": "max-age=600",
    },
    ...{ "x-ai-cache-entry": "forged", "x-ai-cache-reason": "forged", age: "7", vary: "*", refresh: "0;url=http://x" },
  };
  origin.plan({ headers: hostile });
  const ask = async () => {
    const answer = await exchange(gateway.url + chatPath, {
      body: question(),
      headers: { "content-type": "application/json" },
    });
    await gateway.flush();
    return answer;
  };
  const first = await ask();
  expect(first.headers["cache-control"]).toBe("private, no-store");
  expect(first.headers["x-ai-cache-entry"]).not.toBe("forged");
  const second = await ask();
  expect(second.headers["x-ai-cache-status"]).toBe("HIT");
  const ours =
    /^(?:x-ai-cache-|cache-control$|cache-status$|content-|age$|date$|connection$|keep-alive$|vary$|x-request-id$)/;
  expect(Object.keys(second.headers).filter((name) => !ours.test(name))).toEqual([]);
  expect(second.headers["age"]).not.toBe("7");
  expect(JSON.stringify(second.rawHeaders)).not.toMatch(/forged|session=1|elsewhere|max-age|\*/);
});

it("X4: an origin that parts its header with line ends is no origin", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const body = '{"id":"c","choices":[]}';
  for (const line of ["x-a: b\rset-cookie: c=d", "x-a: b\u0000c", "x a: b", ": b", "x-a: b\r\n\tc"]) {
    const head = [
      "HTTP/1.1 200 OK",
      "content-type: application/json",
      line,
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ];
    origin.plan({ wire: Buffer.from(head.join("\r\n"), "latin1") });
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    const answer = await exchange(gateway.url + chatPath, { body: question(), headers });
    expect([line, answer.headers["set-cookie"]]).toEqual([line, undefined]);
    expect([line, answer.rawHeaders.every((one) => !/[\r\n\0]/.test(one))]).toEqual([line, true]);
  }
});
