const firstMs = 500;
const mostMs = 8_000;

/** Doubles until it is long enough not to be a burden, and stays short enough to be noticed soon. */
export function waitBeforeMs(attempt: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 16));
}
