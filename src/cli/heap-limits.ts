import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8 from taking memory that a gateway has hardly any use for. Called when the program has started:
 *
 * - the space for new objects stays at the size that the start has led to, usually 8 MB and twice that in memory, where
 *   it may grow to 64 MB (`--scavenger-max-new-space-capacity-mb`; `--max-semi-space-size` counts only on the command line);
 * - old objects are collected when they have grown by two fifths, where V8 waits for up to four times as many.
 */
export function limitHeap(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=40");
}
