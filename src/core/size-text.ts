const units = ["KB", "MB", "GB", "TB"] as const;

/** A number of bytes for people to read, in the units of the options: `1kb` is 1,024 bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 1_024 ** power).toFixed(1)} ${units[power - 1]}`;
}
