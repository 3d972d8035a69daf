import { isIP } from "node:net";

/**
 * What lies behind an IP address, by the registries of special-purpose addresses (RFC 6890 and what IANA has added since,
 * https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry). IPv6 has several forms
 * that carry an IPv4 address and reach it through the system or a translator: mapped and compatible ones (RFC 4291),
 * translated ones (RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056) and ISATAP (RFC 5214). Such an address is of
 * the kind of the one it carries. What is in no range that is known to be routed publicly is `reserved`.
 */
export type AddressKind = "public" | "private" | "loopback" | "link-local" | "metadata" | "reserved";

/** `address`: in any form that the system gives or takes, a zone (`%eth0`) included. What is no address is `reserved`. */
export function addressKind(address: string): AddressKind {
  const [plain = ""] = address.split("%", 1);
  const family = isIP(plain);
  if (family === 4) return kindOf4(numberOf(plain));
  return family === 6 ? kindOf6(groupsOf(plain)) : "reserved";
}

type Range = readonly [AddressKind, base: string, bits: number];

/** The first that fits decides. Services that hand out the credentials of a machine to whoever asks from it stand first. */
const ranges4: readonly (readonly [AddressKind, base: number, mask: number])[] = (
  [
    ["metadata", "169.254.169.254", 32], // AWS, Google, Azure, OpenStack and most others
    ["metadata", "169.254.170.2", 32], // AWS, tasks of ECS
    ["metadata", "169.254.170.23", 32], // AWS, pods of EKS
    ["metadata", "100.100.100.200", 32], // Alibaba
    ["metadata", "168.63.129.16", 32], // Azure
    ["metadata", "192.0.0.192", 32], // Oracle
    ["loopback", "0.0.0.0", 8], // "this host": connecting to it reaches the machine itself
    ["loopback", "127.0.0.0", 8],
    ["private", "10.0.0.0", 8],
    ["private", "100.64.0.0", 10], // shared by customers of a provider (RFC 6598)
    ["private", "172.16.0.0", 12],
    ["private", "192.168.0.0", 16],
    ["private", "198.18.0.0", 15], // benchmarks, and the made-up addresses of some proxies
    ["link-local", "169.254.0.0", 16],
    ["reserved", "192.0.0.0", 24],
    ["reserved", "192.0.2.0", 24],
    ["reserved", "192.88.99.0", 24],
    ["reserved", "198.51.100.0", 24],
    ["reserved", "203.0.113.0", 24],
    ["reserved", "224.0.0.0", 3], // multicast, future use, broadcast
  ] satisfies readonly Range[]
).map(([kind, base, bits]) => [kind, numberOf(base), -1 << (32 - bits)]);

const ranges6: readonly (readonly [AddressKind, base: readonly number[], bits: number])[] = (
  [
    ["metadata", "fd00:ec2::254", 128], // AWS
    ["metadata", "fd00:ec2::23", 128], // AWS, pods of EKS
    ["metadata", "fd20:ce::254", 128], // Google
    ["loopback", "::", 128],
    ["loopback", "::1", 128],
    ["private", "fc00::", 7],
    ["private", "fec0::", 10], // site-local, deprecated and still used
    ["private", "64:ff9b:1::", 48],
    ["private", "2001:2::", 48], // benchmarks
    ["link-local", "fe80::", 10],
    ["reserved", "2001::", 23], // Teredo, ORCHID and other assignments of the IETF
    ["reserved", "2001:db8::", 32],
    ["reserved", "3fff::", 20],
    ["public", "2000::", 3],
    ["reserved", "::", 0],
  ] satisfies readonly Range[]
).map(([kind, base, bits]) => [kind, groupsOf(base), bits]);

/** Prefixes after which an IPv4 address stands, and which of the groups hold it. */
const carriers: readonly (readonly [base: readonly number[], bits: number, at: number])[] = [
  [groupsOf("::ffff:0:0"), 96, 6],
  [groupsOf("::ffff:0:0:0"), 96, 6],
  [groupsOf("64:ff9b::"), 96, 6],
  [groupsOf("2002::"), 16, 1],
  [groupsOf("::"), 96, 6],
];

function kindOf4(address: number): AddressKind {
  return ranges4.find(([, base, mask]) => ((address ^ base) & mask) === 0)?.[0] ?? "public";
}

function kindOf6(groups: readonly number[]): AddressKind {
  const [own] = ranges6.find(([, base, bits]) => startsAlike(groups, base, bits)) as (typeof ranges6)[number];
  if (own === "loopback" || own === "metadata") return own;
  const carrier = carriers.find(([base, bits]) => startsAlike(groups, base, bits));
  if (carrier !== undefined) return kindOf4(carried(groups, carrier[2]));
  // These networks are private or public by themselves, and the address in them may be worse.
  const isIsatap = groups[5] === 0x5efe && ((groups[4] as number) & 0xfdff) === 0;
  const isTranslated = startsAlike(groups, groupsOf("64:ff9b:1::"), 48);
  if (isTranslated && layouts.some((prefix) => kindOf4(embedded(groups, prefix)) === "metadata")) return "metadata";
  const inside = isIsatap || isTranslated ? kindOf4(carried(groups, 6)) : "public";
  return inside === "public" ? own : inside;
}

function carried(groups: readonly number[], at: number): number {
  return ((groups[at] as number) << 16) | (groups[at + 1] as number);
}

/** How long the prefix of a translator may be within a network that is its own; RFC 6052 section 2.2 has more. */
const layouts = [48, 56, 64, 96];

/** The IPv4 address behind a prefix of so many bits; the ninth byte of the whole is no part of it. */
function embedded(groups: readonly number[], prefix: number): number {
  const bytes = groups.flatMap((group) => [group >>> 8, group & 0xff]);
  const behind = prefix === 96 ? bytes.slice(12) : bytes.filter((_, index) => index >= prefix / 8 && index !== 8);
  return behind.slice(0, 4).reduce((sum, byte) => (sum << 8) | byte, 0);
}

function startsAlike(groups: readonly number[], base: readonly number[], bits: number): boolean {
  return groups.every((group, index) => {
    const left = bits - 16 * index;
    if (left <= 0) return true;
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    return ((group ^ (base[index] as number)) & mask) === 0;
  });
}

/** Of an address in the form of four numbers. */
function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [front = "", back] = address.split("::").map((half) => half.split(":").flatMap(groupOf));
  if (back === undefined) return front as number[];
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back] as number[];
}

/** The last group may be written as an IPv4 address. */
function groupOf(text: string): readonly number[] {
  if (text === "") return [];
  if (!text.includes(".")) return [Number.parseInt(text, 16)];
  const number = numberOf(text);
  return [number >>> 16, number & 0xffff];
}
