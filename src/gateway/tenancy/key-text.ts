import { hash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Random } from "../../core/clock.ts";

/**
 * Virtual keys as they are shown, once, and how they are recognised afterwards.
 *
 *     rpr_4fQ0aZ81LmXc_1_<43 characters>Kx90ab
 *     │   │            │ │             └ checksum: CRC-32 of all before it
 *     │   │            │ └ the secret: 256 random bits
 *     │   │            └ edition: one more each time the key is rotated
 *     │   └ id: tells which key it is, and is no secret
 *     └ by which scanners of secrets find it
 *
 * The checksum tells a mistyped or cut key from one that there is not, without asking the store; nobody outside is told.
 *
 * What is kept of a key is the SHA-256 of a salt of its own and the whole text. A slow hash such as scrypt or argon2 makes
 * guessing dear where people choose the secret; this one has 256 random bits, so guessing is hopeless at any speed, while
 * each call would pay for the slowness. Nor is an HMAC needed: nobody gains by a hash that can be continued, since what is
 * compared is the hash of a text that was shown in full. The salt keeps equal texts from having equal hashes, wherever a
 * copy of the store ends up.
 */

export interface KeyName {
  readonly id: string;
  readonly edition: number;
}

const prefix = "rpr_";
const idLength = 12;
const secretLength = 43;
const checksumLength = 6;
const form = new RegExp(
  `^(${prefix}([0-9A-Za-z]{${idLength}})_([1-9][0-9]{0,5})_[0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
);
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The last edition that a text can name. */
export const lastEdition = 999_999;

export function newKeyId(random: Random): string {
  return inDigits(integerOf(random.bytes(9)), idLength).slice(-idLength);
}

export function newKeyText({ id, edition }: KeyName, random: Random): string {
  const text = `${prefix}${id}_${edition}_${inDigits(integerOf(random.bytes(32)), secretLength)}`;
  return text + checksumOf(text);
}

/** Which key a text is of; `undefined` for what is none, or was mistyped. */
export function readKeyText(text: string): KeyName | undefined {
  const [, before, id, edition, checksum] = form.exec(text) ?? [];
  if (before === undefined || checksumOf(before) !== checksum) return undefined;
  return { id: id as string, edition: Number(edition) };
}

export function isKeyId(text: string): boolean {
  return idForm.test(text);
}

/** Whether a key, or most of one, stands anywhere in a text. */
export function holdsKeyText(text: string): boolean {
  return text.includes(prefix) && anywhere.test(text);
}

/** What is kept of a key. */
export function keyHash(salt: Uint8Array, text: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(salt.length + text.length);
  bytes.set(salt);
  bytes.write(text, salt.length, "latin1");
  return hash("sha256", bytes, "buffer");
}

/** Takes as long for every text of the same length, however much of it is right. */
export function isKeyHash(hash: Uint8Array, salt: Uint8Array, text: string): boolean {
  return timingSafeEqual(keyHash(salt, text), hash);
}

const idForm = new RegExp(`^[0-9A-Za-z]{${idLength}}$`);
const anywhere = new RegExp(`${prefix}[0-9A-Za-z]{${idLength}}_[0-9]{1,6}_[0-9A-Za-z]{4}`);

function checksumOf(text: string): string {
  return inDigits(BigInt(crc32(text)), checksumLength);
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function inDigits(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; rest > 0n; rest /= 62n) text = digits[Number(rest % 62n)] + text;
  return text.padStart(length, "0");
}
