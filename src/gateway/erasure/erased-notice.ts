/** What gateways tell each other of an erasure, so that what they have in memory goes as well. */
export interface ErasedNotice {
  readonly tenant: string;
  /** The tenant itself was erased, and not one of its users. */
  readonly isWhole: boolean;
  /** What is its own of what others have as well; an earlier version says none. */
  readonly parts: readonly OwnPart[];
}

export interface OwnPart {
  readonly tenant: string;
  readonly marks: readonly string[];
}

export function writeErasedNotice(notice: ErasedNotice): string {
  return JSON.stringify(notice);
}

/** `undefined` for what is none: whoever reaches the bus can say anything. */
export function readErasedNotice(text: string): ErasedNotice | undefined {
  let value: Partial<Record<keyof ErasedNotice, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { tenant, isWhole, parts = [] } = value;
  if (typeof tenant !== "string" || typeof isWhole !== "boolean" || !Array.isArray(parts)) return undefined;
  return parts.every(isPart) ? { tenant, isWhole, parts } : undefined;
}

function isPart(value: unknown): value is OwnPart {
  const { tenant, marks } = (value ?? {}) as Partial<OwnPart>;
  return typeof tenant === "string" && Array.isArray(marks) && marks.every((mark) => typeof mark === "string");
}
