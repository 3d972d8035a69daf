/** How far back a view looks. Each is divided so that its columns can be told apart. */

export const windows = [
  { value: "1h", title: "Hour", step: "minute" },
  { value: "24h", title: "Day", step: "hour" },
  { value: "30d", title: "30 days", step: "day" },
] as const;

export function windowOf(filter: Readonly<Record<string, string>>): (typeof windows)[number] {
  return windows.find(({ value }) => value === filter["window"]) ?? windows[0];
}

/** Today so far, of whoever looks. */
export function sinceMidnight(now = new Date()): string {
  return `${Math.max(1, now.getHours() * 60 + now.getMinutes())}m`;
}
