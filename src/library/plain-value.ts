/**
 * Values that travel as JSON and must come back equal. What JSON does not bring back equal (undefined, dates, class
 * instances, objects with `toJSON`) is found out before it is kept, not when somebody misses it.
 */

/** The value as JSON text and what JSON makes of it, or `undefined` when that is not the same value. */
export function throughJson(value: unknown): { readonly text: string; readonly copy: unknown } | undefined {
  try {
    const text = JSON.stringify(value);
    const copy: unknown = JSON.parse(text);
    return isSame(value, copy) ? { text, copy } : undefined;
  } catch {
    return undefined;
  }
}

/** `copy` came from JSON, so only what is plain all through can be the same. */
function isSame(value: unknown, copy: unknown): boolean {
  if (typeof copy !== "object" || copy === null) return value === copy;
  if (typeof value !== "object" || value === null || !(Array.isArray(copy) ? Array.isArray(value) : isPlain(value)))
    return false;
  const names = Object.keys(value);
  if (names.length !== Object.keys(copy).length || Object.getOwnPropertySymbols(value).length > 0) return false;
  return names.every((name) => Object.hasOwn(copy, name) && isSame(value[name as never], copy[name as never]));
}

/** An ordinary object, also one of another realm, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
