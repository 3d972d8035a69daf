import { describe, expect, test } from "vitest";
import { secretsOf, withoutCredentials, withoutSecrets, withoutSecretsIn } from "./secrets.ts";

const config = {
  server: { port: 8787, tls: { cert: "/c.pem", key: "/k.pem" } },
  upstreams: {
    main: { url: "https://api.example.com/v1", apiKey: "sk-upstream-key-1", salt: false, fanOutTokens: 1024 },
  },
  store: { url: "redis://me:store-pass%2Fword@127.0.0.1:6379/0" },
  layers: {
    edge: {
      purge: {
        front: { kind: "cloudfront", secret: "purge-secret", accessKeyId: "AKIAEXAMPLE", token: "webhook-token" },
      },
    },
    semantic: { judge: { url: "http://j:8000/v1?api_key=in-the-query", apiKey: "sk-judge-key-22" } },
  },
  tenancy: { mode: "header", secrets: ["first-of-the-proxy", "second-of-the-proxy"] },
  security: {
    masterKey: "master-key-of-ours",
    adminToken: "admin-token-of-ours",
    previousMasterKeys: ["an-older-master-key"],
    sealing: "auto",
    limits: { headerCount: 100 },
  },
};
const secrets = [
  ...["sk-upstream-key-1", "store-pass%2Fword", "store-pass/word", "purge-secret", "AKIAEXAMPLE", "webhook-token"],
  ...["in-the-query", "sk-judge-key-22", "first-of-the-proxy", "second-of-the-proxy"],
  ...["master-key-of-ours", "admin-token-of-ours", "an-older-master-key"],
];

describe("X10: secrets of the configuration", () => {
  test("are known by the name of their option, and in URLs", () => {
    expect(secretsOf(config).toSorted()).toEqual(secrets.toSorted());
  });

  test("are left out of it where it is shown, and all else stays", () => {
    const shown = JSON.stringify(withoutSecrets(config));
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(withoutSecrets(config)).toMatchObject({
      server: config.server,
      upstreams: { main: { url: "https://api.example.com/v1", apiKey: "(hidden)", salt: false, fanOutTokens: 1024 } },
      store: { url: "redis://(hidden)@127.0.0.1:6379/0" },
      tenancy: { mode: "header", secrets: ["(hidden)", "(hidden)"] },
      security: { adminToken: "(hidden)", sealing: "auto", limits: { headerCount: 100 } },
    });
  });

  test.each(secrets)("%s is found in a line of any kind", (secret) => {
    const known = secretsOf(config);
    const error = {
      level: 50,
      err: { message: `cannot ask http://x/${encodeURIComponent(secret)}`, cause: { secret } },
    };
    expect(withoutSecretsIn(JSON.stringify(error), known)).not.toContain(secret);
    expect(withoutSecretsIn(`Bearer ${secret}`, known)).toBe("Bearer (hidden)");
  });

  test("one that JSON writes in escapes is found as well", () => {
    const odd = 'pass"word\\of\nours';
    expect(withoutSecretsIn(JSON.stringify({ odd }), [odd])).toBe('{"odd":"(hidden)"}');
  });

  test("credentials of URLs are left out even where nobody knows them", () => {
    expect(withoutCredentials("at redis://:p@w0rd@h:1 and postgres://u:x@h/db?sslpassword=y&b=1 and mailto:a@b")).toBe(
      "at redis://(hidden)@h:1 and postgres://(hidden)@h/db?sslpassword=(hidden)&b=1 and mailto:a@b",
    );
    expect(withoutCredentials("GET https://g.example/v1/models?key=AIza123&alt=sse")).toBe(
      "GET https://g.example/v1/models?key=(hidden)&alt=sse",
    );
  });

  test("a short text is no secret to be looked for", () => {
    expect(secretsOf({ security: { adminToken: "short" } })).toEqual([]);
  });
});
