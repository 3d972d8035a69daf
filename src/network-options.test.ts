import { describe, expect, it } from "vitest";
import { baseUrl } from "./option-fields.ts";
import { readSettings } from "./options.ts";

const mistakesIn = (input: object) => {
  const reading = readSettings(input);
  return reading.ok ? [] : reading.mistakes.map(({ path, rule }) => `${path} ${rule}`);
};

describe("X9: a base URL", () => {
  it.each([
    ...[
      "https://api.openai.com/v1",
      "http://127.0.0.1:8000/v1",
      "http://[::1]:8000",
      "http://10.0.0.5",
      "HTTPS://API.example.com",
    ],
    ...["http://vllm:8000/v1", "http://1.example.com/v1", "https://xn--bcher-kva.example/a%2Fb"],
  ])("%s is one", (url) => {
    expect(baseUrl.safeParse(url).data).toBe(url);
  });

  it.each([
    ...[
      "ftp://h/v1",
      "file:///etc/passwd",
      "gopher://h",
      "javascript:alert(1)",
      "data:text/plain,x",
      "unix:/run/x.sock",
      "//h/v1",
      "h/v1",
    ],
    ...[
      "http://user@h/v1",
      "http://user:pass@h/v1",
      "http://api.example.com@evil.example/v1",
      "http://h/v1?key=1",
      "http://h/v1#a",
    ],
    ...["http://2130706433/v1", "http://0x7f000001/v1", "http://0x7f.1/v1", "http://0177.0.0.1/v1", "http://127.1/v1"],
    ...[
      "http://0/v1",
      "http://017700000001",
      "http://①②⑦.0.0.1/v1",
      "http://127。0。0。1/v1",
      "http://ex ample.com",
      "http://exa\tmple.com",
    ],
    ...[
      "http:\\\\evil.example/v1",
      "http://h\\@evil.example",
      "http:/h/v1",
      "http:h/v1",
      " http://h/v1",
      "http://h/v1\n",
      "http://",
      "http://[::1",
    ],
    ...["http://h:99999/v1", "http://%31%32%37.0.0.1/v1", ""],
  ])("%j is none", (url) => {
    expect(baseUrl.safeParse(url).success).toBe(false);
  });
});

describe("options of the network", () => {
  it("that need each other are told", () => {
    expect(mistakesIn({ server: { admin: { host: "127.0.0.1" } } })).toEqual([
      "server.admin.port must be there beside host",
    ]);
    expect(mistakesIn({ server: { tls: { cert: "c.pem" } } })).toEqual(["server.tls.key must be there for TLS"]);
    expect(mistakesIn({ server: { tls: { clientCa: "c.pem" } } })).toHaveLength(2);
    expect(mistakesIn({ server: { admin: { names: ["a/b"] } } })).toEqual([
      "server.admin.names must be a list of host names",
    ]);
    expect(mistakesIn({ security: { limits: { headerCount: 5 } } })).toEqual([
      "security.limits.headerCount must be an integer from 10 to 2000",
    ]);
  });
});
