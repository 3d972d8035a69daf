import { z } from "zod";
import { ManualClock } from "../../../src/core/clock.ts";
import { InvalidOptionError } from "../../../src/core/errors.ts";
import { fingerprintKey } from "../../../src/core/fingerprint.ts";
import { foreignCursor } from "../../../src/core/store-listing.ts";
import { type EntryPagesParts, entryPage } from "../../../src/gateway/admin/entries/entry-pages.ts";
import { readParameters, wholeNumber } from "../../../src/gateway/admin/parameters.ts";
import { formOf } from "../../../src/layers/edge/answer-forms.ts";
import { readRange } from "../../../src/layers/edge/byte-range.ts";
import { codingFor } from "../../../src/layers/edge/content-coding.ts";
import { judge } from "../../../src/layers/edge/preconditions.ts";
import { openSealedText, sealText } from "../../../src/layers/edge/sealed-text.ts";
import { addressIn, bodyDigest, checkSignature, signedPath, twinPath } from "../../../src/layers/edge/twin-address.ts";
import { readInvalidation } from "../../../src/storage/invalidation-wish.ts";
import { type FuzzTarget, promise, refusedOr, textOf } from "../fuzz-target.ts";

const secret = fingerprintKey(new Uint8Array(32).fill(9));
const address = { scope: `s${"a".repeat(21)}`, digest: bodyDigest(new Uint8Array(0)) };
const signed = signedPath(secret, address, 1_900_000_000_000, { keyId: "4fQ0aZ81LmXc", edition: "1" });

/** Only the very URL that was signed is good. */
export const signedUrlTarget: FuzzTarget = {
  name: "signed-url",
  seeds: [signed, twinPath(address)],
  words: ["?exp=", "&key=", "&sig=", "/v1/edge/", "sha256-"],
  run(input) {
    const url = textOf(input);
    const [path = "", query = ""] = url.split("?", 2);
    const found = addressIn(path);
    if (found !== undefined) promise(twinPath(found) === path, "an address of another path");
    const check = checkSignature(secret, found ?? address, query, 0);
    const isGood = check.kind === "expired" || (check.kind === "good" && check.isFor("1"));
    if (isGood && found !== undefined) promise(url.startsWith(signed), "a forged URL is good");
    formOf(path);
  },
};

const sealedText = sealText(secret, "k", '{"a":1}');
export const sealedTextTarget: FuzzTarget = {
  name: "sealed-text",
  seeds: [sealedText],
  run(input) {
    const text = openSealedText(secret, "k", input);
    promise(text === undefined || text === '{"a":1}', "an altered record opens");
    promise(openSealedText(secret, "k2", input) === undefined, "a record opens in another place");
  },
};

/** Header fields of those who ask for something that has validators, ranges and codings. */
export const conditionsTarget: FuzzTarget = {
  name: "conditions",
  seeds: ['W/"a", "b"', "bytes=0-4", "bytes=-5", "br;q=0.5, gzip, *;q=0", "Wed, 21 Oct 2026 07:28:00 GMT", "*"],
  words: ['"abc"', "W/", "bytes=", ";q=1.000", "gzip", ",", " GMT"],
  run(input) {
    const field = textOf(input);
    const range = readRange(field, 100);
    if (range.kind === "part")
      promise(range.first >= 0 && range.first <= range.last && range.last < 100, "a range beyond the answer");
    codingFor(field);
    const validators = { etag: '"abc"', lastModifiedMs: 1_800_000_000_000 };
    for (const name of ["ifMatch", "ifNoneMatch", "ifModifiedSince", "ifUnmodifiedSince"] as const)
      judge({ [name]: field }, validators);
    promise(
      judge({ ifNoneMatch: field }, validators) !== "not_modified" || /"abc"|\*/.test(field),
      "another version is the same",
    );
  },
};

const parameters = z.object({ limit: wholeNumber(1, 100).optional(), window: z.string().optional() }).strict();

/** Bodies, queries and cursors of the admin API: read, or refused naming the field. */
export const adminTarget: FuzzTarget = {
  name: "admin",
  seeds: [
    '{"tags":["a"],"keys":["t:slot"],"tenant":"t","user":"u","model":"m","namespace":"","version":"v","all":true}',
    '{"limit":"20","window":"24h"}',
    '[null,"k t"]',
    '{"__proto__":{"all":true}}',
  ],
  words: ['"all":true', '"keys":[]', '"limit":"', "null", "[]", '"tenant":""'],
  async run(input) {
    const text = textOf(input);
    const given = jsonOf(text);
    if (given !== undefined) {
      refusedOr(() => readInvalidation(given as never), InvalidOptionError);
      refusedOr(() => readParameters(parameters, given), InvalidOptionError);
    }
    for (const cursor of [text, Buffer.from(input).toString("base64url")]) {
      try {
        await entryPage(emptyPages, { tenant: undefined, cursor, limit: 5, fits: () => true });
      } catch (error) {
        promise((error as Error).constructor === foreignCursor().constructor, `a cursor throws ${String(error)}`);
      }
    }
  },
};

/** A store without anything, whose listing believes any cursor. */
const emptyPages = {
  clock: new ManualClock(),
  listed: { name: "empty", list: () => ({ items: [], cursor: undefined }) },
  store: { get: (_: string, keys: readonly string[]) => keys.map(() => undefined) },
} as unknown as EntryPagesParts;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
