/**
 * What gateways before the same pool tell each other, as JSON. Replicas are numbers: their places in the list of the pool's
 * addresses in order, which `of` names, so that gateways with other lists do not take one for another. Whatever does not read
 * exactly so is of another version, and nothing of it is believed; what is believed only steers where calls go.
 */

export interface PoolMessage {
  /** A random id of the gateway. */
  readonly from: string;
  /** Digest of the pool's addresses. */
  readonly of: string;
  /** `[replica, units that wait, calls]`; those that are not named have nothing. Absent: it is not told here. */
  readonly loads?: readonly (readonly [replica: number, queued: number, calls: number])[];
  /** What was sent where: `[replica, names of blocks]`, in order. */
  readonly placed?: readonly (readonly [replica: number, names: readonly number[]])[];
  /** It has begun, and asks which replicas take no new calls. */
  readonly asks?: true;
  /** `[replica, whether]`: it takes no new calls, or takes them again. */
  readonly drained?: readonly [replica: number, isDraining: boolean];
}

/** Names of blocks in one message: PostgreSQL carries 8,000 bytes. */
export const mostNames = 380;

export function writePoolMessage(message: PoolMessage): string {
  return JSON.stringify(message);
}

/** `undefined` for what is none. `count`: replicas there are. */
export function readPoolMessage(text: string, count: number): PoolMessage | undefined {
  let value: Partial<Record<keyof PoolMessage, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const isReplica = (one: unknown): boolean => Number.isInteger(one) && (one as number) >= 0 && (one as number) < count;
  const isAmount = (one: unknown): boolean => typeof one === "number" && one >= 0;
  const { from, of, loads, placed, asks, drained } = value;
  const isRight =
    typeof from === "string" &&
    typeof of === "string" &&
    (asks === undefined || asks === true) &&
    (loads === undefined ||
      isListOf(loads, 3, ([at, queued, calls]) => isReplica(at) && isAmount(queued) && isAmount(calls))) &&
    (placed === undefined || isListOf(placed, 2, ([at, names]) => isReplica(at) && areNames(names))) &&
    (drained === undefined || isListOf([drained], 2, ([at, is]) => isReplica(at) && typeof is === "boolean"));
  return isRight ? (value as PoolMessage) : undefined;
}

function isListOf(value: unknown, length: number, fits: (item: readonly unknown[]) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === length && fits(item));
}

function areNames(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length <= mostNames && value.every((name) => Number.isSafeInteger(name) && name >= 0)
  );
}
