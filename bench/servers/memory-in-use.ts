import process from "node:process";

/**
 * Bytes in use after a full collection: the heap and what lies outside of it. `external` of Node contains the array
 * buffers. Needs `--expose-gc`.
 */
export async function memoryInUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    (globalThis as { readonly gc?: () => void }).gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
