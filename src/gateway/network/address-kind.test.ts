import { describe, expect, test } from "vitest";
import { addressKind } from "./address-kind.ts";

describe("X9: the kind of an address", () => {
  test.each([
    ["8.8.8.8", "public"],
    ["1.1.1.1", "public"],
    ["9.255.255.255", "public"],
    ["11.0.0.0", "public"],
    ["100.63.255.255", "public"],
    ["100.128.0.0", "public"],
    ["126.255.255.255", "public"],
    ["128.0.0.0", "public"],
    ["169.253.255.255", "public"],
    ["172.15.255.255", "public"],
    ["172.32.0.0", "public"],
    ["192.167.255.255", "public"],
    ["198.17.255.255", "public"],
    ["198.20.0.0", "public"],
    ["223.255.255.255", "public"],
    ["2606:4700:4700::1111", "public"],
    ["2a00:1450:4001:810::200e", "public"],
    ["10.0.0.0", "private"],
    ["10.255.255.255", "private"],
    ["100.64.0.1", "private"],
    ["100.127.255.255", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.0.1", "private"],
    ["198.18.0.1", "private"],
    ["198.19.255.255", "private"],
    ["fc00::1", "private"],
    ["fdff:ffff::1", "private"],
    ["fec0::1", "private"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.255", "loopback"],
    ["0.0.0.0", "loopback"],
    ["0.1.2.3", "loopback"],
    ["::1", "loopback"],
    ["::", "loopback"],
    ["0:0:0:0:0:0:0:1", "loopback"],
    ["169.254.0.1", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["febf::1", "link-local"],
    ["169.254.169.254", "metadata"],
    ["169.254.170.2", "metadata"],
    ["169.254.170.23", "metadata"],
    ["100.100.100.200", "metadata"],
    ["168.63.129.16", "metadata"],
    ["fd00:ec2::254", "metadata"],
    ["fd20:ce::254", "metadata"],
    ["192.0.0.1", "reserved"],
    ["192.0.2.1", "reserved"],
    ["198.51.100.7", "reserved"],
    ["203.0.113.9", "reserved"],
    ["224.0.0.1", "reserved"],
    ["239.255.255.250", "reserved"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["ff02::1", "reserved"],
    ["2001:db8::1", "reserved"],
    ["2001::1", "reserved"],
    ["3fff::1", "reserved"],
    ["100::1", "reserved"],
    ["5f00::1", "reserved"],
    ["no address", "reserved"],
    ["", "reserved"],
  ] as const)("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  // The same four addresses in every form that carries one.
  const carried = [
    ["8.8.8.8", "0808:0808", "public"],
    ["127.0.0.1", "7f00:1", "loopback"],
    ["10.1.2.3", "a01:203", "private"],
    ["169.254.169.254", "a9fe:a9fe", "metadata"],
  ] as const;
  const forms: readonly (readonly [string, (dotted: string, hex: string) => string])[] = [
    ["mapped", (dotted) => `::ffff:${dotted}`],
    ["mapped in hex", (_, hex) => `::ffff:${hex}`],
    ["mapped in full", (_, hex) => `0:0:0:0:0:ffff:${hex}`],
    ["translated", (dotted) => `::ffff:0:${dotted}`],
    ["compatible", (dotted) => `::${dotted}`],
    ["NAT64", (dotted) => `64:ff9b::${dotted}`],
    ["NAT64 in hex", (_, hex) => `64:ff9b::${hex}`],
    ["6to4", (_, hex) => `2002:${hex}::1`],
    ["ISATAP", (_, hex) => `2606:4700:0:1:0:5efe:${hex}`],
    ["ISATAP of a public address", (_, hex) => `2606:4700:0:1:200:5efe:${hex}`],
  ];
  test.each(forms)("an IPv4 address that is %s is what it is by itself", (_, form) => {
    for (const [dotted, hex, kind] of carried) expect([dotted, addressKind(form(dotted, hex))]).toEqual([dotted, kind]);
  });

  test("the local form of NAT64 is private at best", () => {
    expect(addressKind("64:ff9b:1::808:808")).toBe("private");
    expect(addressKind("64:ff9b:1::a9fe:a9fe")).toBe("metadata");
  });
});
