import { countText } from "./figures-text.ts";
import type { LogSource } from "./log-records.ts";

/** How far a log was read, as one line of a terminal. */

const width = 30;

export function progressBar({ bytes, readBytes }: LogSource, calls: number): string {
  const told = `${countText(calls)} calls`;
  if (bytes === undefined) return `${told}, ${countText(Math.round(readBytes() / 1e6))} MB`;
  const share = Math.min(1, readBytes() / bytes);
  const done = Math.round(share * width);
  return `▕${"█".repeat(done)}${" ".repeat(width - done)}▏ ${Math.round(100 * share)} %  ${told}`;
}
