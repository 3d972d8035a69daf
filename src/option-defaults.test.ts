import { expect, it } from "vitest";
import { readSettings } from "./options.ts";

const settingsOf = (input: unknown) => {
  const reading = readSettings(input);
  return reading.ok ? reading.settings : expect.fail(JSON.stringify(reading.mistakes));
};

it("has a default for everything", () => {
  expect(settingsOf(undefined)).toEqual(settingsOf({}));
  expect(settingsOf(null)).toEqual(settingsOf({}));
  expect(settingsOf({})).toMatchInlineSnapshot(`
    {
      "coalescing": {
        "detachedBytes": 1048576,
        "detachedTime": 30000,
        "errorBackoff": 250,
        "finishDetached": false,
        "grace": 0,
      },
      "compat": {
        "headers": [],
      },
      "data": {
        "directory": "./.reprise",
      },
      "layers": {
        "edge": {
          "maxAge": 60000,
          "purge": {},
          "sharedMaxAge": 3600000,
          "staleIfError": 86400000,
          "staleWhileRevalidate": 600000,
          "twins": "off",
          "unknownPerMinute": 120,
          "urlLifetime": 300000,
        },
        "embedding": {
          "enabled": true,
          "personalData": {
            "card": [
              "no-store",
            ],
            "email": [
              "first-to-evict",
            ],
            "iban": [
              "first-to-evict",
            ],
            "ip": [
              "first-to-evict",
            ],
            "national_id": [
              "first-to-evict",
            ],
            "phone": [
              "first-to-evict",
            ],
            "secret": [
              "no-store",
            ],
          },
          "ttl": 315360000000,
        },
        "exact": {
          "anyModel": false,
          "enabled": true,
          "hitUsage": "original",
          "honourNoStore": true,
          "invalidateOnModelChange": false,
          "keptAnswers": true,
          "maxEntryBytes": 8388608,
          "maxTtl": 2592000000,
          "perUser": false,
          "personalData": {
            "card": [
              "no-store",
            ],
            "email": [
              "short-ttl",
              "first-to-evict",
            ],
            "iban": [
              "short-ttl",
              "first-to-evict",
            ],
            "ip": [
              "short-ttl",
              "first-to-evict",
            ],
            "national_id": [
              "short-ttl",
              "first-to-evict",
            ],
            "phone": [
              "short-ttl",
              "first-to-evict",
            ],
            "secret": [
              "no-store",
            ],
          },
          "personalDataExcept": [],
          "personalDataTtl": 600000,
          "previousAnswers": true,
          "providerTools": false,
          "regenerate": false,
          "regenerateWindow": 60000,
          "replayPace": 0,
          "staleIfError": 86400000,
          "staleWhileRevalidate": 0,
          "stochastic": "cache-first",
          "storeTruncated": false,
          "strictJson": true,
          "toolCalls": true,
          "ttl": 3600000,
          "ttlJitter": 0.05,
          "variants": 1,
        },
        "prefix": {
          "breakpoints": false,
          "leastTokens": {},
          "lint": "places",
          "longRetention": false,
          "rules": {},
          "sortTools": false,
          "warm": {},
        },
        "semantic": {
          "allow": [],
          "anonymous": "auto",
          "auditUsdPerDay": 0,
          "embedder": {
            "budget": 250,
            "kind": "builtin",
            "quantized": false,
          },
          "maxTextLength": 4000,
          "maxVectors": 200000,
          "mode": "observe",
          "strategy": "verified",
          "target": 0.01,
          "threshold": 0.92,
          "vectors": "embedded",
        },
      },
      "limits": {
        "sync": 1000,
        "tenant": {},
      },
      "prices": {},
      "rules": [],
      "security": {
        "allowPrivateUpstreams": false,
        "limits": {
          "adminPerMinute": 3000,
          "bodyBytes": 536870912,
          "connections": 10000,
          "decompressionRatio": 100,
          "headerBytes": 16384,
          "headerCount": 100,
          "headersTimeout": 60000,
          "requestTimeout": 600000,
          "streamsPerTenant": 5000,
        },
        "plainVectors": false,
        "sealing": "auto",
      },
      "server": {
        "admin": {
          "names": [],
        },
        "drainTimeout": 10000,
        "host": "127.0.0.1",
        "maxBodyBytes": 10485760,
        "port": 8787,
        "stallTimeout": 60000,
        "tls": {
          "clientCertificates": "required",
        },
        "workers": 1,
      },
      "store": {
        "lookupBudget": 25,
        "maxBytes": 4294967296,
        "memoryBytes": 268435456,
        "readDeadline": 50,
        "url": "sqlite",
        "writeDeadline": 250,
      },
      "telemetry": {
        "logLevel": "info",
        "tenantLabel": false,
        "traces": false,
      },
      "tenancy": {
        "anonymous": "allow",
        "header": {
          "certificate": false,
          "secretField": "X-AI-Proxy-Secret",
          "tenant": "X-AI-Tenant",
          "user": "X-AI-User",
        },
        "mode": "credential",
        "shared": {},
      },
    }
  `);
});
