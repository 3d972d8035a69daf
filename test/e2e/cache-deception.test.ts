import { expect, test } from "vitest";
import { ask, bearer, chatPath, question, statusOf } from "./chat-call.ts";
import { openConnection } from "./raw-connection.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

/**
 * X3, web cache deception: addresses that a cache in front may take for a file, a picture or another address than we do, while
 * we answer as for the one that has somebody's answer. None of them is answered from the cache, and none may be kept.
 */
const below = "/v1/chat/completions";
const paths = [
  ...[
    "/x.css",
    "/x.js",
    "/favicon.ico",
    "/logo.png",
    "/index.html",
    "/robots.txt",
    "/a/b/c.woff2",
    "/.css",
    "/x.css?v=1",
  ],
  ...[
    ";x.css",
    ";jsessionid=1",
    ";/x.css",
    "%3bx.css",
    "%2fx.css",
    "%2Fx.css",
    "/%2e%2e/x.css",
    "/..%2fx.css",
    "/../x.css",
  ],
  ...[
    "//x.css",
    "//",
    "/",
    "%00.css",
    "%00",
    "%0a.css",
    "%0d%0ax.css",
    "%23x.css",
    "%3fx.css",
    "%20",
    "%20.css",
    "%09",
  ],
  ...[
    "\\x.css",
    "%5cx.css",
    "%255c.css",
    "%252fx.css",
    "~x.css",
    "!.css",
    "$.css",
    "&x.css",
    "@.css",
    ",.css",
    ":x.css",
    ".css",
  ],
  ...[".json", "%E2%80%AE.css", "/v1/answers/x.css"],
];

test("there are at least 40 of them", () => {
  expect(new Set(paths).size).toBeGreaterThanOrEqual(40);
});

test.each(["GET", "POST", "HEAD"])(
  "X3: %s of an address like that of a call is not answered from the cache, nor kept by one in front",
  async (method) => {
    const { origin, gateway } = await runBoth(inMemory);
    const body = JSON.stringify(question("my secret"));
    expect(statusOf(await ask(gateway, question("my secret"), bearer("one")))).toBe("MISS");
    expect(statusOf(await ask(gateway, question("my secret"), bearer("one")))).toBe("HIT");
    const answered = (await ask(gateway, question("my secret"), bearer("one"))).text;
    const { content } = JSON.parse(answered).choices[0].message;
    origin.plan(({ path }) => (path === below ? {} : { status: 404, body: "no such page" }));
    for (const path of paths) {
      const connection = await openConnection(gateway);
      const lines = [`${method} ${below}${path} HTTP/1.1`, "Host: g", "Authorization: Bearer one", "Connection: close"];
      const length = method === "POST" ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
      connection.socket.write(`${[...lines, ...length].join("\r\n")}\r\n\r\n${method === "POST" ? body : ""}`);
      await connection.closed;
      const received = connection.received();
      expect([path, received.slice(9, 12)]).toEqual([path, expect.stringMatching(/^40[04]$/)]);
      expect(received.toLowerCase()).toMatch(/\r\ncache-control: private, no-store\r\n/);
      expect(received).not.toContain("HIT");
      expect(received).not.toContain(content);
    }
    expect(statusOf(await ask(gateway, question("my secret"), bearer("one")))).toBe("HIT");
    expect(chatPath).toBe(below);
  },
);
