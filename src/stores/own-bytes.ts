/**
 * A value as bytes of its own. What a network client hands out is often a piece of a larger buffer that it read at once;
 * kept in memory, a value of two kilobytes would hold on to sixty-four, and no bound would know of it.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength * 2 > bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.byteLength);
  own.set(bytes);
  return own;
}
