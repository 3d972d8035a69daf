import type { EvictionPriority } from "../core/store.ts";

/** Priorities as stores write them down. The order is part of every format: it never changes. */
const priorities: readonly EvictionPriority[] = ["low", "normal", "high"];

export function priorityToNumber(priority: EvictionPriority): number {
  return priorities.indexOf(priority);
}

export function priorityFromNumber(number: number): EvictionPriority {
  return priorities[number] ?? "normal";
}
