import { isIPv6 } from "node:net";
import type { Report } from "./finding.ts";
import { type Surroundings, Words } from "./surroundings.ts";

/**
 * Addresses of the internet protocol, version 4 (dotted) and 6 (RFC 4291). Not those that can be nobody's: this host, the
 * whole network, networks and masks. Four small numbers with dots are more often a version or a section than an address,
 * so they count only near a word that says otherwise.
 */

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const dotted = new RegExp(`\\b(?:${octet}\\.){3}${octet}\\b`, "g");
const mightHaveColons = /:[0-9a-fA-F]{0,4}:/;
const colons = /(?<![\w:.])[0-9a-fA-F:]{3,45}(?:\.\d{1,3}){0,3}(?![\w:])/g;

/** Numbers with dots that are none; ends where they begin. */
const versionWords = new Words(
  "(?:versi(?:ons?|ón|one|e)|versão|fassung|wersj[aię]|\\bv(?:er)?\\.?|release|build|firmware|driver|treiber|upgraded? to|updated? to|sdk|assembly|section|sect\\.?|chapter|clause|article|paragraph|abschnitt|kapitel|absatz|sección|rozdział|figure|table|step|\\boid|bump(?:ed)?|バージョン|版本|§) {0,2}[:=(]?[ \"']{0,2}",
);
const addressWords = new Words(
  "\\bip\\b|ipv?[46]|address|adres|direcci|indirizz|endereço|endereco|host|server|client|gateway|router|subnet|\\bdns|\\bping|traceroute|nmap|curl|\\bssh|connect|log(?:ged)? ?in|remote|firewall|vpn|proxy|\\bfrom|\\bvon\\b|depuis|desde|visitor|ip地址",
);

export function findIpAddresses(surroundings: Surroundings, report: Report): void {
  const { text } = surroundings;
  for (const match of text.matchAll(dotted)) {
    const [value] = match;
    const start = match.index;
    const end = start + value.length;
    if (isNobodys(value) || isJoined(text, start, end) || surroundings.follows(versionWords, start)) continue;
    const octets = value.split(".").map(Number);
    const isSmall = octets.every((one) => one < 32) && !logged.test(text.slice(end, end + 4));
    if (isSmall && !surroundings.isNear(addressWords, start, end)) continue;
    report({ kind: "ip", rule: "ipv4", start, end, value });
  }
  if (!mightHaveColons.test(text)) return;
  for (const match of text.matchAll(colons)) {
    const value = match[0].replace(/(?<!:):$/, "");
    if (!isIPv6(value) || !isSomebodys(value)) continue;
    const start = match.index;
    report({ kind: "ip", rule: "ipv6", start, end: start + value.length, value: value.toLowerCase() });
  }
}

/** As access logs write it, or with a port. */
const logged = /^ - |^:\d/;

/** With more numbers, or in a name or a path. */
function isJoined(text: string, start: number, end: number): boolean {
  return /[.\-:]/.test(text[start - 1] ?? "") || /^(?:-|\.\w)/.test(text.slice(end, end + 2));
}

/** RFC 1122 and 6890: this network, loopback, multicast and reserved; networks by their last number; resolvers for all. */
function isNobodys(address: string): boolean {
  return /^(?:0|127|22[4-9]|23\d|24\d|25[0-5])\.|\.0$|^(?:8\.8\.(?:8\.8|4\.4)|1\.[01]\.[01]\.1|9\.9\.9\.9)$/.test(
    address,
  );
}

/** Names with double colons in programs are words; an address has numbers, and more than a few of them. */
function isSomebodys(address: string): boolean {
  const digits = address.replace(/:/g, "");
  return digits.length >= 5 && /\d/.test(digits) && address.split(":").filter((part) => part !== "").length >= 3;
}
