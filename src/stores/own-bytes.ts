/**
 * A value as bytes of its own, where there is much to gain. What a network client hands out is often a piece of a larger
 * buffer that it read at once; kept in memory, a value of two kilobytes would hold on to sixty-four, and no bound would
 * know of it.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength + littleBytes ? new Uint8Array(bytes) : bytes;
}

const littleBytes = 64;
