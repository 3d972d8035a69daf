import type { IncomingMessage } from "node:http";
import { RequestRejectedError } from "../../core/errors.ts";
import { bodyDigest, digestRule, isDigest } from "../../layers/edge/twin-address.ts";

/**
 * A caller may say what digest it takes the body to have, and so find out that it is mistaken before anything is stored.
 * What counts is always what the gateway works out.
 */
export function assertDigest({ headers }: IncomingMessage, body: Uint8Array): void {
  const claimed = headers["x-ai-cache-digest"];
  if (claimed === undefined) return;
  if (typeof claimed !== "string" || !isDigest(claimed))
    throw new RequestRejectedError({ code: "invalid_digest", message: `X-AI-Cache-Digest ${digestRule}.` });
  if (claimed === bodyDigest(body)) return;
  const message = "X-AI-Cache-Digest is the digest of another body than this; it is of the body as it is sent.";
  throw new RequestRejectedError({ code: "digest_mismatch", message });
}
