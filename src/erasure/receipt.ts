import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { idOfPublicKey, isSignedBy, type SigningKey } from "../audit/signing-key.ts";
import type { Random } from "../core/clock.ts";
import { type ErasureRecord, nothingErased, wasFound } from "./erasure-record.ts";

/**
 * What is attested of an erasure: who was erased, what was removed, and what may be left where nobody here can reach it. It
 * names the tenant as it was given; of a user only a salted digest, which whoever knows the name can compare and nobody
 * else can read. The signature is over the receipt as `JSON.stringify` writes it.
 */

const receiptSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  software: z.string(),
  erased: z.object({
    tenant: z.string(),
    user: z.object({ salt: z.string(), sha256: z.string() }).optional(),
  }),
  found: z
    .boolean()
    .optional()
    .meta({ description: "Whether anything of it was there; absent where the store cannot tell." }),
  askedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  removed: z.object({
    rows: z.int(),
    answers: z.int(),
    virtualKeys: z.int(),
    dataKeys: z.int(),
    published: z.int(),
  }),
  remains: z.array(z.string()).meta({ description: "What may be left, and where." }),
});

export const signedReceiptSchema = z.object({
  receipt: receiptSchema,
  signature: z.object({
    algorithm: z.literal("Ed25519"),
    key: z.string().meta({ description: "The id of the key; `reprise audit key` shows it." }),
    value: z.string().meta({ description: "In base64url, over the receipt as JSON without spaces." }),
  }),
});

/** Nothing stands beside what was signed. */
const strictSchema = z.strictObject({
  receipt: receiptSchema,
  signature: z.strictObject(signedReceiptSchema.shape.signature.shape),
});

export type SignedReceipt = z.output<typeof signedReceiptSchema>;

export interface ReceiptParts {
  readonly key: SigningKey;
  readonly software: string;
  readonly finishedAt: number;
  readonly random: Random;
}

export function signReceipt(record: ErasureRecord, { key, software, finishedAt, random }: ReceiptParts): SignedReceipt {
  const { id, tenant, user, askedAt, counts, remains } = record;
  const salt = Buffer.from(random.bytes(16)).toString("base64url");
  const found = wasFound(record);
  const receipt: SignedReceipt["receipt"] = {
    version: 1,
    ...{ id, software },
    erased: { tenant, ...(user !== undefined && { user: { salt, sha256: digestOf(salt, user) } }) },
    ...(found !== undefined && { found }),
    askedAt: new Date(askedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    removed: found === false ? nothingErased : counts,
    remains: [...new Set(remains)],
  };
  return { receipt, signature: { algorithm: "Ed25519", key: key.id, value: key.sign(JSON.stringify(receipt)) } };
}

export type ReceiptCheck =
  | { readonly ok: true; readonly receipt: SignedReceipt["receipt"]; readonly key: string }
  | { readonly ok: false; readonly reason: string };

/** `user`: the receipt is to be of this one. */
export function checkReceipt(text: string, publicKey: string, user?: string): ReceiptCheck {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return { ok: false, reason: "It is not JSON." };
  }
  if (membersIn(text) !== membersOf(given)) return { ok: false, reason: "It says something twice." };
  const reading = strictSchema.safeParse(given);
  if (!reading.success) return { ok: false, reason: "It is not a receipt." };
  const { signature } = reading.data;
  const key = idOfPublicKey(publicKey);
  if (signature.key !== key)
    return { ok: false, reason: `It is signed with the key ${signature.key}, and this is ${key}.` };
  // As it came: what a reader would leave out was signed, too, or was put in.
  const { receipt } = given as { readonly receipt: SignedReceipt["receipt"] };
  if (!isSignedBy(publicKey, JSON.stringify(receipt), signature.value))
    return { ok: false, reason: "The signature is not that of what it says: it was altered." };
  const named = receipt.erased.user;
  if (user !== undefined && (named === undefined || !isSame(digestOf(named.salt, user), named.sha256)))
    return { ok: false, reason: "It is not of this user." };
  return { ok: true, receipt, key };
}

/** Of two members of one name readers take one or the other. Outside its texts, JSON has a colon for each member. */
function membersIn(json: string): number {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
}

function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const within = Object.values(value).reduce((sum: number, one: unknown) => sum + membersOf(one), 0);
  return within + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function digestOf(salt: string, user: string): string {
  return createHash("sha256").update(salt, "utf8").update("\0").update(user, "utf8").digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
