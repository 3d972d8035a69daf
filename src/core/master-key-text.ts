/** How a master key is written: 32 bytes in base64, base64url or hexadecimal. */

export const masterKeyBytes = 32;
export const masterKeyRule = "32 bytes in base64 or hexadecimal";
export const masterKeyRemedy = "Make one with `openssl rand -base64 32`.";

/** `undefined` for whatever is not exactly that. */
export function readMasterKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, "base64");
  return key.length === masterKeyBytes ? key : undefined;
}
