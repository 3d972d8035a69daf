const units = ["KB", "MB", "GB", "TB"] as const;

/** From here on one decimal would show 1,024 of a unit. */
const nextUnit = 1_023.95;

/** A number of bytes for people to read, in the units of the options: `1kb` is 1,024 bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  let [size, unit] = [bytes / 1_024, 0];
  while (size >= nextUnit && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${size.toFixed(1)} ${units[unit]}`;
}
