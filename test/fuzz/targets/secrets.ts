import { createSecretKey } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ChainDigest, chainStart, readLine, writeLine } from "../../../src/audit/audit-line.ts";
import { seededRandom } from "../../../src/cli/simulate/seeded-random.ts";
import { readMasterKey } from "../../../src/core/master-key-text.ts";
import { formOf, keyIdOf, openSealed, sealBytes } from "../../../src/core/sealing.ts";
import { holdsKeyText, isKeyHash, keyHash, newKeyText, readKeyText } from "../../../src/gateway/tenancy/key-text.ts";
import { shownKey } from "../../../src/gateway/tenancy/shown-key.ts";
import { decodeEdition, decodeKey, decodeRevocation, encodeKey } from "../../../src/gateway/tenancy/virtual-key.ts";
import { decodeCountRow } from "../../../src/limits/count-row.ts";
import { decodeDataKeyRow, encodeDataKeyRow, unwrapDataKey } from "../../../src/storage/sealing/data-key-row.ts";
import { decodeRootRow, encodeRootRow } from "../../../src/storage/sealing/root-row.ts";
import { type FuzzTarget, promise, textOf } from "../fuzz-target.ts";

const secret = new Uint8Array(32).fill(5);
const key = { id: new Uint8Array(28).fill(4), secret: createSecretKey(secret) };
const place = { tenant: "t", key: "k" };
const nonce = new Uint8Array(12).fill(6);
const plain = Buffer.from("what is sealed");
const sealed = sealBytes(key, place, plain, { nonce });
const named = sealBytes(key, place, plain, { nonce, name: "its name" });

/** A sealed value opens as it was sealed, in its own place, or not at all. */
export const sealedTarget: FuzzTarget = {
  name: "sealed",
  seeds: [sealed, named],
  words: ["Rs\u0001", "its name"],
  run(input) {
    const isOne = isSame(input, sealed) || isSame(input, named);
    if (formOf(input) === "sealed") promise(keyIdOf(input).length === 28, "an id of a key that is none");
    const opened = openSealed(key, place, input);
    promise((opened !== undefined) === isOne, isOne ? "what was sealed does not open" : "an altered value opens");
    promise(openSealed(key, { ...place, tenant: "u" }, input) === undefined, "a value opens for another tenant");
    promise(openSealed(key, { ...place, key: "l" }, input) === undefined, "a value opens in another place");
  },
};

const row = { kind: "tenant", id: new Uint8Array(8).fill(1), parent: new Uint8Array(8).fill(2) } as const;
const dataKeyRow = encodeDataKeyRow("name", row, { secret, wrapping: secret, nonce });
const rootRow = encodeRootRow({ id: row.id, createdAt: 1, masterKeyId: "m", wrapped: new Uint8Array(60) });

/** Wrapped keys as the store has them. */
export const keyRowTarget: FuzzTarget = {
  name: "key-row",
  seeds: [dataKeyRow, rootRow],
  run(input) {
    const decoded = decodeDataKeyRow(input);
    const unwrapped = decoded && unwrapDataKey("name", input, decoded, secret);
    promise(unwrapped === undefined || isSame(input, dataKeyRow), "an altered key is unwrapped");
    if (decoded !== undefined)
      promise(unwrapDataKey("other", input, decoded, secret) === undefined, "a key is unwrapped in another's place");
    const root = decodeRootRow(input);
    if (root !== undefined) promise(root.wrapped.length > 0, "a root key without a key");
  },
};

const text = newKeyText({ id: "abcdefABCDEF", edition: 3 }, seededRandom(1));
const salt = new Uint8Array(16).fill(8);
const hash = keyHash(salt, text);

/** Virtual keys: the very text and no other. */
export const keyTextTarget: FuzzTarget = {
  name: "key-text",
  seeds: [text, `Bearer ${text}`, "rpr_"],
  words: ["rpr_", "_1_", "Bearer "],
  run(input) {
    const given = textOf(input);
    const read = readKeyText(given);
    promise(!isKeyHash(hash, salt, given) || given === text, "another text is taken for the key");
    if (read !== undefined) promise(holdsKeyText(given), "a key is not seen for one");
    const fields = given.split("\n").flatMap((line) => ["authorization", line]);
    shownKey(fields, "/v1/chat/completions");
    shownKey(["x-api-key", given], `/v1/x?key=${encodeURIComponent(given)}`);
    const master = readMasterKey(given);
    promise(master === undefined || master.length === 32, "a master key of another length");
  },
};

/** What is kept of virtual keys and of what they took, read from a store that others can write to. */
export const keyRecordTarget: FuzzTarget = {
  name: "key-record",
  seeds: [
    encodeKey({
      id: "abcdefABCDEF",
      tenant: "t",
      createdAt: 1,
      limits: { usdPerDay: 5n, requestsPerMinute: 2 },
    } as never),
    '{"edition":1,"salt":"AAAA","hash":"AAAA","createdAt":1,"expiresAt":2}',
    '{"revokedAt":1}',
    '{"minute":1,"beat":2,"claimed":{}}',
  ],
  words: ['"limits":', '"usdPerDay":"5.00"', '"salt":', "null", "1e400", '"models":["a"]', '"tenant":""'],
  run(input) {
    for (const decode of [decodeKey, decodeEdition, decodeRevocation, decodeCountRow]) decode(input);
  },
};

const digest = new ChainDigest(undefined);
const event = { action: "a", stage: "seen", by: { kind: "admin", address: "127.0.0.1" }, what: { n: 1 } } as const;
const line = writeLine(event, { at: 1_800_000_000_000, before: chainStart, digest }).text.trimEnd();

/** A line of the audit log: what was altered has another hash. */
export const auditLineTarget: FuzzTarget = {
  name: "audit-line",
  seeds: [line],
  words: ['"hash":"', '"previous":', '"sequence":2', '"stage":"done"'],
  run(input) {
    const given = textOf(input);
    const read = readLine(given);
    if (read !== undefined && isDeepStrictEqual(read, readLine(line)))
      promise(given === line, "another line reads the same");
  },
};

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
