import { isIP } from "node:net";
import { isTag } from "../../../src/core/directives.ts";
import { RequestRejectedError } from "../../../src/core/errors.ts";
import { limitsText, readLimits } from "../../../src/core/limits.ts";
import { sourceTag } from "../../../src/core/source-tag.ts";
import { addressKind } from "../../../src/gateway/network/address-kind.ts";
import { isPrivateName } from "../../../src/gateway/network/network-guard.ts";
import { refuseChosenUpstream } from "../../../src/policy/chosen-upstream.ts";
import { detect } from "../../../src/policy/personal-data/detection.ts";
import { fileSourcesOf } from "../../../src/protocols/file-sources.ts";
import { type FuzzTarget, promise, refusedOr, textOf } from "../fuzz-target.ts";

/** Personal data: found within the text, each place once, and in time that grows with the text alone. */
export const personalDataTarget: FuzzTarget = {
  name: "personal-data",
  seeds: [
    "Write to Jane.Doe+x@mail.example.co.uk or call +44 20 7946 0958, (415) 555-0132.",
    "IBAN DE89 3704 0044 0532 0130 00, card 4111-1111-1111-1111, SSN 078-05-1120, 2001:db8::1 and 192.0.2.7",
    "AKIAIOSFODNN7EXAMPLE sk-proj-abcdefghijklmnopqrstuvwxyz0123456789 -----BEGIN PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl password: hunter2hunter2 \uff11\uff12\uff13",
  ],
  words: [
    "@",
    ".com",
    "+1 ",
    "4111111111111111",
    "DE89",
    "::",
    "sk-",
    "ghp_",
    "password=",
    "-----BEGIN",
    "\u00a0",
    "\uff10",
  ],
  run(input) {
    const given = textOf(input);
    const { text, findings } = detect(given);
    let end = 0;
    for (const finding of findings) {
      promise(
        finding.start >= end && finding.end > finding.start && finding.end <= text.length,
        "a place that is none",
      );
      promise(finding.value !== "", "a finding without a value");
      end = finding.end;
    }
    // Many times the same: what is not linear shows, where time is looked at.
    if (input.length % 16 === 0) detect(given.repeat(Math.ceil(20_000 / Math.max(given.length, 1))));
    promise(detect(given, () => true).findings.length === 0, "what is excepted is found");
  },
};

/** Addresses: a form that carries another is of its kind, however it is written. */
export const addressTarget: FuzzTarget = {
  name: "address",
  seeds: [
    Uint8Array.of(127, 0, 0, 1),
    Uint8Array.of(169, 254, 169, 254),
    Uint8Array.of(8, 8, 8, 8),
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "0x7f.1",
    "localhost.",
  ],
  words: ["::ffff:", "64:ff9b::", "2002:", "127.", "%eth0", "localhost", ".internal", "fd00:"],
  run(input) {
    const text = textOf(input);
    const kind = addressKind(text);
    promise(kind !== "public" || isIP(text.split("%")[0] as string) !== 0, "what is no address is public");
    isPrivateName(text);
    if (input.length < 4) return;
    const [a, b, c, d] = input as unknown as readonly [number, number, number, number];
    const plain = `${a}.${b}.${c}.${d}`;
    const groups = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16)).join(":");
    const carriers = [
      `::ffff:${plain}`,
      `::ffff:${groups}`,
      `64:ff9b::${groups}`,
      `2002:${groups}::1`,
      `0:0:0:0:0:ffff:${plain}`,
    ];
    for (const carrier of carriers)
      promise(addressKind(carrier) === addressKind(plain), "an address is of another kind than the one it carries");
  },
};

/** Small readers at the rim: limits as people write them, sources of an answer, a body that would choose its upstream. */
export const rimTarget: FuzzTarget = {
  name: "rim",
  seeds: [
    '{"requestsPerMinute":60,"usdPerDay":"5.00","cachedFree":true,"concurrent":0}',
    '{"messages":[{"content":[{"type":"file","file":{"file_id":"f1"}},{"type":"url","url":"https://x/y"}]}],"file_url":"u"}',
    '{"api_base":"http://x","model":"m"}',
    '{"\\u0061pi_base":1}',
  ],
  words: ['"usdPerMonth":"', '"api_base":', '"base_url":', '"file_id":', '"url":', "1e21", '"0.000000000001"'],
  run(input) {
    for (const source of fileSourcesOf(input)) promise(isTag(sourceTag(source)), "a source without a tag");
    refusedOr(() => refuseChosenUpstream(input), RequestRejectedError);
    let given: unknown;
    try {
      given = JSON.parse(textOf(input));
    } catch {
      return;
    }
    const reading = readLimits(given);
    if (!reading.ok) return;
    const again = readLimits(limitsText(reading.limits));
    promise(
      again.ok && String(Object.values(again.limits)) === String(Object.values(reading.limits)),
      "limits read otherwise when written",
    );
  },
};
