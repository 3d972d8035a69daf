import type { Span } from "./tokenise.ts";

/**
 * Units that are others in another case, as far as they are written so on purpose: `Mb` is a megabit and `mW` a milliwatt,
 * but `mb` is what many type for a megabyte, and `MG` for a milligram.
 */
export const casedUnits: ReadonlyMap<string, string> = new Map([
  ["Kb", "kilobit"],
  ["Mb", "megabit"],
  ["Gb", "gigabit"],
  ["Tb", "terabit"],
  ["mW", "milliwatt"],
  ["mV", "millivolt"],
  ["mA", "milliamp"],
  ["mJ", "millijoule"],
  ["mHz", "millihertz"],
  ["mPa", "millipascal"],
]);

/** Whether the case of a span says what is measured: such a unit, glued to a number or behind one. */
export function isCasedMeasure({ kind, text }: Span, before: Span | undefined): boolean {
  if (kind === "number") return casedUnits.has(text.replace(/^.*\d ?/s, ""));
  return before?.kind === "number" && casedUnits.has(text);
}
