import { describe, expect, test } from "vitest";
import { foreignKind, isPrivateName, refusedKind } from "./network-guard.ts";

/** What a name of the configuration leads to, and whether it is followed there: without more words, and with `allowPrivate`. */
const cases: readonly (readonly [url: string, leadsTo: string, byDefault: boolean, allowed: boolean])[] = [
  // Names of the public name system.
  ["https://api.openai.com/v1", "104.18.7.192", true, true],
  ["https://api.openai.com/v1", "2606:4700::6812:7c0", true, true],
  ["https://api.openai.com/v1", "64:ff9b::6812:7c0", true, true],
  ["https://api.openai.com/v1", "127.0.0.1", false, true],
  ["https://api.openai.com/v1", "0.0.0.0", false, true],
  ["https://api.openai.com/v1", "10.0.0.5", false, true],
  ["https://api.openai.com/v1", "172.20.1.1", false, true],
  ["https://api.openai.com/v1", "192.168.1.1", false, true],
  ["https://api.openai.com/v1", "100.64.3.4", false, true],
  ["https://api.openai.com/v1", "::1", false, true],
  ["https://api.openai.com/v1", "fd12::1", false, true],
  ["https://api.openai.com/v1", "fe80::1", false, true],
  ["https://api.openai.com/v1", "169.254.1.1", false, true],
  ["https://api.openai.com/v1", "::ffff:127.0.0.1", false, true],
  ["https://api.openai.com/v1", "::ffff:a00:5", false, true],
  ["https://api.openai.com/v1", "64:ff9b::7f00:1", false, true],
  ["https://api.openai.com/v1", "2002:a00:5::", false, true],
  ["https://api.openai.com/v1", "169.254.169.254", false, false],
  ["https://api.openai.com/v1", "::ffff:169.254.169.254", false, false],
  ["https://api.openai.com/v1", "64:ff9b::a9fe:a9fe", false, false],
  ["https://api.openai.com/v1", "2002:a9fe:a9fe::", false, false],
  ["https://api.openai.com/v1", "fd00:ec2::254", false, false],
  ["https://api.openai.com/v1", "168.63.129.16", false, false],
  ["https://api.openai.com/v1", "100.100.100.200", false, false],
  ["https://api.openai.com/v1", "224.0.0.1", false, false],
  ["https://api.openai.com/v1", "255.255.255.255", false, false],
  ["https://api.openai.com/v1", "192.0.2.1", false, false],
  ["https://api.openai.com/v1", "ff02::1", false, false],
  ["https://vllm.example.com", "10.0.0.5", false, true],
  ["https://EXAMPLE.com.", "10.0.0.5", false, true],
  ["https://localhost.example.com", "127.0.0.1", false, true],
  ["https://internal.example.com", "10.0.0.5", false, true],
  ["https://127.0.0.1.nip.io", "127.0.0.1", false, true],
  ["https://10-0-0-5.sslip.io", "10.0.0.5", false, true],
  ["https://xn--bcher-kva.example", "10.0.0.5", false, true],
  // Names that only the own network answers for.
  ["http://localhost:8000/v1", "127.0.0.1", true, true],
  ["http://localhost:8000/v1", "::1", true, true],
  ["http://LOCALHOST.:8000/v1", "127.0.0.1", true, true],
  ["http://api.localhost/v1", "127.0.0.1", true, true],
  ["http://vllm:8000/v1", "172.18.0.3", true, true],
  ["http://ollama:11434/v1", "127.0.1.1", true, true],
  ["http://gpu.local:8000", "192.168.1.20", true, true],
  ["http://gpu.local:8000", "169.254.7.7", true, true],
  ["http://host.docker.internal:8000", "192.168.65.2", true, true],
  ["http://vllm.models.svc:8000", "10.96.0.4", true, true],
  ["http://vllm.models.svc.cluster.local:8000", "10.96.0.4", true, true],
  ["http://gpu.home.arpa", "192.168.1.20", true, true],
  ["http://gpu.lan", "192.168.1.20", true, true],
  ["http://vllm.service.consul", "10.1.1.1", true, true],
  ["http://vllm:8000/v1", "8.8.8.8", true, true],
  ["http://vllm:8000/v1", "169.254.169.254", false, false],
  ["http://gpu.internal", "169.254.169.254", false, false],
  ["http://gpu.internal", "fd00:ec2::254", false, false],
  ["http://vllm:8000/v1", "239.1.1.1", false, false],
  // What stands in the configuration as an address, or is named for what it is.
  ["http://127.0.0.1:9000/v1", "127.0.0.1", true, true],
  ["http://[::1]:9000/v1", "::1", true, true],
  ["http://10.0.0.5/v1", "10.0.0.5", true, true],
  ["http://[fd12::1]/v1", "fd12::1", true, true],
  ["http://169.254.169.254/v1", "169.254.169.254", true, true],
  ["http://metadata.google.internal/v1", "169.254.169.254", true, true],
];

describe("X9: where a host of the configuration may lead", () => {
  test.each(cases)("%s to %s: %s, with allowPrivate %s", (url, address, byDefault, allowed) => {
    const { hostname: host } = new URL(url);
    expect(refusedKind({ host, allowPrivate: false }, address) === undefined).toBe(byDefault);
    expect(refusedKind({ host, allowPrivate: true }, address) === undefined).toBe(allowed);
  });

  test("the table is no smaller than it should be", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  test.each([
    ["10.0.0.5", "10.0.0.5", undefined],
    ["10.0.0.6", "10.0.0.5", "private"],
    ["169.254.169.254", "huggingface.co", "metadata"],
    ["[::1]", "huggingface.co", "loopback"],
    ["::ffff:127.0.0.1", "huggingface.co", "loopback"],
    ["8.8.8.8", "huggingface.co", undefined],
    ["cdn.example", "huggingface.co", undefined],
    ["localhost", "huggingface.co", "private"],
    ["api.localhost.", "huggingface.co", "private"],
    ["vault.internal", "hub.internal", "private"],
    ["redis", "hub", "private"],
    ["HUB.internal.", "hub.internal", undefined],
    ["metadata.google.internal", "huggingface.co", "metadata"],
    ["metadata.goog", "huggingface.co", "metadata"],
  ] as const)("%s, which a redirect of %s names, is refused as %s", (host, named, kind) => {
    expect(foreignKind(host, named, false)).toBe(kind);
  });

  test("with allowPrivate a redirect may name what is private, but no service of metadata and no address", () => {
    expect(foreignKind("vault.internal", "huggingface.co", true)).toBeUndefined();
    expect(foreignKind("metadata.goog", "huggingface.co", true)).toBe("metadata");
    expect(foreignKind("10.0.0.5", "huggingface.co", true)).toBe("private");
  });

  test("names with dots are public unless their end is known not to be", () => {
    expect(["a", "a.internal", "home.arpa", "x.home.arpa."].map(isPrivateName)).toEqual([true, true, true, true]);
    expect(["a.b", "arpa.com", "a.internal.com", "notlocal.de", "a.mylocal"].map(isPrivateName)).toEqual(
      Array(5).fill(false),
    );
  });
});
