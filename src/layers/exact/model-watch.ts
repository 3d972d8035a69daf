import { contentDigest, lengthPrefixed } from "../../core/fingerprint.ts";
import type { Keyed } from "../../core/layer.ts";
import { chain } from "../../core/maybe-promise.ts";
import type { MaybePromise, Store } from "../../core/store.ts";

/**
 * Which model answered last under the name that was asked, and when its origin was called: kept in the store next to the
 * entries, so that all who share it know. Where the policy says so, an entry of another model that is not newer is dead.
 * The mark is written before the entry, so an entry without one has lost it and is dead as well: losing a mark
 * invalidates, and never brings back. What was begun before the present model answered changes nothing any more.
 */

export interface ModelMark {
  readonly model: string;
  readonly at: number;
}

/** Where the mark of the call's model is; `undefined` where nobody wants to know. */
export function markKey({ policy, facts, originId = "" }: Keyed): string | undefined {
  if (!policy.invalidateOnModelChange || facts === undefined) return undefined;
  return `m:${contentDigest(lengthPrefixed([originId, facts.model]))}`;
}

export function readMark(bytes: Uint8Array | undefined): ModelMark | undefined {
  const [, at, model] = /^(\d+(?:\.\d+)?) (.+)$/s.exec(Buffer.from(bytes ?? []).toString("utf8")) ?? [];
  return at === undefined || model === undefined ? undefined : { model, at: Number(at) };
}

/** Whether the present model is another one than that of an entry. */
export function hasMoved(mark: ModelMark | undefined, model: string | undefined, createdAt: number): boolean {
  if (model === undefined) return false;
  return mark === undefined || (mark.model !== model && createdAt <= mark.at);
}

/** Notes that `model` answered a call begun `at`. False: another one has answered since, or the store did not take it. */
export function noteModel(store: Store, tenant: string, key: string, { model, at }: ModelMark): MaybePromise<boolean> {
  return chain(store.get(tenant, [key]), ([bytes]) => {
    const mark = readMark(bytes);
    if (mark?.model === model) return true;
    if (mark !== undefined && mark.at > at) return false;
    const written = store.set(tenant, key, Buffer.from(`${at} ${model}`, "utf8"), {
      deleteAt: Number.POSITIVE_INFINITY,
    });
    return chain(written, (result) => result === "stored");
  });
}
